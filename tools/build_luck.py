"""Write docs/luck.md: what the best of all pairs of buy and sell bars shows on pure noise. A part of `make drills`: it takes minutes.

The page holds the commit and the machine, so that a claim can be traced to a run; `tests/research/test_luck_table.py` holds the figures
against those that were found by another program.
"""

import math
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bokgi.research.luck import SIZES, LuckRow, simulated_row

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "luck.md"
_HEAD = """# What luck alone brings / 운만으로 나오는 결과

Written by `tools/build_luck.py`, a part of `make drills`; do not edit.

Who tries every time to buy and every time to sell will find a pair that was profitable, with or without skill. The table searches **pure
noise**: prices without any edge, whose sessions have fat tails, a volatility that clusters, and lively ends of the day
(`src/bokgi/research/noise.py`). Every pair of bars is traded in every session, a round trip costs 22.2 bp, the deviation of a session is
2 %. Each row searches so many stocks and looks at the best pair of each.

모든 매수 시각과 매도 시각을 시험하면 실력이 없어도 이익이 난 조합이 나옵니다. 아래 표는 아무 효과가 없는 잡음에서 종목마다 가장 좋은
조합이 어떤 성적을 보이는지 나타냅니다.

"""
_FOOT = """
- N_eff, mean over the stocks: the number of independent trials whose expected best equals that of all pairs, which share most of their
  prices; undefined under 20 sessions.
- Sharpe ratios are annual: the mean over the stocks, and what one stock of twenty is above.
- "Best net" is the largest net result over all sessions, over the seed: the share of stocks where it is above 0, its median, and what one
  stock of twenty is above.
- PBO is by the mean: near 0.5, as it must be, with its deviation from stock to stock; so it never decides alone.
- "False alarms": stocks on which Hansen's test (SPA) against no trade gives a p-value below 5 %. With costs it is careful.
- Sessions here are independent; real ones cluster more. So 60 sessions are a floor and no comfort.
"""


def page(rows: list[LuckRow], seconds: float) -> str:
    """The page in Markdown."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    made = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, {machine}, {seconds:.0f} s in all.\n\n"
    head = (
        "| bars | sessions | pairs | stocks | N_eff | gross Sharpe mean / 95 % | net Sharpe mean / 95 % | best net > 0 "
        "| best net median / 95 % | PBO mean ± deviation | false alarms |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    return _HEAD + made + head + "\n".join(map(_line, rows)) + "\n" + _FOOT


def _line(row: LuckRow) -> str:
    cells = (
        f"{row.bars}",
        f"{row.sessions}",
        f"{row.pairs:,}",
        f"{row.stocks}",
        _known(row.effective_trials, ".0f"),
        f"{row.gross_sharpe[0]:.1f} / {row.gross_sharpe[1]:.1f}",
        f"{row.net_sharpe[0]:.1f} / {row.net_sharpe[1]:.1f}",
        f"{row.profitable:.0%}",
        f"{row.best_median:+.1%} / {row.best_one_in_twenty:+.1%}",
        "–" if math.isnan(row.overfitting[0]) else f"{row.overfitting[0]:.2f} ± {row.overfitting[1]:.2f}",
        _known(row.alarms, ".1%"),
    )
    return f"| {' | '.join(cells)} |"


def _known(value: float, form: str) -> str:
    return "–" if math.isnan(value) else f"{value:{form}}"


def main() -> int:
    """Simulate and write."""
    started, rows = time.monotonic(), []
    for bars, sessions, stocks in SIZES:
        rows.append(simulated_row(bars, sessions, stocks, threads=os.cpu_count() or 1))
        print(f"{bars} bars, {sessions} sessions: {time.monotonic() - started:.0f} s", flush=True)
    PAGE.write_text(page(rows, time.monotonic() - started), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
