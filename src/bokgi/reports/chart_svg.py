"""Charts of a result as SVG: equity with its benchmarks, drawdown, profit by stock.

Convention: every function returns one `<svg>` element without style; `charts_svg` puts them on one sheet that stands alone. All texts that
come from outside are escaped.
"""

from dataclasses import dataclass
from html import escape

import numpy as np

from bokgi.errors.base import Language
from bokgi.metrics.drawdown import drawdown_series
from bokgi.metrics.stocks import StockSummary
from bokgi.reports.chart_scale import Scale, day_ticks, padded_range, path, round_ticks, slot_positions, thinned
from bokgi.reports.chart_style import CHART_RULES, palette, paper_rules
from bokgi.reports.formats import money, percent, printable, short_money, shortened, signed_percent
from bokgi.reports.run_record import Benchmark, RunRecord
from bokgi.units import FloatArray

WIDTH = 960
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 20, 58, 28
_EQUITY_HEIGHT, _DRAWDOWN_HEIGHT, _ROW_HEIGHT = 360, 210, 24
_BEST_AND_WORST = 12
_LEGEND_LETTER = 7.2


@dataclass(frozen=True, slots=True)
class _Words:
    equity: str
    drawdown: str
    profit: str
    own: str
    deepest: str
    some: str
    none: str
    synthetic: str


_WORDS = {
    Language.KOREAN: _Words(
        "평가금액",
        "낙폭(봉 기준)",
        "종목별 손익(원, 평가손익 포함)",
        "이 전략",
        "최대 낙폭",
        "상위 {n} · 하위 {n} (전체 {all}종목)",
        "거래한 종목이 없습니다.",
        "합성 자료 · 실제 시세 아님",
    ),
    Language.ENGLISH: _Words(
        "Equity",
        "Drawdown on bars",
        "Profit by stock (unrealised included)",
        "This strategy",
        "Max drawdown",
        "Best {n} and worst {n} of {all}",
        "No stock has bars.",
        "Synthetic data, no real prices",
    ),
}


def charts_svg(record: RunRecord, language: Language = Language.KOREAN) -> str:
    """Return one SVG file with all charts, one below the other."""
    charts = [equity_chart(record, language), drawdown_chart(record, language), profit_chart(record, language)]
    heights = [_EQUITY_HEIGHT, _DRAWDOWN_HEIGHT, profit_height(record)]
    placed, top = [], 0
    for chart, height in zip(charts, heights, strict=True):
        placed.append(f'<g transform="translate(0,{top})">{_inner(chart)}</g>')
        top += height
    style = f"<style>{palette(language)}{CHART_RULES}</style>"
    paper = f'<rect class="paper" width="{WIDTH}" height="{top}"/>'
    return _svg(top, style + paper + "".join(placed), _WORDS[language].equity)


def paper_charts(record: RunRecord, language: Language, font: str) -> list[str]:
    """Return the same charts one by one, each with its style, for paper."""
    style = f"<style>{paper_rules(language, font)}</style>"
    charts = [equity_chart(record, language), drawdown_chart(record, language), profit_chart(record, language)]
    return [chart.replace(">", f">{style}", 1) for chart in charts]


def equity_chart(record: RunRecord, language: Language) -> str:
    """Draw equity on bars with the benchmarks at session ends."""
    words, simulation = _WORDS[language], record.simulation
    lines = [(shortened(printable(_label(row, language))), row.session_equity) for row in record.benchmarks[:3]]
    values = np.concatenate([[simulation.initial_equity], simulation.equity, *(line for _, line in lines)])
    vertical = Scale(*padded_range(values), _EQUITY_HEIGHT - _BOTTOM, _TOP)
    across = _across(record)
    parts = [_title(words.equity), _synthetic(record, words), _legend([words.own, *(label for label, _ in lines)])]
    parts += _money_grid(vertical, language) + _day_grid(record, across, _EQUITY_HEIGHT)
    base = vertical.place(simulation.initial_equity)
    parts.append(f'<line class="base" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{base:.1f}" y2="{base:.1f}"/>')
    parts += [_session_line(record, line, across, vertical, number) for number, (_, line) in enumerate(lines)]
    x, y = _slot_line(record, simulation.equity, simulation.initial_equity)
    parts.append(f'<path class="series own" d="{path(across.places(x), vertical.places(y))}"/>')
    return _svg(_EQUITY_HEIGHT, "".join(parts), words.equity)


def drawdown_chart(record: RunRecord, language: Language) -> str:
    """Draw the depth below the last peak, with the deepest point marked."""
    words, simulation = _WORDS[language], record.simulation
    depths = drawdown_series(simulation.equity, simulation.initial_equity)
    deepest = min(float(depths.min()), 0.0) if len(depths) else 0.0
    vertical = Scale(deepest * 1.12 or -0.01, 0.0, _DRAWDOWN_HEIGHT - _BOTTOM, _TOP)
    across = _across(record)
    x, y = _slot_line(record, depths, 0.0)
    area = path(across.places(np.concatenate([x, [x[-1], 0.0]])), vertical.places(np.concatenate([y, [0.0, 0.0]])))
    parts = [_title(words.drawdown), *_percent_grid(vertical), *_day_grid(record, across, _DRAWDOWN_HEIGHT)]
    parts.append(f'<path class="fall" d="{area}Z"/>')
    if deepest < 0.0:
        place = slot_positions(simulation.slot_session)[int(depths.argmin())]
        parts.append(_mark(across.place(float(place)), vertical.place(deepest), f"{words.deepest} {percent(deepest)}"))
    return _svg(_DRAWDOWN_HEIGHT, "".join(parts), words.drawdown)


def _label(row: Benchmark, language: Language) -> str:
    return row.korean if language is Language.KOREAN else row.english


def profit_height(record: RunRecord) -> int:
    """Height of the chart of profit by stock [px]."""
    return _TOP + max(len(_chosen(record)), 1) * _ROW_HEIGHT + 16


def profit_chart(record: RunRecord, language: Language) -> str:
    """Draw a bar for each stock, best first; of many stocks the best and the worst."""
    words, rows = _WORDS[language], _chosen(record)
    height = profit_height(record)
    if not rows:
        return _svg(height, _title(words.profit) + f'<text class="soft" x="{_LEFT}" y="{_TOP + 14}">{words.none}</text>', words.profit)
    gains = np.array([_gain(row) for row in rows])
    scale = Scale(min(float(gains.min()), 0.0), max(float(gains.max()), 0.0) or 1.0, 330, WIDTH - 190)
    parts = [_title(words.profit)]
    if len(rows) < len(record.summary.stocks):
        note = words.some.format(n=_BEST_AND_WORST, all=len(record.summary.stocks))
        parts.append(f'<text class="soft end" x="{WIDTH - _RIGHT}" y="24">{note}</text>')
    parts += [_bar(row, number, scale, language) for number, row in enumerate(rows)]
    zero = scale.place(0.0)
    parts.append(f'<line class="grid" x1="{zero:.1f}" x2="{zero:.1f}" y1="{_TOP - 8}" y2="{height - 12}"/>')
    return _svg(height, "".join(parts), words.profit)


def _chosen(record: RunRecord) -> list[StockSummary]:
    ranked = sorted(record.summary.stocks, key=_gain, reverse=True)
    return ranked if len(ranked) <= 2 * _BEST_AND_WORST else ranked[:_BEST_AND_WORST] + ranked[-_BEST_AND_WORST:]


def _gain(row: StockSummary) -> float:
    return row.total_profit + row.unrealised_profit


def _bar(row: StockSummary, number: int, scale: Scale, language: Language) -> str:
    gain, zero = _gain(row), scale.place(0.0)
    place, top = scale.place(gain), _TOP + number * _ROW_HEIGHT
    name = (row.name if language is Language.KOREAN else row.name_en or row.name) or row.code
    name, code = printable(name), printable(row.code)
    label, side = escape(shortened(name)), "up" if gain > 0 else "down"
    left, width = min(zero, place), abs(place - zero)
    text = f"{'+' if gain > 0 else ''}{money(gain)} ({signed_percent(row.return_rate)})"
    tip = f"<title>{escape(name)} {escape(code)}: {text}</title>"
    return (
        f'<text x="{_LEFT - 56}" y="{top + 13}">{label}</text><text class="soft end" x="248" y="{top + 13}">{escape(code)}</text>'
        f'<rect class="{side}" x="{left:.1f}" y="{top}" width="{max(width, 1.0):.1f}" height="{_ROW_HEIGHT - 8}" rx="2">{tip}</rect>'
        f'<text class="end {side if gain else "soft"}" x="{WIDTH - _RIGHT}" y="{top + 13}">{text}</text>'
    )


def _slot_line(record: RunRecord, values: FloatArray, first: float) -> tuple[FloatArray, FloatArray]:
    """Return the points of a series on bars, thinned to the chart's pixels, from E0 on."""
    x = np.concatenate([[0.0], slot_positions(record.simulation.slot_session)])
    return thinned(x, np.concatenate([[first], values]), WIDTH - _LEFT - _RIGHT)


def _session_line(record: RunRecord, values: FloatArray, across: Scale, vertical: Scale, number: int) -> str:
    x = np.arange(len(values) + 1, dtype=np.float64)
    x, y = thinned(x, np.concatenate([[record.simulation.initial_equity], values]), WIDTH - _LEFT - _RIGHT)
    return f'<path class="series other-{number}" d="{path(across.places(x), vertical.places(y))}"/>'


def _across(record: RunRecord) -> Scale:
    return Scale(0.0, float(max(len(record.panel.sessions), 1)), _LEFT, WIDTH - _RIGHT)


def _money_grid(scale: Scale, language: Language) -> list[str]:
    ticks = round_ticks(scale.low, scale.high, 5)
    return [_level(scale.place(tick), short_money(tick, language)) for tick in ticks]


def _percent_grid(scale: Scale) -> list[str]:
    ticks = round_ticks(scale.low, scale.high, 3)
    decimals = 0 if all(abs(tick * 100 - round(tick * 100)) < 1e-9 for tick in ticks) else 2
    return [_level(scale.place(tick), percent(tick, decimals) or "") for tick in ticks]


def _level(y: float, label: str) -> str:
    line = f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text class="soft end" x="{_LEFT - 8}" y="{y + 4:.1f}">{label}</text>'


def _day_grid(record: RunRecord, across: Scale, height: int) -> list[str]:
    parts = []
    for session, label in day_ticks(record.panel.sessions.day, 10):
        x = across.place(float(session))
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{height - _BOTTOM}" y2="{height - _BOTTOM + 5}"/>')
        if x < WIDTH - 60:
            parts.append(f'<text class="soft" x="{x:.1f}" y="{height - 8}">{label}</text>')
    return parts


def _mark(x: float, y: float, label: str) -> str:
    side = ("end", x - 9) if x > WIDTH * 0.7 else ("", x + 9)
    return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/><text class="{side[0]}" x="{side[1]:.1f}" y="{y + 4:.1f}">{label}</text>'


def _legend(labels: list[str]) -> str:
    parts, x = [], float(_LEFT)
    for number, label in enumerate(labels):
        kind = "own" if number == 0 else f"other-{number - 1}"
        parts.append(f'<line class="series {kind}" x1="{x:.0f}" x2="{x + 24:.0f}" y1="42" y2="42"/>')
        parts.append(f'<text x="{x + 30:.0f}" y="46">{escape(label)}</text>')
        x += 52 + sum(_LEGEND_LETTER * (1.7 if ord(letter) > 0x1100 else 1.0) for letter in label)
    return "".join(parts)


def _title(text: str) -> str:
    return f'<text class="title" x="20" y="24">{escape(text)}</text>'


def _synthetic(record: RunRecord, words: _Words) -> str:
    return f'<text class="soft end" x="{WIDTH - _RIGHT}" y="24">{words.synthetic}</text>' if record.facts.synthetic else ""


def _svg(height: int, content: str, label: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f'{head} role="img" aria-label="{escape(label)}">{content}</svg>'


def _inner(svg: str) -> str:
    """Return what stands inside the outermost element."""
    return svg[svg.index(">") + 1 : -len("</svg>")]
