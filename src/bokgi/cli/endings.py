"""How the program ends: one sentence on stderr and an exit code, whatever happened.

0: done; 1: the machine or Bokgi itself is at fault; 2: the input or the data are; 3: `verify` found that a result does not agree;
130: stopped with Ctrl-C or cancelled; 141: the reader of the output has gone.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bokgi.cli.click_words import korean_message
from bokgi.cli.language import current_language, say
from bokgi.cli.option_words import option_sentence
from bokgi.config.settings import Settings
from bokgi.errors.base import BokgiError, DataError, InputError, MissingError
from bokgi.errors.runs import RunCancelled

DONE, FAULT, WRONG_INPUT, DIFFERS, STOPPED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141


def exit_code_of(run: Callable[[], object], settings: Callable[[], Settings | None]) -> int:
    """Run, and turn whatever comes out into an exit code and at most one sentence.

    settings : those of the command that ran, if it came so far; the log of an unforeseen fault goes to their home
    """
    try:
        given = run()
    except BokgiError as error:
        return _ended(option_sentence(error, current_language()), _code_of(error))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG_INPUT
    except click.UsageError as error:
        return _ended(usage_sentence(error), WRONG_INPUT)
    except click.ClickException as error:
        return _ended(error.format_message(), FAULT)
    except (KeyboardInterrupt, click.Abort):
        return _ended(say("Stopped.", "중단했습니다."), STOPPED)
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001  # the last net: nobody may be left with a traceback
        return _ended(_unexpected(error, settings()), FAULT)
    return given if isinstance(given, int) else DONE


def _code_of(error: BokgiError) -> int:
    if isinstance(error, RunCancelled):
        return STOPPED
    return WRONG_INPUT if isinstance(error, InputError | DataError | MissingError) else FAULT


def _ended(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def _pipe_closed() -> int:
    """The reader of our output has gone (`| head`); Python must not try to flush into the pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def usage_sentence(error: click.UsageError) -> str:
    """What was wrong with the command line, and where its help is."""
    context = error.ctx
    path = context.command_path if context is not None else "bokgi"
    hint = say(f"See '{path} --help'.", f"'{path} --help'를 보세요.")
    return f"{say(error.format_message(), _korean_usage(error))} {hint}"


def _korean_usage(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            near = f" 비슷한 옵션: {', '.join(error.possibilities)}." if error.possibilities else ""
            return f"{error.option_name}이라는 옵션은 없습니다.{near}"
        case click.MissingParameter() if error.param is not None:
            return f"{_named(error.param)}이(가) 빠졌습니다."
        case click.BadParameter() if error.param is not None:
            return f"{_named(error.param)}의 값이 맞지 않습니다: {korean_message(error.message)}"
        case click.exceptions.NoSuchCommand():
            return f"'{error.command_name}'이라는 명령은 없습니다."
    return korean_message(error.format_message())


def _named(parameter: click.Parameter) -> str:
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(click.Context(click.Command("bokgi")))


def _unexpected(error: Exception, settings: Settings | None) -> str:
    log = _write_log(error, settings)
    return say(
        f"Bokgi failed in a way nobody foresaw ({type(error).__name__}); the details are in {log}. Please report them.",
        f"예상하지 못한 오류({type(error).__name__})가 났습니다. 자세한 내용은 {log}에 있습니다. 알려 주시면 고치겠습니다.",
    )


def _write_log(error: Exception, settings: Settings | None) -> Path:
    now = datetime.now(UTC)
    name = f"fault-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    lines = [f"{now.isoformat()}\n", f"python {sys.version}\n", *traceback.format_exception(error)]
    for folder in _log_folders(settings):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("".join(lines), encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return Path("-")


def _log_folders(settings: Settings | None) -> Sequence[Path]:
    temporary = Path(tempfile.gettempdir())
    return (temporary,) if settings is None else (settings.home / "logs", temporary)
