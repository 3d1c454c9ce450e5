"""Kinds and boards from the words of the exchange's master file."""

from pathlib import Path

import polars as pl
import pytest

from bokgi.market.instruments import Board, Kind
from bokgi.market.kinds import board_from_master, kind_from_master


@pytest.mark.parametrize(
    ("group", "stock_kind", "section", "name", "kind"),
    [
        ("주권", "보통주", "우량기업부", "삼성전자", Kind.STOCK),
        ("주권", "구형우선주", "", "삼성전자우", Kind.PREFERRED),
        ("주권", "신형우선주", "", "CJ4우(전환)", Kind.PREFERRED),
        ("부동산투자회사", "보통주", "", "SK리츠", Kind.REIT),
        ("주권", "보통주", "SPAC(소속부없음)", "삼성스팩13호", Kind.SPAC),
        ("주권", "보통주", "", "KB제27호스팩", Kind.SPAC),
        ("ETF", "", "", "KODEX 200", Kind.ETF),
        ("사회간접자본투융자회사", "보통주", "", "맥쿼리인프라", Kind.STOCK),
    ],
)
def test_a_kind_follows_from_the_words_of_the_master(group: str, stock_kind: str, section: str, name: str, kind: Kind) -> None:
    assert kind_from_master(group, stock_kind, section, name) is kind


@pytest.mark.parametrize(
    ("text", "board"),
    [
        ("KOSPI", Board.KOSPI),
        ("KOSDAQ GLOBAL", Board.KOSDAQ),
        ("KSQ", Board.KOSDAQ),
        ("코넥스", Board.KONEX),
        ("유가증권시장", Board.KOSPI),
        ("NASDAQ", None),
    ],
)
def test_a_board_follows_from_the_market_column(text: str, board: Board | None) -> None:
    assert board_from_master(text) is board


def test_the_master_of_2026_holds_these_kinds(shared_data: Path) -> None:
    """The file counts 25 REITs by group, 72 SPACs by section and five under administration by name, 113 preferred by kind of stock."""
    master = pl.read_csv(shared_data / "kr_master/krx_base_info_2026-04-14.csv", infer_schema=False).fill_null("")
    columns = master.select("SECUGRP_NM", "KIND_STKCERT_TP_NM", "SECT_TP_NM", "ISU_ABBRV").rows()
    kinds = pl.Series([kind_from_master(*row).value for row in columns]).value_counts()
    assert dict(kinds.rows()) == {"stock": 2_882 - 25 - 77 - 113, "reit": 25, "spac": 77, "preferred": 113}
    assert all(board_from_master(market) is not None for market in master["MKT_TP_NM"])
