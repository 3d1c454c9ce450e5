"""The figures of a result computed anew from the downloaded CSV, by code that shares nothing with the service.

Convention: money is whole won in the synthetic market of the smoke test, so sums are exact; ratios are compared to nine digits. Only the
trade rows are believed; the summary block of the file and the result must both agree with them.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bokgi.operations.asking import Json
from bokgi.operations.smoke.step_judge import Problem, is_there, short, value_at

COLUMNS = [
    "번호",
    "종목코드",
    "종목명",
    "매수일시",
    "매수가",
    "수량",
    "매도일시",
    "매도가",
    "투입금액",
    "매매차익",
    "수수료",
    "세금",
    "순수익",
    "거래후잔고",
    "매도사유",
]
CAPITAL_LABELS = ("종목당 투자금", "Initial capital")
RELATIVE = 1e-9
TOTAL, NUMBER = "metrics.total_trades", "번호"


@dataclass(frozen=True, slots=True)
class Row:
    """One closed trade; money in won."""

    code: str
    bought_at: str
    sold_at: str
    buy_price: Fraction
    sell_price: Fraction
    shares: Fraction
    gross: Fraction
    commission: Fraction
    tax: Fraction
    profit: Fraction
    balance: Fraction


def file_problems(content: bytes, result: object) -> Iterator[Problem]:
    """Where the trades of a file do not add up to a result."""
    try:
        capital, rows, open_count = read_rows(content)
    except (ValueError, KeyError, IndexError, UnicodeDecodeError, csv.Error) as error:
        yield Problem("csv", "a summary, an empty line, the header and trades", short(str(error)))
        return
    for number, row in enumerate(rows, 1):
        yield from _row_problems(number, row)
    yield from _balance_problems(rows, capital)
    for path, wanted in {**_figures(rows, open_count), **_equity_figures(rows, open_count, capital, result)}.items():
        yield from _compared(path, wanted, value_at(result, path))
    yield from _stock_problems(rows, result)


def read_rows(content: bytes) -> tuple[Fraction, list[Row], int]:
    """Capital of an account, closed trades, and the number of open positions.

    Raises
    ------
    ValueError, KeyError, IndexError
        It is no such file.
    """
    if not content.startswith(b"\xef\xbb\xbf"):
        raise ValueError("there is no byte order mark, so Excel would not show Korean")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    split = lines.index([])
    if lines[split + 1] != COLUMNS:
        raise ValueError(f"the header is {','.join(lines[split + 1])}")
    summary = {line[0]: line[1] for line in lines[:split]}
    capital = next(Fraction(summary[label]) for label in CAPITAL_LABELS if label in summary)
    cells = [dict(zip(COLUMNS, line, strict=True)) for line in lines[split + 2 :]]
    if [cell[NUMBER] for cell in cells] != [str(number) for number in range(1, len(cells) + 1)]:
        raise ValueError("the trades are not numbered from 1")
    closed = [_row(cell) for cell in cells if cell["매도일시"]]
    return capital, closed, len(cells) - len(closed)


def _row(cell: Mapping[str, str]) -> Row:
    names = ("매수가", "매도가", "수량", "매매차익", "수수료", "세금", "순수익", "거래후잔고")
    return Row(cell["종목코드"], cell["매수일시"], cell["매도일시"], *(Fraction(cell[name]) for name in names))


def _row_problems(number: int, row: Row) -> Iterator[Problem]:
    """Whether a row agrees with itself."""
    if row.gross != (row.sell_price - row.buy_price) * row.shares:
        yield Problem(f"csv.{number}.gross", str((row.sell_price - row.buy_price) * row.shares), str(row.gross))
    if row.profit != row.gross - row.commission - row.tax:
        yield Problem(f"csv.{number}.profit", str(row.gross - row.commission - row.tax), str(row.profit))
    if row.shares <= 0 or row.commission < 0 or row.tax < 0 or row.sold_at < row.bought_at:
        yield Problem(f"csv.{number}", "shares above 0, costs not below 0, sold after bought", f"{row.bought_at} - {row.sold_at}")


def _balance_problems(rows: Sequence[Row], capital: Fraction) -> Iterator[Problem]:
    """Whether each account's balance is its capital and all its profits so far."""
    balances: dict[str, Fraction] = {}
    for row in sorted(rows, key=lambda one: one.sold_at):
        balances[row.code] = balances.get(row.code, capital) + row.profit
        if row.balance != balances[row.code]:
            yield Problem(f"csv.{row.code}.balance", str(balances[row.code]), str(row.balance))
            return


def _figures(rows: Sequence[Row], open_count: int) -> dict[str, Fraction | None]:
    """Figures of the trades alone, by their place in the result."""
    won = [row.profit for row in rows if row.profit > 0]
    lost = [row.profit for row in rows if row.profit < 0]
    total, costs = sum((row.profit for row in rows), Fraction(0)), sum((row.commission + row.tax for row in rows), Fraction(0))
    figures = {
        TOTAL: Fraction(len(rows)),
        "metrics.open_positions": Fraction(open_count),
        "metrics.winning_trades": Fraction(len(won)),
        "metrics.losing_trades": Fraction(len(lost)),
        "metrics.total_profit": total,
        "metrics.gross_profit": sum(won, Fraction(0)),
        "metrics.gross_loss": sum(lost, Fraction(0)),
        "metrics.win_rate": _ratio(Fraction(len(won)), len(rows)),
        "metrics.profit_factor": _ratio(sum(won, Fraction(0)), -sum(lost, Fraction(0))),
        "metrics.expectancy": _ratio(total, len(rows)),
        "metrics.best_trade": max((row.profit for row in rows), default=None),
        "metrics.worst_trade": min((row.profit for row in rows), default=None),
    }
    if won and lost:
        figures["metrics.payoff_ratio"] = Fraction(sum(won)) / len(won) / -(Fraction(sum(lost)) / len(lost))
    if not open_count:
        figures |= {"metrics.total_cost": costs, "metrics.total_tax": sum((row.tax for row in rows), Fraction(0))}
    return figures


def _equity_figures(rows: Sequence[Row], open_count: int, capital: Fraction, result: object) -> dict[str, Fraction | None]:
    """Figures of the equity, where nothing is held over a session's end: there the trades alone say it."""
    accounts = value_at(result, "metrics.stocks")
    if open_count or not isinstance(accounts, int) or not accounts or any(row.bought_at[:10] != row.sold_at[:10] for row in rows):
        return {}
    start = capital * accounts
    curve = [start]
    for day in sorted({row.sold_at[:10] for row in rows}):
        curve.append(curve[-1] + sum(row.profit for row in rows if row.sold_at[:10] == day))
    return {
        "metrics.initial_equity": start,
        "metrics.final_equity": curve[-1],
        "metrics.total_return": curve[-1] / start - 1,
        "metrics.max_drawdown_session_end": min(value / max(curve[: place + 1]) - 1 for place, value in enumerate(curve)),
        "metrics.best_session": max([after / before - 1 for before, after in pairwise(curve)], default=Fraction(0)),
        "metrics.unrealised_profit": Fraction(0),
    }


def _stock_problems(rows: Sequence[Row], result: object) -> Iterator[Problem]:
    """Whether the rows by stock are the sums of their trades."""
    stocks = value_at(result, "stocks")
    if not isinstance(stocks, list):
        yield Problem("stocks", "a list", "absent")
        return
    sums: dict[str, list[Fraction]] = {str(stock.get("code")): [] for stock in stocks if isinstance(stock, Mapping)}
    for row in rows:
        sums.setdefault(row.code, []).append(row.profit)
    for place, stock in enumerate(stocks):
        profits = sums.get(str(value_at(stock, "code")), [])
        yield from _compared(f"stocks.{place}.total_trades", Fraction(len(profits)), value_at(stock, "total_trades"))
        yield from _compared(f"stocks.{place}.total_profit", sum(profits, Fraction(0)), value_at(stock, "total_profit"))
    if len(sums) != len(stocks):
        yield Problem("stocks", "every stock that was traded", f"{len(stocks)} of {len(sums)}")


def _compared(path: str, wanted: Fraction | None, seen: Json) -> Iterator[Problem]:
    if not is_there(seen):
        yield Problem(path, _shown(wanted), "absent")
    elif (
        (wanted is None) != (seen is None)
        or isinstance(seen, bool | str)
        or (wanted is not None and abs(float(wanted) - float(seen)) > RELATIVE * max(abs(float(wanted)), 1.0))
    ):
        yield Problem(path, _shown(wanted), short(seen))


def _shown(value: Fraction | None) -> str:
    return "null" if value is None else f"{float(value):.12g}"


def _ratio(numerator: Fraction, denominator: Fraction | int) -> Fraction | None:
    return numerator / denominator if denominator else None
