"""Exports of Korean trading programs, made by hand after their documented form: what is recognised without settings."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl import Workbook

from bokgi.data.importers.columns import told_columns
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.importers.hints import ImportHints, Label
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.data.store import Store
from bokgi.errors.base import BokgiError
from bokgi.errors.imports import AllDayClose, CodesContradict, CodesMixed, CodeUnknown, ColumnsMissing, IntervalUnclear
from bokgi.errors.requests import FieldInvalid
from bokgi.market.instruments import Board, Exchange, Kind

KIWOOM = (
    "일자,시가,고가,저가,종가,전일비,,등락률,거래량,금액(백만),신용비,개인,기관\n"
    '2025/10/17,"+97,200","+99,100","-96,700","+97,900",+200,▲,0.20,"22,730,809","2,224,853",0.10,"+1,000","-500"\n'
    '2025/10/16,"+95,300","+97,700","+95,000","+97,700","+2,700",▲,2.84,"28,141,060","2,713,580",0.10,"-1,000","+500"\n'
)
KRX_OLD = (
    "일자,종가,대비,등락률,시가,고가,저가,거래량,거래대금,시가총액,상장주식수\n"
    '2026/07/09,"71,600","-300","-0.42","71,900","72,200","71,500","9,135,129","655,712,318,100","427,433,545,100,000","5,969,782,550"\n'
    '2026/07/08,"71,900","500","0.70","71,400","72,000","71,300","8,901,210","640,112,000,000","429,224,479,865,000","5,969,782,550"\n'
)
KRX_NEW_HEAD = "일자,종가,대비,등락률,시가,고가,저가,거래량,거래량_정규시장,거래량_애프터마켓,거래대금\n"


def taken(folder: Path, name: str, text: str, encoding: str = "utf-8", hints: ImportHints | None = None) -> Incoming:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    found = read_file(path, hints)
    assert isinstance(found, list)
    return found[0]


def said(found: Incoming) -> str:
    return " | ".join(english for _, english in found.detected)


def test_kiwoom_days_lose_their_signs_and_run_forward(tmp_path: Path) -> None:
    found = taken(tmp_path, "005930.csv", KIWOOM, "cp949")
    assert found.bars.select("session", "open", "high", "low", "close", "volume").rows() == [
        (date(2025, 10, 16), 95_300.0, 97_700.0, 95_000.0, 97_700.0, 28_141_060.0),
        (date(2025, 10, 17), 97_200.0, 99_100.0, 96_700.0, 97_900.0, 22_730_809.0),
    ]
    assert "CP949" in said(found)
    assert "newest first" in said(found)
    assert "signs" in said(found)


def test_krx_days_have_the_close_first_and_know_their_base_price(tmp_path: Path) -> None:
    found = taken(tmp_path, "005930_krx.csv", KRX_OLD, "euc-kr")
    assert found.bars.select("open", "high", "low", "close", "base_price").rows() == [
        (71_400.0, 72_000.0, 71_300.0, 71_900.0, 71_400.0),
        (71_900.0, 72_200.0, 71_500.0, 71_600.0, 71_900.0),
    ]
    assert "EUC-KR" in said(found)
    assert found.facts["005930"].source == "krx"


def _krx_new(closes: list[int], changes: list[int]) -> str:
    days = ("2026/09/14", "2026/09/15", "2026/09/16", "2026/09/17", "2026/09/18", "2026/09/21", "2026/09/22")
    rows = [
        f'{day},"{close:,}","{change:,}",0.1,"{close:,}","{close + 500:,}","{close - 500:,}","1,100","1,000","100",1'
        for day, close, change in zip(days, closes, changes, strict=True)
    ]
    return KRX_NEW_HEAD + "\n".join(reversed(rows)) + "\n"


def test_the_regular_volume_is_taken_where_the_exchange_names_it(tmp_path: Path) -> None:
    closes = [70_000, 70_100, 70_300, 70_200, 70_500, 70_600, 70_400]
    changes = [100, 100, 200, -100, 300, 100, -200]
    found = taken(tmp_path, "005930.csv", _krx_new(closes, changes), "euc-kr")
    assert found.bars["volume"].to_list() == [1_000.0] * 7
    assert found.facts["005930"].volume_kind is VolumeKind.REGULAR


def test_closes_that_do_not_carry_over_are_refused_as_all_day_closes(tmp_path: Path) -> None:
    closes = [70_000, 70_100, 70_300, 70_200, 70_500, 70_600, 70_400]
    changes = [100, 500, -400, 700, -900, 300, -800]
    with pytest.raises(AllDayClose, match="6 of 6"):
        taken(tmp_path, "005930.csv", _krx_new(closes, changes), "euc-kr")


@pytest.mark.parametrize("hints", [ImportHints(), ImportHints(kind=Kind.ETF), ImportHints(board=Board.KOSPI)])
def test_closes_of_an_etf_carry_over_on_ticks_of_five_won(tmp_path: Path, hints: ImportHints) -> None:
    """35,005 is a price of an ETF and none of a share, whose base price would be 35,050."""
    closes = [35_005, 35_015, 35_035, 34_995, 35_005, 35_045, 35_015]
    changes = [5, 10, 20, -40, 10, 40, -30]
    found = taken(tmp_path, "069500.csv", _krx_new(closes, changes), "euc-kr", hints)
    assert found.bars["base_price"].to_list() == [35_000, 35_005, 35_015, 35_035, 34_995, 35_005, 35_045]


def test_closes_off_the_ticks_of_what_is_said_to_be_a_share_do_not_carry_over(tmp_path: Path) -> None:
    closes = [35_005, 35_015, 35_035, 34_995, 35_005, 35_045, 35_015]
    with pytest.raises(AllDayClose):
        taken(tmp_path, "005930.csv", _krx_new(closes, [5, 10, 20, -40, 10, 40, -30]), "euc-kr", ImportHints(kind=Kind.STOCK))


@pytest.mark.parametrize("hints", [ImportHints(), ImportHints(kind=Kind.ETF)])
def test_all_day_closes_of_an_etf_are_refused_as_well(tmp_path: Path, hints: ImportHints) -> None:
    closes = [35_005, 35_015, 35_035, 34_995, 35_005, 35_045, 35_015]
    with pytest.raises(AllDayClose, match="6 of 6"):
        taken(tmp_path, "069500.csv", _krx_new(closes, [5, 25, 40, -15, 30, 75, -55]), "euc-kr", hints)


def _daishin(minutes: list[int]) -> str:
    rows = [
        f"A005930,20250318,{minute // 60}{minute % 60:02d},72600,{72600 if minute == 930 else 72700},72600,72600,500" for minute in minutes
    ]
    return "종목코드,날짜,시간,시가,고가,저가,종가,거래량\n" + "\n".join(rows) + "\n"


def test_daishin_minutes_are_labelled_by_their_end_and_keep_the_auction(tmp_path: Path) -> None:
    """901 is the bar 09:00-09:01; 1520 the last continuous one; 1530 the auction."""
    found = taken(tmp_path, "minutes.csv", _daishin([*range(541, 921), 930]), "cp949")
    assert found.bars["code"].unique().to_list() == ["005930"]
    assert found.bars["minute"].to_list() == [*range(540, 920), 930]
    assert found.facts["005930"].closing_auction is ClosingAuction.OWN_BAR
    assert "times name the end of a bar" in said(found)
    assert not [fault for fault in found.faults if fault.kind == "label_assumed"]


def _kis(minutes: list[int], flat_from: int) -> str:
    rows = []
    for minute in minutes:
        volume = 0 if flat_from <= minute < 930 else 500
        high = 72_600 if minute >= flat_from else 72_700
        rows.append(f"20250318,{minute // 60:02d}{minute % 60:02d}00,72600,{high},72600,72600,{volume}")
    return "stck_bsop_date,stck_cntg_hour,stck_oprc,stck_hgpr,stck_lwpr,stck_prpr,cntg_vol\n" + "\n".join(rows) + "\n"


def test_kis_minutes_are_labelled_by_their_start_with_still_auction_rows(tmp_path: Path) -> None:
    found = taken(tmp_path, "005930_kis.csv", _kis(list(range(540, 931)), 920))
    assert found.bars.height == 391
    assert found.bars.filter(pl.col("volume") == 0)["minute"].to_list() == list(range(920, 930))
    assert "times name the start of a bar" in said(found)
    assert found.facts["005930"].closing_auction is ClosingAuction.OWN_BAR


def test_rows_after_the_told_moment_of_the_fetch_are_dropped(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    hints = ImportHints(fetched_at=datetime(2025, 3, 18, 1, 0, tzinfo=UTC))
    found = taken(tmp_path, "005930.csv", _kis(list(range(540, 931)), 920), hints=hints)
    assert found.bars["minute"].max() == 600
    assert [(fault.kind, fault.count) for fault in found.faults] == [("rows_after_fetch", 330)]


def test_a_flat_tail_through_the_auction_of_a_lively_share_is_invented(tmp_path: Path) -> None:
    """The feed was asked at 13:20 and filled the day up: 130 rows 13:20-15:29 without volume, and no auction."""
    found = taken(tmp_path, "005930.csv", _kis(list(range(540, 930)), 800))
    assert found.bars["minute"].max() == 799
    assert [(fault.kind, fault.count) for fault in found.faults] == [("rows_after_fetch", 130)]
    assert found.facts["005930"].closing_auction is ClosingAuction.NONE


def test_a_label_that_was_told_is_not_doubted(tmp_path: Path) -> None:
    found = taken(tmp_path, "005930.csv", _kis(list(range(541, 900)), 920), hints=ImportHints(label=Label.END))
    assert found.bars["minute"].min() == 540
    assert found.faults == ()


def test_a_workbook_is_read_below_its_heading(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["삼성전자 일별 시세"])
    sheet.append(["종목코드", "일자", "시가", "고가", "저가", "종가", "거래량"])
    sheet.append([5930, date(2025, 10, 16), 95_300, 97_700, 95_000, 97_700, 28_141_060])
    sheet.append([5930, date(2025, 10, 17), 97_200, 99_100, 96_700, 97_900, 22_730_809])
    path = tmp_path / "book.xlsx"
    book.save(path)
    found = read_file(path)
    assert isinstance(found, list)
    assert found[0].bars.select("code", "close").rows() == [("005930", 97_700.0), ("005930", 97_900.0)]


def test_naive_stamps_that_lie_in_the_night_are_utc(tmp_path: Path) -> None:
    rows = "\n".join(f"2025-10-16 00:{minute:02d}:00,95300,95400,95200,95300,10" for minute in range(0, 60, 5))
    found = taken(tmp_path, "005930.csv", f"datetime,open,high,low,close,volume\n{rows}\n")
    assert found.bars["minute"].to_list() == list(range(540, 600, 5))
    assert "UTC" in said(found)


def test_the_code_that_was_told_beats_the_name_but_not_the_column(tmp_path: Path) -> None:
    text = "date,open,high,low,close,volume\n2025-10-16,95300,97700,95000,97700,5\n2025-10-17,97200,99100,96700,97900,5\n"
    assert set(taken(tmp_path, "prices.csv", text, hints=ImportHints(code="A000660")).facts) == {"000660"}
    with pytest.raises(CodeUnknown):
        taken(tmp_path, "prices.csv", text)
    with pytest.raises(CodesContradict):
        taken(tmp_path, "two.csv", "code," + text.replace("\n2", "\n005930,2"), hints=ImportHints(code="000660"))


def test_codes_that_lost_their_zeros_are_filled_up(tmp_path: Path) -> None:
    found = taken(tmp_path, "x.csv", "code,date,open,high,low,close,volume\n5930,2025-10-16,95300,97700,95000,97700,5\n")
    assert set(found.facts) == {"005930"}


def test_codes_of_several_exchanges_do_not_share_a_file(tmp_path: Path) -> None:
    rows = "005930,2025-10-16,95300,97700,95000,97700,5\nAAPL,2025-10-16,248,249,245,247,5\n"
    with pytest.raises(CodesMixed, match="AAPL"):
        taken(tmp_path, "x.csv", "code,date,open,high,low,close,volume\n" + rows)


def test_weekly_rows_are_not_taken_for_sessions(tmp_path: Path) -> None:
    days = ("2025-09-05", "2025-09-12", "2025-09-19", "2025-09-26", "2025-10-02", "2025-10-17")
    rows = "\n".join(f"{day},95300,97700,95000,97700,5" for day in days)
    with pytest.raises(IntervalUnclear, match="7 days apart"):
        taken(tmp_path, "005930.csv", f"date,open,high,low,close,volume\n{rows}\n")


def test_identical_rows_are_merged_and_contradicting_ones_all_refused(tmp_path: Path) -> None:
    rows = (
        "2025-10-14,1000,1010,990,1000,5\n2025-10-15,1000,1010,990,1000,5\n2025-10-15,1000,1010,990,1000,5\n"
        "2025-10-16,1000,1010,990,1000,5\n2025-10-16,1000,1010,990,1005,5\n2025-10-17,1000,1010,990,1000,5\n2025-10-20,1000,1010,990,1000,5\n"
    )
    found = taken(tmp_path, "005930.csv", "date,open,high,low,close,volume\n" + rows)
    assert [(fault.kind, fault.count) for fault in found.faults] == [("duplicate_identical", 1), ("duplicate_conflicting", 2)]
    assert [day.day for day in found.bars["session"].to_list()] == [14, 15, 17, 20]


def test_rows_out_of_order_are_sorted_and_counted(tmp_path: Path) -> None:
    days = ("2025-10-14", "2025-10-16", "2025-10-15", "2025-10-17", "2025-10-20")
    rows = "\n".join(f"{day},1000,1010,990,1000,5" for day in days)
    found = taken(tmp_path, "005930.csv", f"date,open,high,low,close,volume\n{rows}\n")
    assert [(fault.kind, fault.count, fault.first) for fault in found.faults] == [("out_of_order", 1, date(2025, 10, 15))]
    assert found.bars["session"].is_sorted()


def test_a_class_share_of_new_york_keeps_its_class(tmp_path: Path) -> None:
    text = "date,open,high,low,close,volume\n2025-10-16,490.5,492,489,491.25,5\n2025-10-17,491,493,490,492.5,5\n"
    found = taken(tmp_path, "x.csv", text, hints=ImportHints(code="BRK-B"))
    assert found.facts["BRK.B"].exchange is Exchange.XNYS


# ------------------------------------------------------------ a person's own tables


OWN = "거래일,체결가,종가,시작,높음,낮음,수량\n2025-10-16,70200,1,70000,70500,69500,1000\n2025-10-17,70800,1,70200,70900,70100,1200\n"
TOLD = told_columns(["거래일=date", "체결가=close", "시작=open", "높음=high", "낮음=low", "수량=volume"])


def own_file(tmp_path: Path, suffix: str) -> Path:
    path = tmp_path / f"005930{suffix}"
    table = pl.read_csv(io.StringIO(OWN), infer_schema=False)
    if suffix == ".csv":
        path.write_text(OWN, "utf-8")
    elif suffix == ".parquet":
        table.write_parquet(path)
    else:
        book = Workbook()
        for row in [table.columns, *table.iter_rows()]:
            book.active.append(list(row))
        book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_columns_that_a_person_names_go_before_those_that_are_recognised(tmp_path: Path, suffix: str) -> None:
    found = read_file(own_file(tmp_path, suffix), ImportHints(columns=TOLD))
    assert isinstance(found, list)
    assert found[0].bars.select("open", "high", "low", "close", "volume").rows() == [
        (70_000.0, 70_500.0, 69_500.0, 70_200.0, 1_000.0),
        (70_200.0, 70_900.0, 70_100.0, 70_800.0, 1_200.0),
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_recognised_column_that_a_person_does_not_want_is_not_read(tmp_path: Path, suffix: str) -> None:
    others = ("거래일=date", "수량=ignore", "시작=ignore")

    def closes(*words: str) -> list[float]:
        found = read_file(own_file(tmp_path, suffix), ImportHints(columns=told_columns([*others, *words])))
        assert isinstance(found, list)
        assert found[0].bars["volume"].null_count() == 2
        return found[0].bars["close"].to_list()

    assert closes() == [70_200.0, 70_800.0], "two titles of a close: the first counts"
    assert closes("체결가=ignore") == [1.0, 1.0]
    with pytest.raises(BokgiError):
        closes("체결가=ignore", "종가=ignore")


def test_a_column_that_the_file_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing, match="Last"):
        read_file(own_file(tmp_path, ".csv"), ImportHints(columns=told_columns(["Last=close"])))
    with pytest.raises(FieldInvalid, match="TITLE=COLUMN"):
        told_columns(["Last"])
    with pytest.raises(FieldInvalid, match="close"):
        told_columns(["Last=price"])


def test_a_preview_says_what_an_import_would_do_and_stores_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    (entry,) = import_path(store, own_file(tmp_path, ".csv"), ImportHints(columns=TOLD), preview=True).entries
    assert entry.outcome is Outcome.PREVIEWED
    assert "preview, nothing was stored. previewed, 2 1d bars of 005930 in 2 sessions" in entry.english
    assert ("첫 봉: 005930 2025-10-16 09:00 O 70,000 H 70,500 L 69,500 C 70,200 V 1,000") in [korean for korean, _ in entry.detected]
    assert not (tmp_path / "home").exists()
