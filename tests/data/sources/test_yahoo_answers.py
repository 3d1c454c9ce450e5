"""Yahoo's answers in their exact words: by range, errors of every status, weekends, the running price, bars that end at 15:00."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction
from bokgi.data.sources.port import Wanted
from bokgi.data.sources.yahoo import Yahoo, range_for
from bokgi.errors.base import BokgiError
from bokgi.errors.imports import NothingUsable
from bokgi.errors.sources import NotAtSource, SourceLimited, SourceRefused, SourceUnreachable
from bokgi.market.instruments import Board, Exchange
from tests.data.sources.answers import CODE, OUT_OF_RANGE, SEOUL, SESSIONS, UNKNOWN_SYMBOL, intraday_chart, weekend, yahoo, yahoo_of_one
from tests.data.sources.provider import Provider, Question, Reply, send_to, serving

Ask = Callable[..., tuple[Incoming, Provider]]
FIVE = Interval(5)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, fresh_yahoo: None) -> Ask:
    """Ask a Yahoo that answers every chart so."""

    def asked(reply: Reply | Callable[[Question], Reply], wanted: Wanted, at: datetime) -> tuple[Incoming, Provider]:
        def answer(question: Question) -> Reply:
            if "/v8/finance/chart/" not in question.path:
                return Reply("", 200, "text/plain")
            return reply(question) if callable(reply) else reply

        with serving(answer) as served:
            send_to(served.port, monkeypatch)
            return Yahoo(lambda: at).fetch_bars(wanted), served

    return asked


def wanted(interval: Interval = DAILY, board: Board | None = Board.KOSPI, since: date | None = None) -> Wanted:
    return Wanted(CODE, interval, board=board, since=since)


LATER = datetime(2026, 4, 30, 12, tzinfo=UTC)


def test_it_asks_by_range_which_gives_sixty_sessions_and_never_by_start_and_end(ask: Ask) -> None:
    _, served = ask(yahoo_of_one, wanted(FIVE), LATER)
    (question,) = (each for each in served.asked if each.path.endswith(f"/chart/{CODE}.KS"))
    assert question.values["range"] == "60d"
    assert question.values["interval"] == "5m"
    assert question.values["includePrePost"] == "false"
    assert not {"period1", "period2"} & set(question.values)


@pytest.mark.parametrize(
    ("interval", "since", "expected"),
    [
        (Interval(1), None, "7d"),
        (Interval(2), None, "60d"),
        (FIVE, None, "60d"),
        (Interval(60), None, "730d"),
        (DAILY, None, "max"),
        (FIVE, date(2026, 4, 28), "5d"),
        (FIVE, date(2026, 4, 20), "60d"),
        (DAILY, date(2026, 4, 29), "5d"),
        (DAILY, date(2026, 4, 15), "1mo"),
        (DAILY, date(2020, 1, 2), "max"),
    ],
)
def test_the_range_reaches_back_to_what_is_stored(interval: Interval, since: date | None, expected: str) -> None:
    assert range_for(wanted(interval, since=since), LATER.date()) == expected


def test_a_code_of_unknown_board_is_looked_for_on_both(ask: Ask) -> None:
    def only_kosdaq(question: Question) -> Reply:
        return yahoo(UNKNOWN_SYMBOL, 404) if question.path.endswith(".KS") else yahoo(intraday_chart(f"{CODE}.KQ"))

    found, _ = ask(only_kosdaq, wanted(FIVE, board=None), LATER)
    assert found.facts[CODE].board is Board.KOSDAQ


def test_korean_bars_end_at_fifteen_and_have_no_closing_auction(ask: Ask) -> None:
    found, _ = ask(yahoo_of_one, wanted(FIVE), LATER)
    assert found.bars.height == 3 * 72
    assert found.bars["minute"].max() == 14 * 60 + 55
    assert found.facts[CODE].closing_auction is ClosingAuction.NONE


def test_the_running_price_at_the_end_is_no_bar(ask: Ask) -> None:
    at = datetime(2026, 3, 6, 15, 30, 14, tzinfo=SEOUL)
    found, _ = ask(yahoo(intraday_chart(f"{CODE}.KS", live_at=at)), wanted(FIVE), LATER)
    assert found.bars.height == 3 * 72
    (fault,) = (fault for fault in found.faults if fault.kind == "live_row")
    assert fault.example.startswith("2026-03-06 15:30:14")


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (yahoo(UNKNOWN_SYMBOL, 404), NotAtSource, "No data found, symbol may be delisted"),
        (yahoo(OUT_OF_RANGE, 422), SourceRefused, "Only 8 days worth of 1m granularity data"),
        (Reply("Edge: Too Many Requests", 429, "text/html"), SourceLimited, "429"),
        (Reply("Will be right back", 503, "text/html"), SourceUnreachable, "503 Will be right back"),
        (yahoo(weekend(f"{CODE}.KS", "1d")), NothingUsable, "without bars"),
        (
            yahoo({"chart": {"result": None, "error": {"code": "Bad Request", "description": "Invalid input"}}}, 200),
            SourceRefused,
            "Invalid input",
        ),
    ],
)
def test_an_error_keeps_the_words_of_the_answer(ask: Ask, reply: Reply, error: type[BokgiError], words: str) -> None:
    with pytest.raises(error, match=words):
        ask(reply, wanted(), LATER)


# ------------------------------------------------------------ recorded answers


def recorded(shared_data: Path, name: str) -> Any:  # noqa: ANN401  # a JSON body
    path = shared_data / "fixtures/yahoo" / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return json.loads(path.read_text("utf-8"))


def body_of(answer: Any) -> Any:  # noqa: ANN401  # a JSON body
    return answer["response"]["bodyJson"] if isinstance(answer, dict) and "response" in answer else answer


@pytest.mark.parametrize(
    ("name", "symbol", "interval", "rows"),
    [
        ("chart-AAPL.json", "AAPL", DAILY, 1),
        ("chart-AAPL-2020-08-31-to-2020-11-07.json", "AAPL", DAILY, 49),
        ("chart-GOOG-2020-01-01-to-2020-01-03.json", "GOOG", DAILY, 1),
        ("chart_2m_ORCL_2020-09-10_from_alkimia_LGPL.json", "ORCL", Interval(2), 17),
    ],
)
def test_recorded_charts_arrive_as_bars(shared_data: Path, ask: Ask, name: str, symbol: str, interval: Interval, rows: int) -> None:
    body = body_of(recorded(shared_data, name))
    found, _ = ask(Reply(json.dumps(body)), Wanted(symbol, interval, Exchange.XNYS), LATER)
    assert found.bars.height == rows
    assert set(found.facts) == {symbol}


def test_the_recorded_running_price_of_oracle_is_no_bar(shared_data: Path, ask: Ask) -> None:
    body = recorded(shared_data, "chart_2m_ORCL_2020-09-10_from_alkimia_LGPL.json")
    found, _ = ask(Reply(json.dumps(body)), Wanted("ORCL", Interval(2), Exchange.XNYS), LATER)
    assert [fault.kind for fault in found.faults if fault.kind in ("live_row", "off_grid_times")] == ["live_row"]


def test_a_recorded_weekend_is_an_answer_without_bars(shared_data: Path, ask: Ask) -> None:
    body = body_of(recorded(shared_data, "chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json"))
    assert "timestamp" not in body["chart"]["result"][0]
    with pytest.raises(NothingUsable, match="no trading in that period"):
        ask(Reply(json.dumps(body)), Wanted("AAPL", Interval(1), Exchange.XNYS), LATER)


def test_every_recorded_error_is_told_in_its_own_words(shared_data: Path, ask: Ask) -> None:
    errors = {404: NotAtSource, 422: SourceRefused, 429: SourceLimited}
    told = []
    for row in recorded(shared_data, "error_responses_collected.json"):
        body = row["body_text"] if "body_text" in row else json.dumps(row["body"])
        with pytest.raises(errors[row["status"]]) as caught:
            ask(Reply(body, row["status"], row.get("content_type", "application/json")), wanted(), LATER)
        told.append(str(caught.value))
    assert len(told) == 6
    assert "2m data not available for startTime=1070236800 and endTime=1746533482" in told[0]


def test_the_invented_chart_has_the_hours_of_the_recorded_korean_meta_block(shared_data: Path) -> None:
    meta = recorded(shared_data, "chart_1m_005930.KS_2023-09-01_META_ONLY.json")["meta"]
    regular = meta["currentTradingPeriod"]["regular"]
    opened, closed = (datetime.fromtimestamp(regular[edge], SEOUL) for edge in ("start", "end"))
    times = pl.Series(intraday_chart(f"{CODE}.KS", SESSIONS[:1])["chart"]["result"][0]["timestamp"])
    first, last = (datetime.fromtimestamp(at, SEOUL) for at in (times[0], times[-1]))
    assert (opened.hour, opened.minute) == (first.hour, first.minute) == (9, 0)
    assert closed - opened == last + timedelta(minutes=5) - first
