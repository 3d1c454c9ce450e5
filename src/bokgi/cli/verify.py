"""`bokgi verify`: run a saved result again and compare it bit for bit.

Exit code 0 where it agrees, 3 where it does not; 2 where the file is no result or its bars are not there.
"""

from pathlib import Path

import click

from bokgi.cli.endings import DIFFERS, DONE
from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.services.verification import Difference, Verification, verify_result

SHOWN = 12
SHOWN_CHARACTERS = 80


@click.command(
    "verify",
    cls=Command,
    help=say(
        "Run the saved RESULT (of 'bokgi backtest --json') again over the same bars and compare every figure bit for bit. "
        "An own strategy's code is in the result and is run, so verify only files that you trust. "
        "Exit code 0: it agrees; 3: it does not; 2: the file or the bars are not there.",
        "저장된 RESULT('bokgi backtest --json' 결과)를 같은 봉 자료로 다시 실행하여 모든 수치를 한 비트까지 비교합니다. "
        "직접 만든 전략의 코드도 파일에 들어 있어 실행되므로, 믿을 수 있는 파일만 확인하세요. "
        "종료 코드 0: 같음, 3: 다름, 2: 파일이나 봉 자료가 없음.",
    ),
)
@click.argument("result", type=click.Path(path_type=Path))
@click.pass_obj
def verify(settings: Settings, /, result: Path) -> int:
    """Verify one file."""
    found = verify_result(Store(settings.home), Master.read(settings.home), result)
    _show(found)
    return DONE if found.agrees else DIFFERS


def _show(found: Verification) -> None:
    if found.agrees:
        hash_word = found.saved_hash[:12]
        click.echo(say(f"Agrees bit for bit: result {hash_word}.", f"한 비트까지 같습니다: 결과 {hash_word}."))
    else:
        click.echo(say("Does NOT agree. What differs:", "같지 않습니다. 다른 값:"))
        _show_differences(found.differences)
    if not found.is_same_code:
        click.echo(say("The code is another version than at the time of the result.", "결과를 만들 때와 코드 버전이 다릅니다."))
    if not found.is_same_master:
        click.echo(
            say(
                "What the master says of the stocks (names, kinds, boards, listing) has changed since the result.",
                "결과를 만든 뒤 종목 정보(이름, 종류, 시장, 상장·상장폐지)가 바뀌었습니다.",
            )
        )
    if found.environment:
        click.echo(
            say("The environment differs (the figures must not depend on it):", "실행 환경이 다릅니다(수치는 이에 좌우되지 않아야 합니다):")
        )
        _show_differences(found.environment)


def _short(value: object) -> str:
    """A value on one line, however long it is."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} ..."


def _show_differences(differences: tuple[Difference, ...]) -> None:
    for difference in differences[:SHOWN]:
        click.echo(
            say(
                f"  {difference.place}: saved {_short(difference.saved)}, now {_short(difference.computed)}",
                f"  {difference.place}: 저장된 값 {_short(difference.saved)}, 지금 {_short(difference.computed)}",
            )
        )
    if len(differences) > SHOWN:
        click.echo(say(f"  ... and {len(differences) - SHOWN} more", f"  ... 외 {len(differences) - SHOWN}개"))
