"""`bokgi instruments`: what is known of instruments, by the master files that were imported and the bars that are stored."""

import json
from dataclasses import asdict

import click

from bokgi.cli.catalog import INSTRUMENTS
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command, LazyGroup
from bokgi.cli.language import say
from bokgi.cli.screen import console, table
from bokgi.config.settings import Settings
from bokgi.data.instrument_catalog import search_entries
from bokgi.data.instrument_search import LARGEST_LIMIT, InstrumentIndex, SearchEntry
from bokgi.data.master import Master
from bokgi.data.store import Store

instruments = LazyGroup(
    "instruments",
    INSTRUMENTS,
    help=say("Search for instruments by code, name or initial consonants.", "종목코드, 이름, 초성으로 종목을 찾습니다."),
)


@click.command(
    "search",
    cls=Command,
    help=say(
        "Find instruments whose code, Korean or English name fits TEXT; initial consonants (ㅅㅅㅈㅈ) and half-typed words will do. "
        "Best first.",
        "TEXT에 맞는 종목을 종목코드, 한글·영문 이름, 초성(ㅅㅅㅈㅈ)으로 찾아 가까운 것부터 보여 줍니다. 치다 만 말도 됩니다.",
    ),
)
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, LARGEST_LIMIT),
    default=20,
    show_default=True,
    help=say("How many to show at most.", "보여 줄 종목 수."),
)
@click.option("--json", "as_json", is_flag=True, help=say("As JSON.", "JSON으로 보여 줍니다."))
@click.pass_obj
def search_command(settings: Settings, /, text: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Search and show."""
    store, master = Store(settings.home), Master.read(settings.home)
    found = InstrumentIndex(search_entries(store, master)).search(" ".join(text), limit)
    if as_json:
        click.echo(json.dumps([_to_json(entry, master) for entry in found], ensure_ascii=False, indent=1))
    elif found:
        _show(found, master)
    else:
        click.echo(_nothing(" ".join(text), master))
    return DONE


def _to_json(entry: SearchEntry, master: Master) -> dict[str, object]:
    known = master.lookup(entry.code)
    days = {name: day.isoformat() if day else None for name, day in (("listed", known.listed), ("delisted", known.delisted))}
    return asdict(entry) | {"sector": master.sector(entry.code)} | days


def _show(found: tuple[SearchEntry, ...], master: Master) -> None:
    headings = (
        say("code", "코드"),
        say("name", "이름"),
        say("English name", "영문 이름"),
        say("market", "시장"),
        say("kind", "종류"),
        say("sector", "업종"),
        say("remarks", "비고"),
    )
    shown = table("", [(heading, "left") for heading in headings])
    for entry in found:
        shown.add_row(
            entry.code, entry.name, entry.name_en or "-", entry.market, str(entry.kind), master.sector(entry.code) or "-", _remarks(entry)
        )
    console().print(shown)


def _remarks(entry: SearchEntry) -> str:
    words = {say("bars stored", "봉 자료 있음"): entry.has_bars, say("not listed", "상장폐지"): not entry.is_listed}
    return ", ".join(word for word, holds in words.items() if holds)


def _nothing(text: str, master: Master) -> str:
    if not master.version():
        return say(
            f"Nothing is found for '{text}', and no list of issues was imported: `bokgi data import FILE` takes one.",
            f"'{text}'에 맞는 종목이 없습니다. 종목 정보 파일을 아직 가져오지 않았습니다: `bokgi data import 파일`.",
        )
    return say(f"Nothing is found for '{text}'.", f"'{text}'에 맞는 종목이 없습니다.")
