"""`bokgi strategies`: the built-in strategies, and each parameter as the option that `bokgi backtest` takes."""

import json

import click

from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.screen import console, table
from bokgi.strategies.catalog import CATALOG, Entry, entry_of
from bokgi.strategies.strategy import declared


@click.command(
    "strategies",
    cls=Command,
    help=say(
        "List the built-in strategies with their parameters, what is allowed for each, and the default. With NAMES only those.",
        "내장 전략과 매개변수, 허용 범위, 기본값을 보여 줍니다. NAMES를 주면 그 전략만 보여 줍니다.",
    ),
)
@click.argument("names", nargs=-1)
@click.option(
    "--json", "as_json", is_flag=True, help=say("As JSON, with schemas of the parameters.", "매개변수 스키마와 함께 JSON으로 보여 줍니다.")
)
def strategies(names: tuple[str, ...], as_json: bool) -> int:
    """Show all, or those that were named."""
    chosen = [entry_of(name) for name in names] or list(CATALOG.values())
    if as_json:
        click.echo(json.dumps([entry.to_json() for entry in chosen], ensure_ascii=False, indent=1))
        return DONE
    for entry in chosen:
        _show(entry)
    return DONE


def _show(entry: Entry) -> None:
    click.echo(click.style(entry.name, bold=True) + f"  {say(entry.english, entry.korean)}")
    click.echo(f"  {say(entry.strategy.english, entry.strategy.korean)}")
    parameters = declared(entry.strategy)
    if not parameters:
        click.echo(say("  It takes no parameters.\n", "  매개변수가 없습니다.\n"))
        return
    headings = (say("option", "옵션"), say("default", "기본값"), say("allowed", "허용 값"), say("meaning", "뜻"))
    shown = table("", [(heading, "left") for heading in headings])
    for name, parameter in parameters.items():
        english, korean = parameter.allowed()
        shown.add_row("--" + name.replace("_", "-"), str(parameter.default), say(english, korean), say(parameter.english, parameter.korean))
    console().print(shown)
