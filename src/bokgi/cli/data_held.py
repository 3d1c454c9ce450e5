"""`bokgi data held`: answers of sources that contradict what is stored; a person looks, and takes, joins or refuses them."""

from typing import Any

import click

from bokgi.cli.catalog import HELD
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command, LazyGroup
from bokgi.cli.language import current_language, say
from bokgi.cli.screen import console, table
from bokgi.config.settings import Settings
from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.master import Master
from bokgi.data.sources.held import Choice, Extent, Held, HeldView, decide, decisions, held_answer, held_answers, held_view
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.market.codes import normalised_code
from bokgi.services.held_work import decision_words

held = LazyGroup(
    "held",
    HELD,
    help=say(
        "Answers of sources that were held back because they contradict what is stored.",
        "저장된 과거와 맞지 않아 보류한 제공처 자료를 보고 정합니다.",
    ),
)
_SOURCE = click.option("--source", default="yahoo", show_default=True, metavar="NAME", help=say("Who sent it.", "제공처."))
_SHA256 = click.option(
    "--sha256",
    required=True,
    metavar="HASH",
    help=say("The answer that you looked at, as `show` names it.", "보고 정하는 자료의 SHA-256(`show`가 알려 줍니다)."),
)
_INTERVAL = click.option("--interval", default="1d", show_default=True, metavar="LENGTH", help=say("Length of the bars.", "봉 간격."))


@click.command("list", cls=Command, help=say("List what waits, and the last decisions.", "보류된 자료와 지난 결정을 보여 줍니다."))
@click.pass_obj
def list_command(settings: Settings, /) -> None:
    """A row an answer, then the decisions."""
    store, waiting = Store(settings.home), held_answers(settings.home)
    if not waiting:
        click.echo(say("Nothing is held back.", "보류된 자료가 없습니다."))
    else:
        headings = [(say("source", "제공처"), "left"), (say("code", "코드"), "left"), (say("interval", "간격"), "left")]
        headings += [(say("stored", "저장된 봉"), "left"), (say("offered", "새 봉"), "left"), (say("differing", "다른 봉"), "right")]
        shown = table(say("Held back", "보류된 자료"), headings)
        for each in waiting:
            view = held_view(store, each)
            stored = _span(view.before) if view.before else "-"
            shown.add_row(each.source, each.code, str(each.interval), stored, _span(view.after), f"{view.differing:,}")
        console().print(shown)
    for record in decisions(settings.home)[:10]:
        click.echo(f"{record['at'][:16].replace('T', ' ')} {_of_language(decision_words(record))}")


@click.command("show", cls=Command, help=say("Show what taking an answer would change.", "새 값을 쓰면 무엇이 바뀌는지 보여 줍니다."))
@click.argument("code")
@_SOURCE
@_INTERVAL
@click.pass_obj
def show_command(settings: Settings, /, code: str, source: str, interval: str) -> None:
    """Both extents, the reason, the first differences, and the ways to decide."""
    store, chosen = Store(settings.home), held_answer(settings.home, source, interval, _code(code))
    view = held_view(store, chosen)
    click.echo(say(f"Stored:  {_span(view.before)}", f"저장된 봉: {_span(view.before)}"))
    click.echo(say(f"Offered: {_span(view.after)}", f"새 봉: {_span(view.after)}"))
    if view.reason is not None:
        click.echo(fault_sentence(view.reason, current_language()))
    _show_differences(view)
    _show_left(view)
    click.echo(f"SHA-256: {view.sha256}")
    _show_ways(view, chosen)


@click.command(
    "take",
    cls=Command,
    help=say(
        "Exchange the stored series for the answer; the version before keeps the old one.",
        "저장된 계열을 새 값으로 바꿉니다. 예전 값은 이전 판에 남습니다.",
    ),
)
@click.argument("code")
@_SOURCE
@_INTERVAL
@_SHA256
@click.pass_obj
def take_command(settings: Settings, /, **asked: Any) -> int:
    """Take."""
    return _decide(settings, Choice.TAKE, **asked)


@click.command(
    "join",
    cls=Command,
    help=say(
        "Put the answer behind the stored bars as it is, where no bar in common differs.",
        "겹치는 봉이 모두 같을 때, 새 봉을 저장된 봉 뒤에 그대로 이어 붙입니다.",
    ),
)
@click.argument("code")
@_SOURCE
@_INTERVAL
@_SHA256
@click.pass_obj
def join_command(settings: Settings, /, **asked: Any) -> int:
    """Join."""
    return _decide(settings, Choice.JOIN, **asked)


@click.command(
    "refuse", cls=Command, help=say("Keep the stored bars, and put the answer aside.", "저장된 봉을 그대로 두고 새 값을 거절합니다.")
)
@click.argument("code")
@_SOURCE
@_INTERVAL
@_SHA256
@click.pass_obj
def refuse_command(settings: Settings, /, **asked: Any) -> int:
    """Refuse."""
    return _decide(settings, Choice.REFUSE, **asked)


def _decide(settings: Settings, choice: Choice, code: str, source: str, interval: str, sha256: str) -> int:
    chosen = held_answer(settings.home, source, interval, _code(code))
    record = decide(Store(settings.home), Master.read(settings.home), chosen, choice, sha256)
    click.echo(_of_language(decision_words(record)))
    return DONE


def _show_differences(view: HeldView) -> None:
    if not view.differences:
        return
    headings = [(say("session", "거래일"), "left"), (say("stored close", "저장된 종가"), "right")]
    headings += [(say("offered close", "새 종가"), "right"), (say("ratio", "비율"), "right")]
    shown = table(
        say(f"{view.differing:,} of {view.common:,} differ", f"겹치는 {view.common:,}개 중 {view.differing:,}개가 다름"), headings
    )
    for each in view.differences:
        clock = "" if view.held.interval.is_daily else f" {each.minute // 60:02d}:{each.minute % 60:02d}"
        ratio = f"{each.after / each.before:.6g}" if each.before else "-"
        shown.add_row(f"{each.session}{clock}", f"{each.before:,.10g}", f"{each.after:,.10g}", ratio)
    console().print(shown)


def _show_left(view: HeldView) -> None:
    """What is lost, before anybody decides."""
    left = view.left
    if left is not None:
        click.echo(
            say(
                f"If taken: {left.bars:,} stored bars that the answer lacks ({left.first}~{left.last}) stay in the old version alone.",
                f"새 값을 쓰면: 새 자료에 없는 저장된 봉 {left.bars:,}개({left.first}~{left.last})는 이전 판에만 남습니다.",
            )
        )


def _show_ways(view: HeldView, chosen: Held) -> None:
    words = f"{chosen.code} --source {chosen.source} --interval {chosen.interval} --sha256 {view.sha256}"
    older = ""
    if view.keeps_older:
        older = say(
            f"; the {view.older:,} bars before are read times {view.factor:.6g}", f"; 앞의 봉 {view.older:,}개는 {view.factor:.6g}배로 읽음"
        )
    click.echo(f"bokgi data held take {words}{older}")
    if not view.differing:
        click.echo(f"bokgi data held join {words}")
    click.echo(f"bokgi data held refuse {words}")


def _span(extent: Extent | None) -> str:
    return "-" if extent is None else f"{extent.bars:,} ({extent.first}~{extent.last}, {extent.last_close:,.10g})"


def _of_language(words: tuple[str, str]) -> str:
    return words[0] if current_language() is Language.KOREAN else words[1]


def _code(given: str) -> str:
    return normalised_code(given)
