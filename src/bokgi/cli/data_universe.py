"""`bokgi data universe`: lists of members by date, and whole markets; importing a file of members with their intervals."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from bokgi.cli.catalog import UNIVERSE
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command, LazyGroup
from bokgi.cli.inputs import DAY
from bokgi.cli.language import current_language, say
from bokgi.cli.screen import console, table
from bokgi.config.settings import Settings
from bokgi.errors.base import Language
from bokgi.services.shelf import Shelf
from bokgi.services.universes import taken_universe, universe_on, universe_rows

universe = LazyGroup(
    "universe",
    UNIVERSE,
    help=say("Which stocks belonged to a list or market, by date.", "날짜별로 어느 종목이 목록이나 시장에 속했는지 봅니다."),
)


@click.command("list", cls=Command, help=say("List the universes.", "유니버스 목록을 보여 줍니다."))
@click.pass_obj
def list_command(settings: Settings, /) -> None:
    """A row a list or market."""
    headings = [(say("name", "이름"), "left"), (say("lists", "목록 수"), "right"), (say("members", "종목 수"), "right")]
    headings += [(say("from", "처음"), "right"), (say("newest", "마지막"), "right"), (say("source", "출처"), "left")]
    shown = table(say("Universes", "유니버스"), headings)
    for row in universe_rows(Shelf(settings.home)):
        count = "-" if row["members"] is None else f"{row['members']:,}"
        lists = say("market", "시장") if row["kind"] == "market" else f"{row['versions']:,}"
        shown.add_row(row["name"], lists, count, row["first"] or "-", row["last"] or "-", row["source"] or "-")
    console().print(shown)


@click.command("show", cls=Command, help=say("Show the members on a day.", "어느 날의 구성 종목을 보여 줍니다."))
@click.argument("name")
@click.option("--date", "day", type=DAY, help=say("The day; today by default.", "날짜(기본은 오늘)."))
@click.pass_obj
def show_command(settings: Settings, /, name: str, day: date | None) -> None:
    """A row a member."""
    found = universe_on(Shelf(settings.home), name, day or date.today())  # noqa: DTZ011  # a person's own day
    effective = found["effective"] or found["published"] or "?"
    count = len(found["members"])
    click.echo(
        say(
            f"{found['name']} on {found['date']}: {count:,} members (list of {effective})",
            f"{found['name']}, {found['date']}: {count:,}종목({effective} 목록)",
        )
    )
    for fault in found["faults"]:
        click.echo("  " + fault["korean" if current_language() is Language.KOREAN else "english"])
    headings = [(say("code", "코드"), "left"), (say("name", "이름"), "left"), (say("since", "편입일"), "right")]
    headings += [(say("until", "제외일"), "right"), (say("delisted", "상장폐지"), "right"), (say("daily bars", "일봉"), "left")]
    shown = table("", headings)
    for row in found["members"]:
        bars = say("yes", "있음") if row["has_bars"] else "-"
        shown.add_row(row["code"], row["name"] or "-", row["since"] or "-", row["until"] or "-", row["delisted"] or "-", bars)
    console().print(shown)


@click.command(
    "import",
    cls=Command,
    help=say(
        "Read members with their intervals: a CSV of code, from, until (empty while it is a member), with or without name.",
        "구성 종목과 기간을 가져옵니다: 종목코드, 편입일, 제외일(지금도 구성 종목이면 비움)이 있는 CSV. 종목명은 없어도 됩니다.",
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help=say("Name of the list; by default from the file's name.", "목록 이름(기본은 파일 이름에서)."))
@click.option("--preview", is_flag=True, help=say("Say what would change; store nothing.", "무엇이 바뀌는지만 보고 저장하지 않습니다."))
@click.pass_obj
def import_command(settings: Settings, /, path: Path, name: str | None, preview: bool) -> int:
    """Take the file; a file of intervals takes the place of the earlier one of its list."""
    for line in _change_lines(taken_universe(Shelf(settings.home), path, name, preview=preview)):
        click.echo(line)
    return DONE


def _change_lines(change: dict[str, Any]) -> list[str]:
    span, word = f"{change['first'] or '?'}~{change['last'] or '?'}", change["name"]
    lists, members = change["lists_after"], change["members_after"]
    lines = [
        say(
            f"{word}: {members:,} members in the newest of {lists:,} lists ({span}).",
            f"{word}: 마지막 목록 {members:,}종목, 목록 {lists:,}개({span}).",
        )
    ]
    if change["preview"]:
        lines[0] += say(" Preview, nothing was stored.", " 미리 보기라서 저장하지 않았습니다.")
    kinds = (("added", "new lists", "새 목록"), ("changed", "changed lists", "바뀌는 목록"), ("removed", "removed lists", "없어지는 목록"))
    lines += [f"  {say(english, korean)}: {', '.join(change[key])}" for key, english, korean in kinds if change[key]]
    for key, english, korean in (("joined", "joining", "편입"), ("left", "leaving", "제외")):
        if change[f"{key}_count"] and not change["is_new"]:
            shown = ", ".join(f"{each['code']} {each['name']}".strip() for each in change[key])
            lines.append(f"  {say(english, korean)} {change[f'{key}_count']:,}: {shown}")
    return lines
