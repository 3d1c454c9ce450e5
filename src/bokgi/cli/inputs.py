"""Kinds of values that options take, for all commands: intervals and days.

A wrong value is told by the project's own error, in the person's language.
"""

from datetime import date, datetime

import click

from bokgi.bars.interval import Interval
from bokgi.cli.language import say


class IntervalInput(click.ParamType[Interval]):
    """`5m`, `1d`"""

    name = "interval"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "1m|5m|1d"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Interval:
        return value if isinstance(value, Interval) else Interval.from_text(str(value))


class DayInput(click.ParamType[date]):
    """`2025-10-16` or `20251016`, a session's date in exchange time; both ends of a period are inclusive."""

    name = "day"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        for form in ("%Y-%m-%d", "%Y%m%d"):
            try:
                return datetime.strptime(str(value), form).date()  # noqa: DTZ007  # a plain date has no zone
            except ValueError:
                continue
        sentence = say(f"'{value}' is no day; write it as 2025-10-16.", f"'{value}'은(는) 날짜가 아닙니다. 2025-10-16처럼 쓰세요.")
        raise click.BadParameter(sentence, ctx, param)


INTERVAL = IntervalInput()
DAY = DayInput()
