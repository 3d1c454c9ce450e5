"""Broken and hostile files: one sentence each, whatever their bytes. Mutations are made of files that are like the real ones."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.importers.hints import ImportHints, ImportLimits
from bokgi.data.importers.registry import read_file
from bokgi.data.master import MasterRows
from bokgi.data.quality import quality_faults
from bokgi.errors import BokgiError, Language
from bokgi.errors.imports import (
    ArchiveUnsafe,
    ColumnsMissing,
    EncodingUnreadable,
    FileAbsent,
    FileBroken,
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    FileUnrecognised,
    MostlyBad,
    NothingUsable,
    TimesUnreadable,
    TimezoneUnknown,
)

HEAD = "date,open,high,low,close,volume\n"
GOOD = (
    "2025-10-14,1000,1010,990,1000,5\n2025-10-15,1000,1010,990,1000,5\n2025-10-16,1000,1010,990,1000,5\n2025-10-17,1000,1010,990,1000,5\n"
)


def written(folder: Path, data: bytes | str, name: str = "005930.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("005930.csv", b"", FileEmpty),
        ("005930.csv", b" \n\n", FileEmpty),
        ("005930.csv.gz", gzip.compress(b"", mtime=0), FileEmpty),
        ("005930.csv", HEAD.encode(), NothingUsable),
        ("005930.csv", b"\x00\x01\x02\x03" * 100, FileUnrecognised),
        ("005930.csv", b"\x80\x81\xfe\xff\xff" * 100, EncodingUnreadable),
        ("005930.csv", ",".join(f"c{index}" for index in range(10_000)).encode(), FileTooLarge),
        ("005930.csv", b"x" * 200_000, FileUnrecognised),
        ("005930.csv", b"date,open,high,low\n2025-10-16,1,2,1\n", ColumnsMissing),
        ("005930.csv", b"date,open,close\n2025-10-16,1,2\n", ColumnsMissing),
        ("005930.csv", (HEAD + GOOD + "2025-10-20,1000,10").encode(), FileBroken),
        ("005930.csv", (HEAD + "soon,1,2,1,2,5\n").encode(), TimesUnreadable),
        ("005930.csv", (HEAD + "0001-01-01,1,2,1,2,5\n9999-12-31,1,2,1,2,5\n").encode(), MostlyBad),
        ("005930.csv", (HEAD + "2025-10-16,-5,2,1,2,5\n2025-10-17,nan,2,1,2,5\n").encode(), MostlyBad),
        ("005930.csv.gz", gzip.compress(b"x" * 5000, mtime=0)[:30], FileBroken),
        ("005930.parquet", b"PAR1 and nothing else", FileBroken),
        ("005930.zip", b"PK\x03\x04 and nothing else", FileBroken),
        ("005930.xlsx", b"PK\x03\x04 [Content_Types].xml", FileBroken),
        ("005930.json", b'{"chart": ', FileBroken),
        ("005930.json", b"[" * 100_000, FileBroken),
        ("005930.json", b'{"OutBlock_1": []}', NothingUsable),
        ("005930.xml", b'<?xml version="1.0"?><protocol></protocol>', FileUnrecognised),
        ("prices.zip", zipped({"../../005930.csv": b"x"}), ArchiveUnsafe),
        ("prices.zip", zipped({"/etc/aapl.csv": b"x"}), ArchiveUnsafe),
        ("prices.zip", zipped({"readme.txt": b"x"}), FileUnrecognised),
        ("prices.zip", zipped({}), FileUnrecognised),
        ("aapl.zip", zipped({"aapl.csv": b""}), FileBroken),
        ("aapl.zip", zipped({"aapl.csv": b"1,2,3\n"}), FileBroken),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, name: str, data: bytes, error: type[BokgiError]) -> None:
    with pytest.raises(error) as caught:
        read_file(written(tmp_path, data, name))
    for language in Language:
        sentence = caught.value.sentence(language)
        assert name in sentence
        assert "\n" not in sentence
        assert len(sentence) < 500


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileAbsent):
        read_file(tmp_path / "nothing.csv")
    with pytest.raises(FileUnreadable):
        read_file(tmp_path)


def test_a_packed_bomb_is_stopped_while_it_is_unpacked(tmp_path: Path) -> None:
    limits = ImportHints(limits=ImportLimits(unpacked_bytes=1_000_000))
    bomb = b"0" * 50_000_000
    packed = gzip.compress(bomb, mtime=0)
    for path in (written(tmp_path, packed, "005930.csv.gz"), written(tmp_path, zipped({"aapl.csv": bomb}), "aapl.zip")):
        with pytest.raises(FileTooLarge, match="unpacked_bytes"):
            read_file(path, limits)


def test_sizes_above_the_limits_name_their_setting(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + GOOD)
    with pytest.raises(FileTooLarge, match="file_bytes"):
        read_file(path, ImportHints(limits=ImportLimits(file_bytes=10)))
    with pytest.raises(FileTooLarge, match="'rows'"):
        read_file(path, ImportHints(limits=ImportLimits(rows=2)))
    many = written(tmp_path, zipped({f"{index}.csv": b"" for index in range(5)}), "a.zip")
    with pytest.raises(FileTooLarge, match="archive_members"):
        read_file(many, ImportHints(limits=ImportLimits(archive_members=3)))


def test_a_parquet_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pl.DataFrame({"a": [1], "b": [[1, 2]]}).write_parquet(path)
    with pytest.raises(FileUnrecognised):
        read_file(path)
    pl.DataFrame({f"c{index}": [1] for index in range(500)}).write_parquet(path)
    with pytest.raises(FileTooLarge, match="columns"):
        read_file(path)


def test_an_unknown_time_zone_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + GOOD)
    for zone in ("Asia/Nowhere", "../../etc/passwd"):
        with pytest.raises(TimezoneUnknown):
            read_file(path, ImportHints(timezone=zone))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("2025-10-20,-1000,1010,990,1000,5", "bad_prices"),
        ("2025-10-20,1000,inf,990,1000,5", "bad_prices"),
        ("2025-10-20,1000,1010,nan,1000,5", "bad_prices"),
        ("2025-10-20,1000,1010,990,oops,5", "bad_prices"),
        ("2025-10-20,1000,1010,0,1000,5", "bad_prices"),
        ("2025-10-20,1e300,1e300,1e300,1e300,5", "bad_prices"),
        ("2025-10-20,1000,1010,990,1000,-5", "bad_volume"),
        ("2025-10-20,1000,1010,990,1000,inf", "bad_volume"),
        ("1885-10-20,1000,1010,990,1000,5", "absurd_dates"),
        ("2025-02-30,1000,1010,990,1000,5", "unreadable_times"),
        ("2025-10-20,1000,990,1010,1000,5", "ohlc_inconsistent"),
        ("2025-10-20,1000,1010,990,1020,5", "ohlc_inconsistent"),
        ("2025-10-19,1000,1010,990,1000,5", "not_a_session"),
        ("2025-10-19,1000,1000,1000,1000,0", "phantom_rows"),
        ("2025-10-20,,,,,", "empty_rows"),
    ],
)
def test_one_bad_row_is_dropped_by_name_and_the_rest_is_taken(tmp_path: Path, row: str, kind: str) -> None:
    found = read_file(written(tmp_path, HEAD + GOOD + row + "\n"))
    assert isinstance(found, list)
    assert found[0].bars.height == 4
    assert [(fault.kind, fault.code, fault.count) for fault in found[0].faults] == [(kind, "005930", 1)]


def test_a_file_of_mostly_bad_rows_is_refused_as_a_whole(tmp_path: Path) -> None:
    bad = "2025-10-20,0,0,0,-1,5\n2025-10-21,0,0,0,-1,5\n2025-10-22,0,0,0,-1,5\n2025-10-23,0,0,0,-1,5\n"
    path = written(tmp_path, HEAD + GOOD[: GOOD.index("2025-10-17")] + bad)
    with pytest.raises(MostlyBad, match="4 of 7"):
        read_file(path)


# ------------------------------------------------------------------------------------------------------------------ mutations
def _minutes() -> bytes:
    stamps = [f"2025-10-{day} 09:{minute:02d}:00+09:00" for day in (16, 17) for minute in range(0, 60, 5)]
    rows = [f"{stamp},95300.0,95400.0,95200.0,95300.0,7" for stamp in stamps]
    return ("datetime,open,high,low,close,volume\n" + "\n".join(rows) + "\n").encode()


def _lean() -> bytes:
    rows = "\n".join(f"{34_200_000 + 60_000 * minute},1676500,1676600,1676400,1676500,100" for minute in range(30))
    return zipped({"20131004_spy_minute_trade.csv": rows.encode()})


def _parquet() -> bytes:
    buffer = io.BytesIO()
    frame = pl.DataFrame({"code": ["005930"] * 4, "date": ["2025-10-14", "2025-10-15", "2025-10-16", "2025-10-17"]})
    frame.with_columns(*(pl.lit(1000.0).alias(name) for name in ("open", "high", "low", "close", "volume"))).write_parquet(buffer)
    return buffer.getvalue()


def _chart() -> bytes:
    quote = {"open": [1.0, 2.0], "high": [2.0, 3.0], "low": [1.0, 1.0], "close": [1.5, 2.5], "volume": [5, 6]}
    meta = {"symbol": "AAPL", "dataGranularity": "1d"}
    result = {"meta": meta, "timestamp": [1645540200, 1645626600], "indicators": {"quote": [quote]}}
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


NAVER = (
    '<?xml version="1.0" encoding="EUC-KR" ?><protocol><chartdata symbol="005930" name="삼성전자" count="1" timeframe="day">'
    '<item data="20251016|1|2|1|2|5" /></chartdata></protocol>'
)

KIWOOM = "일자,시가,고가,저가,종가,전일비,,등락률,거래량\n2025/10/17,+97200,+99100,-96700,+97900,+200,▲,0.2,22730809\n"

SEEDS = {
    "005930_daily.csv": (HEAD + GOOD).encode(),
    "005930_yahoo_5m.csv": _minutes(),
    "005930_kiwoom.csv": KIWOOM.encode("cp949"),
    "005930_headerless.csv": b'2018-02-13,"2,310,000","2,403,000","2,310,000","2,377,000","378,465"\n',
    "20131004_trade.zip": _lean(),
    "005930.parquet": _parquet(),
    "chart.json": _chart(),
    "krx.json": b'{"output":[{"ISU_SRT_CD":"005930","TRD_DD":"2025/10/16","TDD_CLSPRC":"1,000","TDD_OPNPRC":"-"}]}',
    "naver.xml": NAVER.encode("euc-kr"),
    "master.csv": "ISU_CD,ISU_SRT_CD,ISU_ABBRV,LIST_DD\nKR7005930003,005930,삼성전자,1975/06/11\n".encode(),
}
PIECES = (
    b"-1",
    b"nan",
    b"-inf",
    b"1e400",
    b"9999-12-31",
    b'"',
    b",",
    b"\n",
    b"\x00",
    b"\xff\xfe",
    b"",
    b"24:61",
    b"\xea\xb0\x80",
    b"2" * 40,
    b"{",
    b"[]",
    b"null",
    b"|",
)

edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=8)
cuts = st.one_of(st.none(), st.floats(0, 1))


def _check_sentences(error: BokgiError) -> None:
    assert all(error.sentence(language) for language in Language)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(SEEDS)), changes=edits, cut=cuts)
def test_no_mutation_of_a_file_escapes_the_sentences(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]], cut: float | None
) -> None:
    data = bytearray(SEEDS[name])
    for place, length, piece in changes:
        start = int(place * len(data))
        data[start : start + length] = piece
    if cut is not None:
        data = data[: int(cut * len(data))]
    try:
        found = read_file(written(tmp_path, bytes(data), name))
    except BokgiError as error:
        _check_sentences(error)
        return
    if isinstance(found, MasterRows):
        assert found.rows.height > 0
        return
    for incoming in found:
        bars = incoming.bars
        assert bars.height > 0
        assert bars.select((pl.col("close") > 0).all()).item()
        assert bars.select((pl.col("high").is_null() | (pl.col("high") >= pl.col("low"))).all()).item()
        assert all(fault_sentence(fault) for fault in (*incoming.faults, *quality_faults(incoming)))
