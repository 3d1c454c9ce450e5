"""Answers of providers, written by ourselves in the form of the recorded ones: invented prices of an invented share, 000001.

What a real answer looks like, `shared/data/fixtures` knows; tests over those stand beside these.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.data.sources.provider import Question, Reply

SEOUL = ZoneInfo("Asia/Seoul")
CODE = "000001"
DAYS = tuple(date(2026, 3, day) for day in (2, 3, 5, 6, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30, 31))
"""Sessions of March 2026 but for the two with circuit breakers; 2026-03-02 was a closed day and is taken out below."""
SESSIONS = DAYS[1:]
CLOSES = tuple(10_000 + 50 * ((7 * number) % 11) for number in range(len(SESSIONS)))

UNKNOWN_SYMBOL = {"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}}
OUT_OF_RANGE = {
    "chart": {
        "result": None,
        "error": {
            "code": "Unprocessable Entity",
            "description": "1m data not available for startTime=1642289894 and endTime=1644968294. "
            "Only 8 days worth of 1m granularity data are allowed to be fetched per request.",
        },
    }
}


def chart(symbol: str, interval: str, times: Sequence[datetime], closes: Sequence[float], *, volume: int = 1_000) -> dict[str, Any]:
    """Yahoo's chart of flat bars but for their last price."""
    opens = [closes[max(number - 1, 0)] for number in range(len(closes))]
    meta = {
        "currency": "KRW",
        "symbol": symbol,
        "exchangeName": "KSC",
        "instrumentType": "EQUITY",
        "gmtoffset": 32_400,
        "timezone": "KST",
        "exchangeTimezoneName": "Asia/Seoul",
        "dataGranularity": interval,
        "range": "60d",
        "validRanges": ["1d", "5d", "max"],
    }
    quote = {
        "open": opens,
        "high": [max(pair) for pair in zip(opens, closes, strict=True)],
        "low": [min(pair) for pair in zip(opens, closes, strict=True)],
        "close": list(closes),
        "volume": [volume] * len(closes),
    }
    result = {"meta": meta, "timestamp": [int(at.timestamp()) for at in times], "indicators": {"quote": [quote]}}
    return {"chart": {"result": [result], "error": None}}


def daily_chart(symbol: str, days: Sequence[date] = SESSIONS, closes: Sequence[float] = CLOSES) -> dict[str, Any]:
    return chart(symbol, "1d", [datetime.combine(day, time(9), SEOUL) for day in days], [float(close) for close in closes])


def intraday_chart(symbol: str, days: Sequence[date] = SESSIONS[:3], *, live_at: datetime | None = None) -> dict[str, Any]:
    """5-minute bars from 09:00 to 14:55 as Yahoo has them of Korea; `live_at` adds the running price at the moment of the request."""
    times = [datetime.combine(day, time(9), SEOUL) + timedelta(minutes=5 * bar) for day in days for bar in range(72)]
    closes = [float(10_000 + 10 * (number % 7)) for number in range(len(times))]
    body = chart(symbol, "5m", times, closes)
    if live_at is not None:
        result = body["chart"]["result"][0]
        result["timestamp"].append(int(live_at.timestamp()))
        for name, column in result["indicators"]["quote"][0].items():
            column.append(0 if name == "volume" else closes[-1])
    return body


def weekend(symbol: str, interval: str) -> dict[str, Any]:
    """What Yahoo sends for a period without trading: no `timestamp`, and an empty quote."""
    body = chart(symbol, interval, [], [])
    result = body["chart"]["result"][0]
    del result["timestamp"]
    result["indicators"]["quote"] = [{}]
    return body


def yahoo(body: object, status: int = 200) -> Reply:
    return Reply(json.dumps(body), status)


def yahoo_of_one(question: Question) -> Reply:
    """The chart of the one share that is known, daily or in 5 minutes; whatever else Yahoo is asked on the way has an empty answer."""
    if "/v8/finance/chart/" not in question.path:
        return Reply("", 200, "text/plain")
    symbol = question.path.rsplit("/", 1)[1]
    if symbol != f"{CODE}.KS":
        return yahoo(UNKNOWN_SYMBOL, 404)
    return yahoo(daily_chart(symbol) if question.values["interval"] == "1d" else intraday_chart(symbol))


def naver_xml(days: Sequence[date] = SESSIONS, closes: Sequence[int] = CLOSES, *, unfinished: date | None = None) -> str:
    rows = [f"{day:%Y%m%d}|{close}|{close + 50}|{close - 50}|{close}|1000" for day, close in zip(days, closes, strict=True)]
    rows += [f"{unfinished:%Y%m%d}|||||"] if unfinished else []
    items = "".join(f'\t\t\t\t<item data="{row}" />\n' for row in rows)
    head = '<?xml version="1.0" encoding="EUC-KR" ?>\n<protocol>\n'
    return f'{head}<chartdata symbol="{CODE}" name="x" count="{len(rows)}" timeframe="day">\n{items}</chartdata>\n</protocol>\n'


def naver_of_one(question: Question) -> Reply:
    known = question.values.get("symbol") == CODE
    return Reply(naver_xml() if known else '<?xml version="1.0" ?><protocol></protocol>', 200, "text/xml")


def krx_rows(first: str, last: str) -> list[dict[str, str]]:
    """Newest first, numbers as text, the change signed."""
    rows = []
    for number, (day, close) in enumerate(zip(SESSIONS, CLOSES, strict=True)):
        change = close - CLOSES[number - 1] if number else 0
        if first <= f"{day:%Y%m%d}" <= last:
            rows.append(
                {
                    "TRD_DD": f"{day:%Y/%m/%d}",
                    "TDD_CLSPRC": f"{close:,}",
                    "FLUC_TP_CD": "2" if change < 0 else "1",
                    "CMPPREVDD_PRC": f"{change:,}",
                    "FLUC_RT": "0.00",
                    "TDD_OPNPRC": f"{close:,}",
                    "TDD_HGPRC": f"{close + 50:,}",
                    "TDD_LWPRC": f"{close - 50:,}",
                    "ACC_TRDVOL": "1,000",
                    "ACC_TRDVAL": "10,000,000",
                    "MKTCAP": "1,000,000,000",
                    "LIST_SHRS": "100,000",
                }
            )
    return rows[::-1]


def krx_of_one(question: Question) -> Reply:
    """The exchange's data site after a login."""
    bld = question.values.get("bld", "")
    if "MDCCOMS001D1" in question.path:
        good = question.values.get("pw") == "right"
        return Reply(json.dumps({"_error_code": "CD001" if good else "CD003", "_error_message": "" if good else "wrong"}))
    if "finder" in bld:
        row = {"short_code": CODE, "codeName": "x", "full_code": f"KR7{CODE}005", "marketName": "유가증권", "marketCode": "STK"}
        return Reply(json.dumps({"block1": [row]}))
    if bld.endswith("MDCSTAT01701"):
        return Reply(json.dumps({"output": krx_rows(question.values["strtDd"], question.values["endDd"])}))
    return Reply("<html></html>", 200, "text/html")
