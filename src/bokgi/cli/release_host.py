"""`bokgi release init` and `bokgi release hold`: the host folder, and the process that holds its socket."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_options import host_option
from bokgi.config.settings import Settings
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings


@click.command(
    "init",
    cls=Command,
    help=say(
        "Make DIR a host folder: settings, policy and keys for the releases of one git repository on this machine.",
        "DIR을 호스트 폴더로 만듭니다. 이 컴퓨터에서 한 git 저장소를 배포하기 위한 설정, 정책, 키를 담습니다.",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--repository",
    required=True,
    metavar="GIT",
    help=say("Git repository with the tags, a folder or a URL.", "태그가 있는 git 저장소(폴더 또는 URL)."),
)
@click.option("--port", type=click.IntRange(0, 65_535), default=3000, show_default=True, help=say("Port of the service.", "서비스 포트."))
@click.option("--address", default="127.0.0.1", show_default=True, metavar="HOST", help=say("Address of the service.", "서비스 주소."))
@click.option(
    "--environment",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PYTHON",
    help=say(
        "Python that serves every release; without it each set of lock files gets one.",
        "모든 배포에 쓸 Python. 없으면 잠금 파일별로 환경을 만듭니다.",
    ),
)
@click.option(
    "--pages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Built pages that serve every release; without it each release builds its own.",
        "모든 배포에 쓸 빌드된 화면. 없으면 배포마다 빌드합니다.",
    ),
)
@click.pass_obj
def init_command(
    settings: Settings, /, folder: Path, repository: str, port: int, address: str, environment: Path | None, pages: Path | None
) -> None:
    """Make a host folder; `--home` names the home of the service, by default one inside."""
    place = folder.expanduser().absolute()
    is_default = settings.home == Settings.from_environment().home and "BOKGI_HOME" not in os.environ
    home = place / "shared" / "home" if is_default else settings.home
    source = str(Path(repository).absolute()) if Path(repository).exists() else repository
    chosen = HostSettings(source, home, address, port, environment and environment.absolute(), pages and pages.absolute())
    host = HostFolder.made(place, chosen)
    click.echo(say(f"Made: {host.root}. Next: bokgi release hold", f"만들었습니다: {host.root}. 다음: bokgi release hold"))


@click.command(
    "hold",
    cls=Command,
    help=say(
        "Hold the socket of the service and keep its slots until Ctrl-C. Slots live on where this process is killed; the next one takes "
        "them over.",
        "서비스의 소켓을 맡고 슬롯을 유지합니다(Ctrl-C까지). 이 프로세스가 죽어도 슬롯은 살아 있으며 다음 프로세스가 넘겨받습니다.",
    ),
)
@host_option
@click.pass_obj
def hold_command(_settings: Settings, /, host: HostFolder) -> None:
    """Be the holder of a host folder."""
    from bokgi.api.listening import bind
    from bokgi.bootstrap.locks import Holder as LockHolder
    from bokgi.bootstrap.locks import take_service_lock
    from bokgi.bootstrap.logs import start_logs
    from bokgi.operations.slots.holder import Holder
    from bokgi.operations.slots.holding import address_of, files_of_living_slots, socket_of_systemd

    start_logs(host.settings.home, "holder")
    with ExitStack() as held:
        files = files_of_living_slots(host.run)
        if files is None:
            public = socket_of_systemd()
            if public is None:
                listening = held.enter_context(bind(host.settings.address, host.settings.port))
                public = listening.fileno()
            at, port = address_of(public)
            lock = held.enter_context(take_service_lock(host.settings.home, LockHolder.me(at, port)))
            files = public, lock.fileno()
        at, port = address_of(files[0])
        address = f"http://[{at}]:{port}" if ":" in at else f"http://{at}:{port}"
        holder = Holder(host.run, address, public=files[0], lock=files[1])
        holder.live(lambda: _say_ready(address))


def _say_ready(address: str) -> None:
    click.echo(say(f"Holding {address} (Ctrl-C ends it and its slots)", f"{address}을(를) 맡습니다(Ctrl-C로 슬롯과 함께 끝냅니다)"))
    sys.stdout.flush()
