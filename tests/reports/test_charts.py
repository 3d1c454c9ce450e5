"""Charts and pages: sound XML, escaped texts, every figure of the first screen, nothing from the network."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.base import Language
from bokgi.errors.reports import PlotKindUnknown
from bokgi.reports.chart_scale import Scale, day_ticks, round_ticks, slot_positions, thinned
from bokgi.reports.headline import cost_sentence, first_figures, invested_sentence
from bokgi.reports.plot_html import check_plot_file, plot_document
from tests.metrics.test_summary import without_trades
from tests.reports.small_record import REQUEST, small_record

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("language", list(Language))


@BOTH
def test_the_sheet_of_charts_is_sound_and_draws_equity_benchmark_drawdown_and_bars(language: Language) -> None:
    root = ET.fromstring(plot_document(small_record(), Path("plot.svg"), language))
    kinds = [path.get("class") for path in root.iter(f"{SVG}path")]
    assert kinds == ["series other-0", "series own", "fall"]
    bars = [rect.get("class") for rect in root.iter(f"{SVG}rect") if rect.get("class") != "paper"]
    assert bars == ["up", "down"]


def test_the_equity_line_passes_through_the_equity_of_every_bar() -> None:
    root = ET.fromstring(plot_document(small_record(), Path("plot.svg")))
    own = next(path for path in root.iter(f"{SVG}path") if path.get("class") == "series own")
    points = [tuple(map(float, point.split(","))) for point in (own.get("d") or "")[1:].split("L")]
    assert [x for x, _ in points] == pytest.approx([76 + 864 * part / 6 for part in range(7)], abs=0.1)
    heights = [y for _, y in points]
    assert min(heights) == heights[2]  # 2,016,434 is the highest
    assert max(heights) == heights[1]  # 1,990,688 is the lowest


@BOTH
def test_the_page_stands_alone_and_shows_the_figures(language: Language) -> None:
    page = plot_document(small_record(), Path("plot.HTML"), language)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "<script" not in page
    for text in ("-5,070", "+0.69%", "-1.07%", "33.3%", "18,067 / -23,137", "5,174", "3 (1/2)"):
        assert text in page
    assert "prefers-color-scheme:dark" in page


def test_texts_from_outside_are_escaped_on_the_page() -> None:
    page = plot_document(small_record(), Path("plot.html"))
    assert "<b>005930</b>" not in page
    assert "&lt;b&gt;005930&lt;/b&gt;" in page
    named = plot_document(small_record(request=REQUEST | {"strategy": "<img src=x>"}), Path("plot.html"))
    assert "<img" not in named


def test_synthetic_data_are_named_on_every_drawing() -> None:
    record = small_record()
    synthetic = replace(record, facts=replace(record.facts, synthetic=True))
    assert "합성 자료" in plot_document(synthetic, Path("plot.svg"))
    assert "합성 자료로 실행한 결과입니다" in plot_document(synthetic, Path("plot.html"))
    assert "합성 자료" not in plot_document(record, Path("plot.html"))


def test_a_run_without_trades_and_stocks_is_drawn_too() -> None:
    record = small_record(simulation=without_trades(small_record().simulation))
    ET.fromstring(plot_document(record, Path("plot.svg")))
    empty = replace(record, summary=replace(record.summary, stocks=()))
    assert "거래한 종목이 없습니다." in plot_document(empty, Path("plot.svg"))


def test_another_kind_of_file_is_refused_with_the_kinds_that_are_allowed() -> None:
    with pytest.raises(PlotKindUnknown, match=r"'plot\.png' is no kind of plot.*\.html.*\.svg"):
        check_plot_file(Path("folder/plot.png"))


def test_the_first_screen_has_the_order_of_the_trading_programs() -> None:
    figures = first_figures(small_record(), Language.KOREAN)
    labels = [
        "순손익(원)",
        "누적 수익률",
        "단순 보유 대비",
        "최대 낙폭(MDD)",
        "거래 수(이익/손실)",
        "승률",
        "손익비",
        "총이익 / 총손실",
        "비용 합계",
    ]
    assert [figure.label for figure in figures] == labels
    assert figures[2].text == "+0.49%p"  # 0.6913 % against 0.2 %
    assert [figure.direction for figure in figures[:4]] == [-1, 1, 1, -1]


def test_money_is_said_in_words() -> None:
    record = small_record()
    assert invested_sentence(record, Language.KOREAN) == "2종목 × 100만 원 = 200만 원"
    assert invested_sentence(record, Language.ENGLISH) == "2 stocks × 1,000,000 = 2,000,000"
    assert cost_sentence(record, Language.KOREAN) == "왕복 평균 0.172% × 종목당 1.5회, 비용 합계는 원금의 0.26%"
    shared = small_record(request=REQUEST | {"account": {"mode": "shared"}})
    assert invested_sentence(shared, Language.KOREAN) == "2종목, 공동 계좌 200만 원"


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 8))
def test_ticks_are_round_and_inside_the_range(low: float, width: float, wanted: int) -> None:
    ticks = round_ticks(low, low + width, wanted)
    assert 0 < len(ticks) <= wanted + 1
    assert all(low - width * 1e-6 <= tick <= low + width * (1 + 1e-6) for tick in ticks)


def test_thinning_keeps_the_extremes() -> None:
    random = np.random.default_rng(4)
    x, y = np.arange(20_000) / 100.0, np.cumsum(random.normal(0.0, 1.0, 20_000))
    kept_x, kept_y = thinned(x, y, 500)
    assert len(kept_x) <= 2_000
    assert (kept_y.min(), kept_y.max(), kept_y[0], kept_y[-1]) == (y.min(), y.max(), y[0], y[-1])
    assert (np.diff(kept_x) > 0).all()


def test_slots_share_their_session_and_end_with_it() -> None:
    assert slot_positions(np.array([0, 0, 2, 2, 2, 2], np.int32)) == pytest.approx([0.5, 1.0, 2.25, 2.5, 2.75, 3.0])
    assert Scale(0.0, 2.0, 100.0, 0.0).place(0.5) == 75.0


def test_long_periods_are_labelled_by_months_and_short_ones_by_days() -> None:
    short = np.arange("2025-10-16", "2025-10-19", dtype="datetime64[D]")
    assert day_ticks(short, 10) == [(0, "10-16"), (1, "10-17"), (2, "10-18")]
    long = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    assert [label for _, label in day_ticks(long, 6)] == ["2024-03", "2024-05", "2024-07", "2024-09", "2024-11"]
