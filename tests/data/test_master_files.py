"""Master files: what each holds, and what is known of instruments afterwards.

Row counts are those of the files less their titles. The list of 2021 has 2,558 rows: its last line does not end, so that counting line
ends gives 2,557.
"""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bokgi.data.importers.registry import read_file
from bokgi.data.master import Master, MasterKind, MasterRows, write_master
from bokgi.market.instruments import Board, Kind


def rows_of(path: Path) -> MasterRows:
    found = read_file(path)
    assert isinstance(found, MasterRows)
    return found


@pytest.mark.parametrize(
    ("name", "kind", "rows", "as_of"),
    [
        ("kr_master/krx_base_info_2026-04-14.csv", MasterKind.LISTED, 2_882, date(2026, 4, 14)),
        ("kr_master/krx_base_info_2021-03-24_cp949.csv", MasterKind.LISTED, 2_558, date(2021, 3, 24)),
        ("kr_master/krx_delisted_2026-01-25.csv", MasterKind.DELISTED, 4_043, date(2026, 1, 25)),
        ("kr_master/krx_holidays_1975_2026.csv", MasterKind.HOLIDAYS, 620, None),
        ("kr_master/krx_sectors_2024.csv", MasterKind.SECTORS, 2_612, None),
        ("kr_master/large_caps_and_etfs_2021-04_cp949.csv", MasterKind.MEMBERS, 150, date(2021, 4, 1)),
        ("kr_master/kospi200_members_2025-07-03.csv", MasterKind.MEMBERS, 200, date(2025, 7, 3)),
        ("kr_master/kospi200_members_2025-10-02.csv", MasterKind.MEMBERS, 200, date(2025, 10, 2)),
        ("kr_master/kospi200_members_2025-12-24.csv", MasterKind.MEMBERS, 200, date(2025, 12, 24)),
        ("kr_daily/adjusted_158_codes_meta.csv", MasterKind.LISTING_FACTS, 158, None),
        ("us_daily/lean/aapl_factor.csv", MasterKind.FACTORS, 41, None),
        ("us_daily/lean/goog_factor.csv", MasterKind.FACTORS, 3, None),
        ("fixtures/krx/MDCSTAT01901__mktId=ALL.json", MasterKind.LISTED, 2_882, None),
        ("fixtures/krx/MDCSTAT00601__indIdx2=001_indIdx=2_trdDd=20260123.json", MasterKind.MEMBERS, 1_805, date(2026, 1, 23)),
    ],
)
def test_a_master_file_gives_its_rows(shared_data: Path, name: str, kind: MasterKind, rows: int, as_of: date | None) -> None:
    found = rows_of(shared_data / name)
    assert (found.kind, found.rows.height, found.as_of) == (kind, rows, as_of)


@pytest.fixture
def home(shared_data: Path, tmp_path: Path) -> Path:
    for path in sorted((shared_data / "kr_master").glob("*.csv")):
        write_master(tmp_path, rows_of(path))
    write_master(tmp_path, rows_of(shared_data / "kr_daily/adjusted_158_codes_meta.csv"))
    write_master(tmp_path, rows_of(shared_data / "us_daily/lean/goog_factor.csv"))
    return tmp_path


def test_the_master_knows_shares_funds_and_the_delisted(home: Path) -> None:
    master = Master.read(home)
    samsung, fund, gone = master.lookup("A005930"), master.lookup("122630"), master.lookup("014200")
    assert (samsung.name, samsung.kind, samsung.board, samsung.listed) == ("삼성전자", Kind.STOCK, Board.KOSPI, date(1975, 6, 11))
    assert (fund.kind, fund.leverage) == (Kind.ETF, 2.0)
    assert gone.delisted == date(2025, 11, 26)
    assert master.lookup("00104K").kind is Kind.PREFERRED
    assert master.lookup("005935").kind is Kind.PREFERRED


def test_what_no_master_file_names_is_taken_as_a_kospi_share_and_says_so(home: Path) -> None:
    master = Master.read(home)
    assert not master.known("396500")
    unknown = master.lookup("396500")
    assert (unknown.kind, unknown.board, unknown.assumed) == (Kind.STOCK, Board.KOSPI, True)


def test_a_home_without_master_files_knows_nothing(tmp_path: Path) -> None:
    assert not Master.read(tmp_path).known("005930")


def test_members_are_those_of_the_list_published_last_before_the_day(home: Path) -> None:
    master = Master.read(home)
    assert len(master.members("KOSPI200")) == 200
    assert master.members("KOSPI200", date(2025, 7, 2)) == ()
    july, october = master.members("KOSPI200", date(2025, 9, 1)), master.members("KOSPI200", date(2025, 11, 1))
    assert set(july) != set(october)


def test_importing_a_list_again_changes_nothing(home: Path, shared_data: Path) -> None:
    before = Master.read(home).table(MasterKind.LISTED)
    write_master(home, rows_of(shared_data / "kr_master/krx_base_info_2026-04-14.csv"))
    assert Master.read(home).table(MasterKind.LISTED).sort("code", "as_of").equals(before.sort("code", "as_of"))


def test_factors_come_back_by_symbol(home: Path) -> None:
    assert Master.read(home).factors("goog")["price_factor"].to_list() == [1.0, 1.0, 1.0]
    assert Master.read(home).factors("goog")["split_factor"].to_list() == [0.997307, 0.997307, 1.0]


def test_one_lookup_gives_names_board_and_days_and_the_sector_stands_beside_it(home: Path) -> None:
    master = Master.read(home)
    hynix = master.lookup("000660")
    assert (hynix.name, hynix.name_en, hynix.board, hynix.listed, hynix.delisted) == (
        "SK하이닉스",
        "SK hynix",
        Board.KOSPI,
        date(1996, 12, 26),
        None,
    )
    assert master.sector("A060310") == "특수 목적용 기계 제조업"
    assert master.sector("396500") == ""


@pytest.mark.parametrize(
    ("code", "is_listed"),
    [
        ("005930", True),  # in both lists of issues
        ("0126Z0", True),  # in the newer one alone
        ("009520", True),  # moved to KOSDAQ GLOBAL between them
        ("036360", False),  # 3SOFT, in the file of delisted issues
        ("042670", False),  # in the older list alone, in no file of delisted issues
        ("014200", False),  # its delisting day is known
        ("396500", True),  # an ETF that no file names: nothing says that it is gone
    ],
)
def test_what_newer_lists_lack_or_a_file_calls_delisted_is_not_listed(home: Path, code: str, is_listed: bool) -> None:
    assert Master.read(home).is_listed(code) is is_listed


def test_a_delisted_issue_that_a_newer_list_holds_again_is_listed(tmp_path: Path) -> None:
    head = "ISU_CD,ISU_SRT_CD,ISU_ABBRV,LIST_DD,MKT_TP_NM\n"
    files = {
        "base_info_2024-01-02.csv": head + "KR7000010009,000010,a,2000/01/04,KOSPI\nKR7000020008,000020,b,2000/01/04,KOSPI\n",
        "delisted_2025-01-02.csv": "full_code,short_code,codeName,marketCode,marketName\nKR7000010009,000010,a,STK,코스피\n",
        "base_info_2026-01-02.csv": head + "KR7000010009,000010,a,2026/01/02,KOSPI\n",
    }
    listed = []
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        write_master(tmp_path, rows_of(tmp_path / name))
        master = Master.read(tmp_path)
        listed.append((master.is_listed("000010"), master.is_listed("000020")))
    assert listed == [(True, True), (False, True), (True, False)]


def test_the_version_changes_with_every_import_and_with_nothing_else(home: Path, shared_data: Path, tmp_path: Path) -> None:
    assert Master.read(tmp_path / "nothing").version() == ""
    before = Master.read(home).version()
    assert Master.read(home).version() == before
    write_master(home, rows_of(shared_data / "kr_master/krx_holidays_1975_2026.csv"))
    assert Master.read(home).version() != before


def test_members_that_an_older_program_stored_without_an_effective_day_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "master"
    folder.mkdir()
    rows = {"list": ["KOSPI200"], "code": ["005930"], "name": ["삼성전자"], "as_of": [date(2025, 10, 2)]}
    pl.DataFrame(rows).write_parquet(folder / "members.parquet")
    (members,) = Master.read(tmp_path).member_lists("KOSPI200")
    assert (members.codes, members.effective) == (("005930",), date(2025, 6, 13))
