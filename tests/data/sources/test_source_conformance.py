"""What every source promises, run on each of them: the real packages against a server on this machine."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any

import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.incoming import Incoming
from bokgi.data.sources.krx_login import KrxLogin
from bokgi.data.sources.naver import FinanceDataReader
from bokgi.data.sources.port import Source, Wanted
from bokgi.data.sources.yahoo import Yahoo
from bokgi.data.store_segments import SCHEMA
from bokgi.errors.base import BokgiError
from bokgi.errors.sources import IntervalNotOffered, NotAtSource, SourceNotInstalled, SourceUnreachable
from bokgi.market.instruments import Board, Exchange
from tests.data.sources.answers import CLOSES, CODE, SESSIONS, krx_of_one, naver_of_one, yahoo_of_one
from tests.data.sources.provider import Provider, Question, Reply, send_to, serving

ASKED_AT = datetime(2026, 4, 30, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One source: how it is made, how its provider answers, which hosts it may ask."""

    name: str
    package: str
    make: Callable[[], Source]
    answer: Callable[[Question], Reply]
    host: str
    hosts: frozenset[str]


CASES = (
    Case(
        "yahoo",
        "yfinance",
        lambda: Yahoo(lambda: ASKED_AT),
        yahoo_of_one,
        "query2.finance.yahoo.com",
        frozenset({"query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com", "guce.yahoo.com"}),
    ),
    Case(
        "krx",
        "FinanceDataReader",
        lambda: FinanceDataReader(lambda: ASKED_AT),
        naver_of_one,
        "fchart.stock.naver.com",
        frozenset({"fchart.stock.naver.com"}),
    ),
    Case(
        "krx-login", "pykrx", lambda: KrxLogin("me", "right", lambda: ASKED_AT), krx_of_one, "data.krx.co.kr", frozenset({"data.krx.co.kr"})
    ),
)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    chosen: Case = request.param
    if find_spec(chosen.package) is None:
        pytest.skip(
            f"the package of the source {chosen.name}, {chosen.package}, is not installed; pip install 'bokgi[{chosen.name}]' brings it"
        )
    yield chosen
    for module in [name for name in sys.modules if name.partition(".")[0] == "pykrx"]:
        del sys.modules[module]  # it keeps a session and lists of issues


@pytest.fixture
def provider(case: Case, monkeypatch: pytest.MonkeyPatch, fresh_yahoo: None) -> Iterator[Provider]:
    with serving(case.answer) as served:
        send_to(served.port, monkeypatch)
        yield served


def fetched(case: Case, **more: Any) -> Incoming:
    return case.make().fetch_bars(Wanted(CODE, DAILY, board=Board.KOSPI, **more))


def test_its_bars_are_those_that_the_provider_sent(case: Case, provider: Provider) -> None:
    found = fetched(case)
    assert dict(found.bars.schema) == dict(SCHEMA)
    assert found.bars["session"].to_list() == list(SESSIONS)
    assert found.bars["close"].to_list() == [float(close) for close in CLOSES]
    assert found.bars["volume"].unique().to_list() == [1_000.0]
    assert found.bars.select("code", "start").equals(found.bars.select("code", "start").sort("code", "start"))


def test_it_says_whose_bars_they_are_and_when_they_were_asked_for(case: Case, provider: Provider) -> None:
    found = fetched(case)
    facts = found.facts[CODE]
    assert list(found.facts) == [CODE]
    assert facts.exchange is Exchange.XKRX
    assert facts.source
    assert facts.fetched_at == ASKED_AT
    assert not facts.synthetic
    assert facts.adjusted is (case.name != "krx-login")
    assert found.detected


def test_it_asks_its_provider_and_nobody_else(case: Case, provider: Provider) -> None:
    fetched(case)
    assert provider.of(case.host)
    assert {question.host for question in provider.asked} <= case.hosts


def test_what_is_stored_is_not_asked_for_again_but_for_some_days_in_common(case: Case, provider: Provider) -> None:
    found = fetched(case, since=SESSIONS[-1])
    assert SESSIONS[-1] in found.bars["session"].to_list()
    if case.name != "yahoo":  # which sends what it was told to send, whatever the range
        assert found.bars["session"].to_list()[0] >= SESSIONS[-1] - timedelta(days=10)


def test_a_code_that_the_provider_does_not_know_is_said(case: Case, provider: Provider) -> None:
    with pytest.raises(NotAtSource, match="000002"):
        case.make().fetch_bars(Wanted("000002", DAILY))


def test_an_interval_that_it_does_not_have_is_refused_with_those_it_has(case: Case, provider: Provider) -> None:
    with pytest.raises(IntervalNotOffered, match="1d"):
        case.make().fetch_bars(Wanted(CODE, Interval(3)))
    assert not provider.of(case.host)
    assert DAILY in case.make().intervals()


@pytest.mark.parametrize(
    "body", ["", "<html>Sorry</html>", "{", '{"output": [{"TRD_DD": 1}]}', '{"chart": {"result": [{}], "error": null}}', "null"]
)
def test_whatever_else_comes_is_an_error_in_words_and_never_data(
    case: Case, monkeypatch: pytest.MonkeyPatch, fresh_yahoo: None, body: str
) -> None:
    with serving(lambda _: Reply(body)) as served:
        send_to(served.port, monkeypatch)
        with pytest.raises(BokgiError):
            fetched(case)


def test_no_connection_is_said_and_is_no_fault_of_the_code(case: Case, monkeypatch: pytest.MonkeyPatch, fresh_yahoo: None) -> None:
    with serving(case.answer) as served:
        gone = served.port
    send_to(gone, monkeypatch)
    with pytest.raises(SourceUnreachable, match=case.name):
        fetched(case)


@pytest.mark.parametrize("chosen", CASES, ids=lambda case: case.name)
def test_without_its_package_it_says_how_to_get_it(chosen: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == chosen.package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, chosen.package, None)
    with pytest.raises(SourceNotInstalled, match=rf"pip install 'bokgi\[{chosen.name}\]'"):
        chosen.make().check_ready()
