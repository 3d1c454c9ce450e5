"""Who may ask: the name under which the service is called, and the page that a change comes from.

Other people's pages can make a browser send requests here (by a name of theirs that points at this machine, or by a form), so a
request must call the service by a name that it knows, and a change must come from a page of the service itself or from no page.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from bokgi.api.scopes import Scope, header, headers_named
from bokgi.config.settings import Settings
from bokgi.errors.http import HostRefused, OriginRefused

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN_SITE = frozenset({"same-origin", "none"})


class HostCheck:
    """Refuses requests that call the service by a name it does not have."""

    def __init__(self, settings: Settings) -> None:
        own = (settings.host.strip("[]").lower(),) if _is_one_address(settings.host) else ()
        self._names = tuple(dict.fromkeys((*LOOPBACK_NAMES, *settings.allowed_hosts, *own)))

    def __call__(self, scope: Scope) -> None:
        given = headers_named(scope, b"host")
        if len(given) != 1 or not self._is_known(scope, host_name(given[0])):
            raise HostRefused(", ".join(given), self._names)

    def _is_known(self, scope: Scope, name: str) -> bool:
        """An address in figures that the connection really arrived at cannot be anybody else's name."""
        return name in self._names or (_is_address(name) and name == _arrived_at(scope))


def check_origin(scope: Scope) -> None:
    """Refuse a change that a page of another site asks for.

    Raises
    ------
    OriginRefused
    """
    if scope["method"] not in CHANGING:
        return
    origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc.lower() != (header(scope, b"host") or "").lower():
        raise OriginRefused(origin)
    if origin is None and site is not None and site not in _OWN_SITE:
        raise OriginRefused(site)


def host_name(given: str) -> str:
    """The name of a Host header without its port; empty where it is none."""
    try:
        return (urlsplit(f"//{given}").hostname or "").rstrip(".")
    except ValueError:  # brackets that do not close
        return ""


def _arrived_at(scope: Scope) -> str:
    server = scope.get("server")
    return str(server[0]).lower() if server else ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_one_address(host: str) -> bool:
    return host not in ("", "0.0.0.0", "::", "[::]")  # noqa: S104  # compared, not bound: these mean every address
