"""Which sources there are, by the word that a person uses. Nothing of their packages is imported here."""

from collections.abc import Callable, Mapping

from bokgi.config.settings import Settings
from bokgi.data.sources.krx_login import KrxLogin
from bokgi.data.sources.naver import FinanceDataReader
from bokgi.data.sources.port import Source
from bokgi.data.sources.yahoo import Yahoo
from bokgi.errors.sources import SourceUnknown

_MAKERS: Mapping[str, Callable[[Settings], Source]] = {
    "yahoo": lambda _: Yahoo(),
    "krx": lambda _: FinanceDataReader(),
    "krx-login": lambda settings: KrxLogin(settings.krx_id, settings.krx_password),
}
SOURCE_NAMES = tuple(_MAKERS)


def source_named(name: str, settings: Settings) -> Source:
    """The source of that name.

    Raises
    ------
    SourceUnknown
    """
    if name not in _MAKERS:
        raise SourceUnknown(name, SOURCE_NAMES)
    return _MAKERS[name](settings)
