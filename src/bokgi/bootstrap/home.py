"""The home folder, made before anything heavy is loaded: who may not start is told so at once."""

from bokgi.config.settings import Settings
from bokgi.errors.processes import HomeUnwritable


def make_home(settings: Settings) -> None:
    """The home folder; nobody else on the machine may read it.

    Raises
    ------
    HomeUnwritable
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("logs", "locks"):
            (settings.home / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise HomeUnwritable(str(settings.home), error.strerror or str(error)) from error
