"""Colours and letters of charts and pages, for light and dark screens.

Convention: up and buy red, down and sell blue in Korean; green and red in English. Lines that must be told apart also differ in dashes, so
that nothing depends on colour alone.
"""

from bokgi.errors.base import Language

FONT = "system-ui,-apple-system,'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR','NanumGothic',sans-serif"

_LIGHT = {
    "paper": "#ffffff",
    "raised": "#f6f7f9",
    "ink": "#1b1f24",
    "soft": "#667080",
    "grid": "#e3e6ea",
    "line": "#3559c7",
    "other-0": "#8a6d00",
    "other-1": "#7a7f87",
    "other-2": "#7b3fa0",
    "warn": "#8a5300",
    "warn-paper": "#fff4dc",
}
_DARK = {
    "paper": "#14171c",
    "raised": "#1d2229",
    "ink": "#e8eaee",
    "soft": "#9aa4b2",
    "grid": "#2c323b",
    "line": "#86a5ff",
    "other-0": "#e3b93c",
    "other-1": "#a3a9b3",
    "other-2": "#cf97ef",
    "warn": "#ffce7a",
    "warn-paper": "#3a2c10",
}
_UP_DOWN = {
    Language.KOREAN: ({"up": "#d12f2f", "down": "#1f5fd0"}, {"up": "#ff7575", "down": "#6ba4ff"}),
    Language.ENGLISH: ({"up": "#12804a", "down": "#c8322b"}, {"up": "#45c98a", "down": "#ff7b72"}),
}

CHART_RULES = (
    f"svg.chart{{font-family:{FONT};background:var(--paper)}}"
    "svg.chart text{fill:var(--ink);font-size:12px}svg.chart text.soft{fill:var(--soft)}"
    "svg.chart text.title{font-size:15px;font-weight:600}"
    "svg.chart text.end{text-anchor:end}svg.chart text.middle{text-anchor:middle}"
    ".paper{fill:var(--paper)}.grid{stroke:var(--grid);stroke-width:1;shape-rendering:crispEdges}"
    ".base{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}"
    ".series{fill:none;stroke-width:1.6;stroke-linejoin:round}.own{stroke:var(--line);stroke-width:2}"
    ".other-0{stroke:var(--other-0);stroke-dasharray:6 3}.other-1{stroke:var(--other-1);stroke-dasharray:2 3}"
    ".other-2{stroke:var(--other-2);stroke-dasharray:9 3 2 3}"
    ".fall{fill:var(--down);fill-opacity:.22;stroke:var(--down);stroke-width:1.2}"
    ".up{fill:var(--up)}.down{fill:var(--down)}svg.chart text.up{fill:var(--up)}svg.chart text.down{fill:var(--down)}"
    ".mark{fill:var(--paper);stroke:var(--down);stroke-width:2}"
)


def palette(language: Language) -> str:
    """Return the rules that set the colours, dark ones where the reader's screen is dark."""
    light, dark = _UP_DOWN[language]
    return (
        f":root{{color-scheme:light dark;{_variables(_LIGHT | light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(_DARK | dark)}}}}}"
    )


def paper_palette(language: Language) -> str:
    """Return the rules that set the colours on printed paper, which is always light."""
    light, _ = _UP_DOWN[language]
    return f"@media print{{:root{{color-scheme:light;{_variables(_LIGHT | light)}}}}}"


def paper_colours(language: Language) -> dict[str, str]:
    """Return the colours on paper by name, for documents that know no variables."""
    return _LIGHT | _UP_DOWN[language][0]


def paper_rules(language: Language, font: str) -> str:
    """Return the rules of charts with colours and font written out, for readers of SVG that know no variables."""
    rules = CHART_RULES.replace(FONT, f"'{font}'")
    for name, colour in paper_colours(language).items():
        rules = rules.replace(f"var(--{name})", colour)
    return rules


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())
