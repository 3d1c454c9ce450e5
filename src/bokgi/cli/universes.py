"""The stocks of a run that names a list or a market instead of codes."""

from dataclasses import replace

import click

from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.data.universe import named_universe
from bokgi.errors.service import StoreEmpty
from bokgi.services.request import BacktestRequest


def with_universe(settings: Settings, request: BacktestRequest, name: str | None, *, without_delisted: bool) -> BacktestRequest:
    """The request for the stocks of the list or market; as it is where none is named.

    Raises
    ------
    StoreEmpty, FieldInvalid
        Nothing is stored, or nothing has that name.
    """
    if name is None:
        if without_delisted:
            raise click.UsageError(say("--without-delisted needs --universe.", "--without-delisted는 --universe와 함께 씁니다."))
        return request
    if request.codes:
        raise click.UsageError(say("Give codes or --universe, not both.", "종목코드와 --universe 가운데 하나만 주세요."))
    store, master = Store(settings.home), Master.read(settings.home)
    interval = request.interval or next(iter(store.intervals()), None)
    if interval is None:
        raise StoreEmpty
    universe = named_universe(store, master, interval, name, request.start, request.end, without_delisted=without_delisted)
    return replace(request, codes=universe.codes, interval=interval, universe=universe.to_json())
