"""How often one client may ask: a bucket of permits a client and kind of request, refilled at a steady rate.

Memory is bounded: the buckets of clients not seen for longest are dropped, and a dropped bucket counts as full. A bucket that has had
time to fill says no more than none, so nothing is lost by dropping it.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bokgi.api.scopes import Scope, client_of
from bokgi.config.settings import Settings
from bokgi.errors.http import TooManyRequests

UPLOAD_PATH = "/api/data/upload"
STARTS = frozenset({("POST", "/api/backtest/start"), ("POST", "/api/search/start"), ("GET", "/api/stocks/search")})
MAXIMUM_BUCKETS = 20_000
READ_BURST_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Rate:
    """refill : permits a second; burst : permits of a full bucket"""

    kind: str
    refill: float
    burst: float


class RateCheck:
    """Takes a permit for each request, or refuses with the seconds until there is one."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic, maximum_buckets: int = MAXIMUM_BUCKETS) -> None:
        self._read = Rate("read", settings.read_rate, settings.read_rate * READ_BURST_SECONDS)
        self._start = Rate("start", settings.start_rate, max(settings.start_burst, 1))
        self._upload = Rate("upload", settings.upload_rate / 60, settings.upload_rate)
        self._clock = clock
        self._maximum = maximum_buckets
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __call__(self, scope: Scope) -> None:
        self.take(client_of(scope), self.rate_of(scope["method"], scope["path"]))

    def rate_of(self, method: str, path: str) -> Rate:
        """The rate that holds for a request."""
        if path == UPLOAD_PATH and method == "POST":
            return self._upload
        return self._start if (method, path) in STARTS else self._read

    def take(self, client: str, rate: Rate) -> None:
        """Take one permit.

        Raises
        ------
        TooManyRequests
        """
        now, key = self._clock(), (client, rate.kind)
        permits, since = self._buckets.pop(key, (rate.burst, now))
        permits = min(rate.burst, permits + (now - since) * rate.refill)
        self._buckets[key] = (permits - 1 if permits >= 1 else permits, now)
        if len(self._buckets) > self._maximum:
            self._buckets.popitem(last=False)
        if permits < 1:
            raise TooManyRequests(max(1, math.ceil((1 - permits) / rate.refill)))
