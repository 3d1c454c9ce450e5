"""Write `docs/metrics.md` from the catalogue of metrics; `--check` only says whether the page is up to date."""

import sys
from pathlib import Path

from bokgi.metrics.catalog import METRICS, PERFORMANCE, Metric

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"

_HEAD = """# Metrics / 지표

Generated from `src/bokgi/metrics/catalog.py` by `tools/build_metrics_page.py`; do not edit.

- Sessions are all sessions of the exchange in the period, with bars or without; r_i = E_i / E_(i-1) - 1 at session ends, the first
  against E0.
- N, sessions a year, is 245 (XKRX) or 252 (XNYS), never counted from the run. The risk-free rate is annual, 0 by default; a session
  takes rf / N.
- Annual figures (CAGR, volatility, Sharpe, Sortino, Calmar) are null under 60 sessions. Calendar days count the first and the last session.
- Undefined is null, never 0, 10 or infinity. A deviation below 1e-13 is rounding of equal returns and counts as none.
- `max_drawdown` is the one on bars: it is the deeper one. The one at session ends stands beside it; both come with peak, trough,
  recovery and duration.
- `win_rate` counts winners over closed trades; a trade of zero profit is neither a winner nor a loser, but closed.
- `total_profit` holds closed trades; `total_profit + unrealised_profit = E_end - E0`, to the won. `total_cost` holds every fill, so it
  includes the purchase commission of open positions.
- Ratios are fractions in the API's `metrics`; the strings of `performance` are rounded from the decimal digits of that number, halves
  away from zero (12.345 % becomes 12.35 %), as spreadsheets and browsers round.

"""


def page() -> str:
    """The whole page."""
    rows = ["| API | 한국어 | English | formula | unit | better | in `performance` |", "|---|---|---|---|---|---|---|"]
    return _HEAD + "\n".join(rows + [_row(metric) for metric in METRICS]) + "\n"


def _row(metric: Metric) -> str:
    shown = f"yes, {metric.decimals} decimals" if metric.name in PERFORMANCE else ""
    formula = metric.formula.replace("|", "\\|")
    return f"| `{metric.name}` | {metric.korean} | {metric.english} | {formula} | {metric.unit} | {metric.better} | {shown} |"


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text("utf-8") == page() else 1
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
