"""`bokgi serve`, `bokgi api` and `bokgi work`: the service on this machine, or its parts on several."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.errors.processes import TokenMissing

if TYPE_CHECKING:
    from bokgi.api.listening import Listening
    from bokgi.bootstrap.locks import Lock
    from bokgi.services.application import Application

WORKER_GRACE_SECONDS = 2.0
"""On Ctrl-C a run that is not done by then is left, and taken up again at the next start."""


def _host_option() -> click.Option:
    words = say(
        "Address to listen on (or BOKGI_HOST); any but this machine's own needs BOKGI_TOKEN.", "요청을 받을 주소 (또는 BOKGI_HOST)."
    )
    return click.Option(["--host"], metavar="HOST", help=words)


def _port_option() -> click.Option:
    words = say("Port to listen on (or BOKGI_PORT); 0 takes a free one.", "요청을 받을 포트 (또는 BOKGI_PORT). 0이면 빈 포트를 씁니다.")
    return click.Option(["--port"], metavar="PORT", type=click.IntRange(0, 65_535), help=words)


@click.pass_obj
def _serve(settings: Settings, /, demo: bool, host: str | None, port: int | None) -> int:
    """The service with its worker, until Ctrl-C."""
    chosen = _checked(settings, host, port)
    from bokgi.bootstrap.home import make_home

    make_home(chosen)
    with _service_lock(chosen) as lock, _listening(chosen) as listening:
        _say_who_holds(lock, listening)
        _run_service(chosen, listening, demo)
    return DONE


@click.pass_obj
def _api(settings: Settings, /, host: str | None, port: int | None) -> int:
    """The HTTP side alone, until Ctrl-C."""
    chosen = _checked(settings, host, port)
    from bokgi.bootstrap.home import make_home

    make_home(chosen)
    with _listening(chosen) as listening:
        from bokgi.bootstrap.build import build  # slow to import: a port in use is said before

        _log_to(chosen, f"api-{listening.getsockname()[1]}")
        application = build(chosen)
        try:
            _answer(application, listening)
        finally:
            application.close()
    return DONE


@click.pass_obj
def _work(settings: Settings, /, name: str, grace: float) -> NoReturn:
    """A worker alone, until Ctrl-C."""
    from bokgi.bootstrap.home import make_home
    from bokgi.bootstrap.worker_process import WorkerPlan, run_worker

    make_home(settings)
    click.echo(say("The worker starts; Ctrl-C ends it.", "작업자를 시작합니다. Ctrl-C로 끝냅니다."), err=True)
    run_worker(settings, WorkerPlan(name, grace))


serve = Command(
    "serve",
    params=[
        click.Option(
            ["--demo"], is_flag=True, help=say("Fill an empty store with the demo market first.", "빈 저장소를 데모 시장으로 채웁니다.")
        ),
        _host_option(),
        _port_option(),
    ],
    callback=_serve,
    help=say(
        "Start the service on this machine: pages and API, and a worker process that computes. Ctrl-C ends it; unfinished runs go on at "
        "the next start.",
        "이 컴퓨터에서 서비스를 시작합니다. 화면과 API, 계산을 맡는 작업 프로세스가 함께 실행됩니다. Ctrl-C로 끝내며, "
        "끝나지 않은 실행은 다음에 이어집니다.",
    ),
)

api = Command(
    "api",
    params=[_host_option(), _port_option()],
    callback=_api,
    help=say(
        "Start the pages and the API alone; 'bokgi work' computes, here or on other machines that share the database and the home folder.",
        "화면과 API만 시작합니다. 계산은 데이터베이스와 홈 폴더를 함께 쓰는 이 컴퓨터나 다른 컴퓨터의 'bokgi work'가 맡습니다.",
    ),
)

work = Command(
    "work",
    params=[
        click.Option(
            ["--name"], default="", metavar="NAME", help=say("Name of the worker; a free one by default.", "작업자 이름. 기본값은 빈 이름.")
        ),
        click.Option(
            ["--grace"],
            default=60.0,
            type=click.FloatRange(0, 86_400),
            show_default=True,
            metavar="SECONDS",
            help=say("How long running backtests may take to finish at the end.", "끝낼 때 진행 중인 백테스트를 기다리는 시간(초)."),
        ),
    ],
    callback=_work,
    help=say(
        "Start a worker alone: it computes the backtests that the API has queued.",
        "작업자만 시작합니다. API가 대기열에 넣은 백테스트를 계산합니다.",
    ),
)


def _checked(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says; no open door without a token.

    Raises
    ------
    TokenMissing
    """
    chosen = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    if not chosen.is_loopback and not chosen.token:
        raise TokenMissing(chosen.host)
    return chosen


def _run_service(settings: Settings, listening: "Listening", demo: bool) -> None:
    """The worker first, because it takes longest to be ready; then everything that answers."""
    from bokgi.bootstrap.beside import worker_beside
    from bokgi.bootstrap.build import build

    _log_to(settings, "serve")
    with worker_beside(settings, with_demo=demo, grace_seconds=WORKER_GRACE_SECONDS, tell=_tell) as start:
        application = build(settings)
        try:
            start(application.workers)
            _answer(application, listening)
        finally:
            application.close()


def _answer(application: "Application", listening: "Listening") -> None:
    from bokgi.api.application import create_app
    from bokgi.api.server import run_server

    stopping = threading.Event()
    run_server(create_app(application, stopping=stopping), listening, stopping=stopping, on_answer=_show_address)


def _show_address(address: str) -> None:
    click.echo(say(f"Bokgi answers at {address} (Ctrl-C ends it)", f"복기: {address} (Ctrl-C로 끝냅니다)"))
    sys.stdout.flush()


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _log_to(settings: Settings, process: str) -> None:
    from bokgi.bootstrap.logs import secrets_of, start_logs

    start_logs(settings.home, process, secrets=secrets_of(settings))


@contextmanager
def _service_lock(settings: Settings) -> "Iterator[Lock]":
    from bokgi.bootstrap.locks import Holder, take_service_lock

    with take_service_lock(settings.home, Holder.me(settings.host, settings.port)) as lock:
        yield lock


@contextmanager
def _listening(settings: Settings) -> "Iterator[Listening]":
    from bokgi.api.listening import bind

    listening = bind(settings.host, settings.port)
    try:
        yield listening
    finally:
        listening.close()


def _say_who_holds(lock: "Lock", listening: "Listening") -> None:
    from bokgi.bootstrap.locks import Holder

    host, port = listening.getsockname()[:2]
    lock.write(Holder.me(host, port))
