"""What the live service answers to those who mean no good: strange names, other people's pages, no token; and the headers of its pages.

Convention: everything is asked at the public address, as anybody could. Nothing that is asked here would change anything even where a
check were missing.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bokgi.operations.asking import NO_ANSWER, Answer, Asked, Asker
from bokgi.operations.security.finding import Finding, found, not_checked

NAME = "answers"
PAGE, DATA, LIVE = "/pages/specific-stock-selection.html", "/api/health", "/api/health/live"
START, LIST = "/api/backtest/start", "/api/strategies"
STRANGER = "rebinding.example"
EVIL_PAGE = "http://elsewhere.example"
REFERRERS = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")


class _Refused(NamedTuple):
    """A request that must be refused, and with which status."""

    asked: Asked
    status: int
    words: str


REFUSED = {
    "strange_host": _Refused(Asked("GET", LIVE, {"Host": STRANGER}), 0, "a name that is not the service's own (DNS rebinding)"),
    "other_page": _Refused(Asked("POST", START, {"Origin": EVIL_PAGE}, {}), 403, "a change that another site's page asks for"),
    "other_site": _Refused(Asked("POST", START, {"Sec-Fetch-Site": "cross-site"}, {}), 403, "a change that another site asks for"),
    "long_path": _Refused(Asked("GET", "/pages/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), 404, "a path out of the pages"),
}


def check_answers(service: Asker) -> Finding:
    """Ask the live service. It knows its token, where there is one; a client without it must be refused."""
    answers = {"page": service.get(PAGE), "data": service.get(DATA)}
    stranger = Asker(service.base_url, service.socket_path)
    answers |= {name: service.ask(each.asked) for name, each in REFUSED.items()}
    if service.token is not None:
        answers["without_token"] = stranger.get(LIST)
    away = [f"{name}: {answer.problem}" for name, answer in answers.items() if answer.status == NO_ANSWER]
    if away:
        return not_checked(NAME, "; ".join(away)[:300])
    problems = [*_header_problems(answers["page"], answers["data"]), *_open_doors(answers)]
    seen = {name: {"status": answer.status, "headers": _kept(answer)} for name, answer in answers.items()}
    return found(
        NAME, problems, {name: answer.body for name, answer in answers.items()}, answers=seen, asks_for_token=service.token is not None
    )


def _open_doors(answers: Mapping[str, Answer]) -> Iterator[str]:
    for name, each in REFUSED.items():
        status = answers[name].status
        is_refused = status == each.status if each.status else 400 <= status < 500
        if not is_refused:
            yield f"{each.words} is answered with {status}"
    without = answers.get("without_token")
    if without is not None and without.status != 401:
        yield f"a client without the token is answered with {without.status}"


def _header_problems(page: Answer, data: Answer) -> Iterator[str]:
    for name, answer in (("page", page), ("data", data)):
        if answer.status != 200:
            yield f"the {name} is answered with {answer.status}"
        yield from (f"the {name}: {problem}" for problem in header_problems(answer.headers))
    scripts = directives(page.headers).get("script-src", directives(page.headers).get("default-src", ""))
    if not scripts or "'unsafe-inline'" in scripts or "'unsafe-eval'" in scripts or "*" in scripts.split():
        yield f"the page lets any script run ({scripts or 'it says nothing of scripts'})"


def header_problems(headers: Mapping[str, str]) -> Iterator[str]:
    """Headers that protect a browser and are not there, or do not protect."""
    if headers.get("x-content-type-options", "").lower() != "nosniff":
        yield "its type may be guessed (X-Content-Type-Options)"
    framed = directives(headers).get("frame-ancestors", "")
    if framed not in ("'none'", "'self'") and headers.get("x-frame-options", "").upper() not in ("DENY", "SAMEORIGIN"):
        yield "other pages may frame it (frame-ancestors, X-Frame-Options)"
    if headers.get("referrer-policy", "").lower() not in REFERRERS:
        yield "its address is told to other sites (Referrer-Policy)"
    if "default-src" not in directives(headers):
        yield "it says not what it may load (Content-Security-Policy)"
    if any(character.isdigit() for character in headers.get("server", "")):
        yield f"it tells the version of its server ({headers['server']})"


def directives(headers: Mapping[str, str]) -> dict[str, str]:
    """Parts of the content security policy by name."""
    parts = (part.strip().partition(" ") for part in headers.get("content-security-policy", "").split(";"))
    return {name.lower(): value.strip() for name, _, value in parts if name}


def _kept(answer: Answer) -> dict[str, str]:
    names = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "server")
    return {name: answer.headers[name] for name in names if name in answer.headers}
