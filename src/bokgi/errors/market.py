"""Situations of market rules: days, codes, boards that the tables do not cover."""

from datetime import date

from bokgi.errors.base import InputError, InternalFault, MissingError


class DayOutsideCalendar(InputError):
    code = "day_outside_calendar"
    english = "{given} is outside the calendar of {exchange}; give days from {first} to {last}."
    korean = "{given}은(는) {exchange} 거래일 달력 밖입니다. {first}부터 {last}까지의 날짜를 쓰세요."

    def __init__(self, given: date, exchange: str, first: date, last: date) -> None:
        super().__init__(given=given.isoformat(), exchange=exchange, first=first.isoformat(), last=last.isoformat())


class CalendarNotKept(InputError):
    code = "calendar_not_kept"
    english = "The sessions of {exchange} are not known; take the days that have daily bars. Calendars are kept for XKRX and XNYS."
    korean = "{exchange}의 거래일 달력은 없습니다. 일봉이 있는 날을 거래일로 쓰세요. 달력이 있는 거래소는 XKRX와 XNYS입니다."

    def __init__(self, exchange: str) -> None:
        super().__init__(exchange=exchange)


class NotASession(InputError):
    code = "not_a_session"
    english = "{given} is not a session of {exchange}; the next one is {following}."
    korean = "{given}은(는) {exchange}의 거래일이 아닙니다. 다음 거래일은 {following}입니다."

    def __init__(self, given: date, exchange: str, following: date | None) -> None:
        super().__init__(given=given.isoformat(), exchange=exchange, following=following.isoformat() if following else "-")


class NotACode(InputError):
    code = "not_a_code"
    english = (
        "'{given}' is not a Korean stock code; a code is four digits, a digit or capital letter, and a digit or K, L, M: 005930, 00104K."
    )
    korean = "'{given}'은(는) 종목코드 형식이 아닙니다. 숫자 네 자리, 숫자 또는 대문자, 숫자 또는 K·L·M 순서로 쓰세요. 예: 005930, 00104K."

    def __init__(self, given: str, field: str = "codes") -> None:
        super().__init__(field=field, given=given)


class RulesNotKnown(InputError):
    """`rule` and `rule_korean` name the table: ticks, taxes."""

    code = "rules_not_known"
    english = "The {rule} of {board} before {first} are not known; start on {first} or later, or run under the plain market."
    korean = "{first} 이전의 {board} {rule_korean} 규칙은 알려져 있지 않습니다. {first} 이후로 시작하거나 plain 시장으로 실행하세요."

    def __init__(self, rule: str, rule_korean: str, board: str, first: date) -> None:
        super().__init__(rule=rule, rule_korean=rule_korean, board=board, first=first.isoformat())


class ForeignUnderKrx(InputError):
    code = "foreign_under_krx"
    english = "{given} is not traded on the KRX; run foreign instruments and indices with market 'plain'."
    korean = "{given}은(는) KRX에서 거래되지 않습니다. 해외 종목과 지수는 market을 'plain'으로 실행하세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="market", given=given)


class UnknownUniverse(MissingError):
    code = "unknown_universe"
    english = "No dated changes are known of the list '{given}'; known are {known}."
    korean = "'{given}' 목록의 변경일은 알려져 있지 않습니다. 알려진 목록: {known}."

    def __init__(self, given: str, known: str) -> None:
        super().__init__(given=given, known=known)


class MarketTableMalformed(InternalFault):
    code = "market_table_malformed"
    english = "The market table {table} is malformed: {problem}."
    korean = "시장 규칙 표 {table}의 내용이 잘못되었습니다: {problem}."

    def __init__(self, table: str, problem: str) -> None:
        super().__init__(table=table, problem=problem)
