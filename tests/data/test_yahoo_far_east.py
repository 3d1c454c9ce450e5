"""Daily bars of Yahoo bear the day at their exchange: Sydney and Auckland open on the UTC day before while they have summer time.

The openings are those of the exchanges (10:00 local, ASX and NZX); summer time ended on 2026-04-05 in both.
"""

import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from tests.data.sources.answers import chart

DAYS = (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 9), date(2026, 6, 1), date(2026, 6, 2))
"""A Monday, a Tuesday and a Friday of summer, a Monday and a Tuesday of winter."""


def read(folder: Path, symbol: str, zone: str, hour: int, meta: dict[str, object]) -> Incoming:
    times = [datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)) for day in DAYS]
    body = chart(symbol, "1d", times, [10.0, 10.1, 10.2, 10.3, 10.4])
    body["chart"]["result"][0]["meta"] |= {"exchangeTimezoneName": zone, "exchangeName": "X", "currency": "X"} | meta
    file = folder / "answer.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    found = read_file(file)
    assert isinstance(found, list)
    return found[0]


@pytest.mark.parametrize(
    ("symbol", "zone", "hour", "meta"),
    [
        ("BHP.AX", "Australia/Sydney", 10, {}),
        ("FPH.NZ", "Pacific/Auckland", 10, {}),
        ("FPH.NZ", "Pacific/Auckland", 10, {"exchangeTimezoneName": "no such zone", "gmtoffset": 46_800}),
        ("7203.T", "Asia/Tokyo", 9, {}),
        ("VOD.L", "Europe/London", 8, {}),
        ("SHOP.TO", "America/Toronto", 9, {}),
    ],
)
def test_a_daily_bar_bears_the_day_at_its_exchange(tmp_path: Path, symbol: str, zone: str, hour: int, meta: dict[str, object]) -> None:
    found = read(tmp_path, symbol, zone, hour, meta)
    assert found.bars["session"].to_list() == list(DAYS)
    assert found.bars["close"].to_list() == [10.0, 10.1, 10.2, 10.3, 10.4]


def test_a_split_stays_on_the_day_of_its_bar(tmp_path: Path) -> None:
    zone = ZoneInfo("Australia/Sydney")
    times = [datetime(day.year, day.month, day.day, 10, tzinfo=zone) for day in DAYS]
    body = chart("BHP.AX", "1d", times, [10.0, 10.1, 10.2, 10.3, 10.4])
    result = body["chart"]["result"][0]
    result["meta"] |= {"exchangeTimezoneName": "Australia/Sydney"}
    at = int(times[1].timestamp())
    result["events"] = {"splits": {str(at): {"date": at, "numerator": 2, "denominator": 1, "splitRatio": "2:1"}}}
    (tmp_path / "answer.json").write_text(json.dumps(body), encoding="utf-8")
    found = read_file(tmp_path / "answer.json")
    assert isinstance(found, list)
    assert found[0].splits == (("BHP.AX", DAYS[1], 2.0),)
