"""Every file of real data: what is taken of it, or why it is refused. A file without a row here is a failure.

Rows are counted in the files themselves or by the folder's README; the tests of importers look closer at each kind.
"""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.importers.entry import described_by
from bokgi.data.importers.registry import read_file
from bokgi.data.judging import judged
from bokgi.data.master import Master, MasterRows
from bokgi.errors.base import BokgiError, Language

BARS, MASTER = "bars", "master"
TABLE: tuple[tuple[str, str, int | str], ...] = (
    # Nothing that a store can hold: pages, a licence, an index of answers, answers of other services.
    ("README.md", "refused", "file_unrecognised"),
    ("us_intraday/lean/LICENSE", "refused", "file_unrecognised"),
    ("fixtures/krx/INDEX.csv", "refused", "file_unrecognised"),
    ("fixtures/slack/*", "refused", "file_unrecognised"),
    ("fixtures/yahoo/search-badResult.fake.json", "refused", "file_unrecognised"),
    # Answers without bars: a weekend, a block of facts alone, closed days of the exchange, errors, edited ones that contradict themselves.
    ("fixtures/yahoo/chart-AAPL-2025-02-01*", "refused", "nothing_usable"),
    ("fixtures/yahoo/chart-TSLA*", "refused", "nothing_usable"),
    ("fixtures/yahoo/chart_1m_005930*", "refused", "nothing_usable"),
    ("fixtures/krx/MDCSTAT01501__mktId=ALL_trdDd=20210103.json", "refused", "nothing_usable"),
    ("fixtures/krx/MDCSTAT01501__mktId=STK_trdDd=20210123.json", "refused", "nothing_usable"),
    ("fixtures/yahoo/error_responses_collected.json", "refused", "source_answered_error"),
    ("fixtures/yahoo/chart-notimestamp-*", "refused", "file_broken"),
    # Answers of sources.
    ("fixtures/yahoo/chart-AAPL-2020-08-31*", BARS, 49),
    ("fixtures/yahoo/chart-AAPL.json", BARS, 1),
    ("fixtures/yahoo/chart-GOOG*", BARS, 1),
    ("fixtures/yahoo/chart-WSKT.JK*", BARS, 1),
    ("fixtures/yahoo/chart_2m_ORCL*", BARS, 17),
    ("fixtures/yahoo/historical-via-chart-*", BARS, 252),
    ("fixtures/krx/MDCSTAT01501__mktId=ALL_trdDd=2020123?.json", BARS, 2_531),
    ("fixtures/krx/MDCSTAT01501__mktId=ALL_trdDd=20210104.json", BARS, 2_531),
    ("fixtures/krx/MDCSTAT01501__mktId=KSQ_trdDd=20210122.json", BARS, 1_472),
    ("fixtures/krx/MDCSTAT01501__mktId=STK_trdDd=20210122.json", BARS, 917),
    ("fixtures/krx/MDCSTAT01701__isuCd=KR7000020008_strtDd=20200101_endDd=20200115*", BARS, 10),
    ("fixtures/krx/MDCSTAT01701__isuCd=KR7000020008_strtDd=20200101_endDd=20200201*", BARS, 20),
    ("fixtures/krx/MDCSTAT01701__isuCd=KR7000020008_strtDd=2020[02-9]??1*", BARS, "19 to 23"),
    ("fixtures/krx/MDCSTAT01701__isuCd=KR7000020008_strtDd=20201[012]*", BARS, "19 to 23"),
    ("fixtures/krx/MDCSTAT01701__isuCd=KR7005930003*", BARS, 5),
    ("fixtures/krx/naver_fchart_005930_day_*", BARS, 2_832),
    ("fixtures/krx/MDCSTAT00601__indIdx2=001_indIdx=1_trdDd=20140502.json", MASTER, 760),
    ("fixtures/krx/MDCSTAT00601__indIdx2=001_indIdx=1_trdDd=20210129.json", MASTER, 796),
    ("fixtures/krx/MDCSTAT00601__indIdx2=001_indIdx=1_trdDd=20260123.json", MASTER, 839),
    ("fixtures/krx/MDCSTAT00601__indIdx2=001_indIdx=2_trdDd=20260123.json", MASTER, 1_805),
    ("fixtures/krx/MDCSTAT00601__indIdx2=163*", MASTER, 50),
    ("fixtures/krx/MDCSTAT01901*", MASTER, 2_882),
    # Korean days, minutes, indices and lists.
    ("kr_daily/005930_daily_unadjusted_headerless_1985_2018.csv", BARS, 8_826),
    ("kr_daily/005930_daily_yahoo_2000_2023.csv", BARS, 6_017 - 99),
    ("kr_daily/adjusted_158_codes_2014_2026.parquet", BARS, 378_926),
    ("kr_daily/adjusted_158_codes_meta.csv", MASTER, 158),
    ("kr_daily/marcap_2025*", BARS, 71_708),
    ("kr_daily/marcap_2026*", BARS, 95_412),
    ("kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet", BARS, 986_298 - 3),
    ("kr_index/kospi200_daily_close_1990_2023.csv", BARS, 8_807),
    ("kr_index/kospi_composite_daily_1980_2026.csv", BARS, 10_972),
    ("kr_intraday/396500_yahoo_5m_*", BARS, 4_183),
    ("kr_intraday/[0-2]*_yahoo_5m_2025-10-16_2025-10-24.csv", BARS, 504),
    ("kr_intraday/005930_broker_1m_2024-03-18*", BARS, 391),
    ("kr_intraday/005930_broker_1m_2026-01-15*", BARS, 150 - 42),
    ("kr_master/kospi200_members_*", MASTER, 200),
    ("kr_master/krx_base_info_2021*", MASTER, 2_558),
    ("kr_master/krx_base_info_2026*", MASTER, 2_882),
    ("kr_master/krx_delisted_*", MASTER, 4_043),
    ("kr_master/krx_holidays_*", MASTER, 620),
    ("kr_master/krx_sectors_2024.csv", MASTER, 2_612),
    ("kr_master/large_caps_and_etfs_*", MASTER, 150),
    # American days and minutes.
    ("us_daily/bokeh_sampledata/FB.csv", BARS, 196),
    ("us_daily/bokeh_sampledata/GOOG.csv", BARS, 2_148),
    ("us_daily/bokeh_sampledata/[!FG]*.csv", BARS, 3_270),
    ("us_daily/lean/goog.zip", BARS, 4_183),
    ("us_daily/lean/[!g]*.zip", BARS, 5_849),
    ("us_daily/lean/goog_factor.csv", MASTER, 3),
    ("us_daily/lean/aapl_factor.csv", MASTER, 41),
    ("us_daily/lean/[!ag]*_factor.csv", MASTER, 96),
    ("us_daily/yfinance_anomalies/4063-T-1d-bad-div*", BARS, 667),
    ("us_daily/yfinance_anomalies/4063-T-1d-bad-stock-split*", BARS, 22),
    ("us_daily/yfinance_anomalies/8TRA-DE*", BARS, 5),
    ("us_daily/yfinance_anomalies/AET-L*", BARS, 23),
    ("us_daily/yfinance_anomalies/KAP-IL*", BARS, 665),
    ("us_daily/yfinance_anomalies/LA-V*", BARS, 41),
    ("us_daily/yfinance_anomalies/SSNLF*", BARS, 6_259 - 242),
    ("us_intraday/lean/goog/20151224_trade.zip", BARS, 210),
    ("us_intraday/lean/goog/20151228_trade.zip", BARS, 382),
    ("us_intraday/lean/*/20??????_trade.zip", BARS, "389 to 390"),
)


def row_of(name: str) -> tuple[str, str, int | str]:
    """The first row whose pattern fits."""
    rows = [row for row in TABLE if fnmatch(name, row[0])]
    assert rows, f"{name}: no row says what is taken of it"
    return rows[0]


def files(shared_data: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(shared_data.rglob("*")):
        if path.is_file():
            yield path.relative_to(shared_data).as_posix(), path


def test_every_file_is_taken_or_refused_as_the_table_says(shared_data: Path) -> None:
    wrong = []
    for name, path in files(shared_data):
        _, outcome, expected = row_of(name)
        try:
            found = read_file(path)
        except BokgiError as error:
            got: tuple[str, int | str] = ("refused", error.code)
        else:
            rows = found.rows.height if isinstance(found, MasterRows) else sum(part.bars.height for part in found)
            got = (MASTER if isinstance(found, MasterRows) else BARS, rows)
        if got[0] != outcome or not fits(got[1], expected):
            wrong.append(f"{name}: {got}, not {outcome} {expected}")
    assert not wrong, "\n".join(wrong)


def fits(got: int | str, expected: int | str) -> bool:
    """A number, a word, or `19 to 23`."""
    low, _, high = str(expected).partition(" to ")
    return int(low) <= int(got) <= int(high) if high else got == expected


def test_every_row_of_the_table_has_a_file(shared_data: Path) -> None:
    names = [name for name, _ in files(shared_data)]
    assert [pattern for pattern, *_ in TABLE if not any(fnmatch(name, pattern) for name in names)] == []


@pytest.mark.parametrize("language", [Language.KOREAN, Language.ENGLISH])
def test_the_report_of_every_small_file_reads_as_sentences(shared_data: Path, tmp_path: Path, language: Language) -> None:
    """No braces, no `None`: what stands there is said to a person, with an example."""
    master, said = Master.read(tmp_path), []
    for name, path in files(shared_data):
        if row_of(name)[1] != BARS or path.stat().st_size > 600_000:
            continue
        found = read_file(path)
        assert isinstance(found, list)
        for part in found:
            told = judged(described_by(part, master), master)
            said += [fault_sentence(fault, language) for fault in told.faults]
            said += [korean if language is Language.KOREAN else english for korean, english in told.detected]
    assert len(said) > 100
    odd = [sentence for sentence in said if "{" in sentence or "None" in sentence or "nan" in sentence.split()]
    assert odd == []
