"""Situations of a request for a backtest: what a person asked that cannot be run as asked."""

from collections.abc import Sequence
from datetime import date

from bokgi.errors.base import InputError, MissingError

LONGEST_GIVEN = 200
"""Characters of what was given that a sentence repeats."""


def _shortened(given: str) -> str:
    return given if len(given) <= LONGEST_GIVEN else f"{given[: LONGEST_GIVEN - 2]} …"


class FieldInvalid(InputError):
    code = "field_invalid"
    english = "{name} cannot be {given}; allowed: {allowed}."
    korean = "{name}에 {given}을(를) 쓸 수 없습니다. 허용: {allowed_korean}."

    def __init__(self, name: str, given: object, allowed: str, allowed_korean: str | None = None) -> None:
        super().__init__(field=name, name=name, given=_shortened(repr(given)), allowed=allowed, allowed_korean=allowed_korean or allowed)


class CodesInvalid(InputError):
    code = "invalid_stock_codes"
    english = (
        "Invalid stock codes: {given}. A code has six characters such as 005930 or 0126Z0, and the master or the store must "
        "know it; 'bokgi data list' shows what is there. Codes of other exchanges need the market 'plain'."
    )
    korean = (
        "잘못된 종목코드: {given}. 종목코드는 005930, 0126Z0처럼 여섯 자리이며 종목 마스터나 저장소에 있어야 합니다. "
        "'bokgi data list'로 확인하세요. 해외 종목은 시장을 'plain'으로 지정해야 합니다."
    )

    def __init__(self, given: Sequence[str]) -> None:
        super().__init__(field="stock_codes", given=", ".join(given))


class NoStocks(InputError):
    code = "no_stocks"
    english = "No stocks were given; name at least one code, for example 005930."
    korean = "종목이 없습니다. 005930처럼 종목코드를 하나 이상 적어 주세요."

    def __init__(self) -> None:
        super().__init__(field="stock_codes")


class NoBarsAtAll(MissingError):
    code = "no_data"
    english = (
        "The store has no bars of {codes}{interval}{stored}; import some with 'bokgi data import FILE_OR_FOLDER' "
        "(what is there: 'bokgi data list')."
    )
    korean = "저장소에 {codes}의 봉 자료{interval}가 없습니다{stored_korean}. 'bokgi data import 파일_또는_폴더'로 가져오세요 (있는 자료: 'bokgi data list')."

    def __init__(self, codes: Sequence[str], interval: str | None = None, stored: Sequence[str] = ()) -> None:
        shown = ", ".join(codes[:5]) + (f" (+{len(codes) - 5})" if len(codes) > 5 else "")
        suffix = f" ({interval})" if interval else ""
        there = ", ".join(stored)
        words = (f"; there are {there}", f"(있는 간격: {there})") if stored else ("", "")
        super().__init__(
            field="interval" if interval else "stock_codes",
            codes=shown,
            interval=suffix,
            stored=words[0],
            stored_korean=words[1],
        )


class NoCommonInterval(InputError):
    code = "no_common_interval"
    english = "The chosen stocks have no interval of bars in common: {found}. Name one with --interval, or choose stocks that share one."
    korean = "선택한 종목에 공통된 봉 간격이 없습니다: {found}. --interval로 지정하거나 같은 간격을 가진 종목을 고르세요."

    def __init__(self, found: str) -> None:
        super().__init__(field="interval", found=found)


class PeriodWithoutData(InputError):
    code = "period_without_data"
    english = "There is no bar of the chosen stocks between {start} and {end}; the store has {interval} bars from {first} to {last}."
    korean = "{start}부터 {end}까지 선택한 종목의 봉이 없습니다. 저장소의 {interval} 봉은 {first}부터 {last}까지입니다."

    def __init__(self, start: date, end: date, interval: str, first: date, last: date) -> None:
        super().__init__(field="start_date", start=start, end=end, interval=interval, first=first, last=last)


class PeriodReversed(InputError):
    code = "period_reversed"
    english = "The start {start} lies after the end {end}; exchange them."
    korean = "시작일 {start}이(가) 종료일 {end}보다 늦습니다. 두 날짜를 바꾸세요."

    def __init__(self, start: date, end: date) -> None:
        super().__init__(field="start_date", start=start, end=end)


class ResultUnreadable(InputError):
    code = "result_unreadable"
    english = "{path} is not a result of 'bokgi backtest --json': {problem}. Give a file that this command wrote."
    korean = "{path}은(는) 'bokgi backtest --json' 결과 파일이 아닙니다: {problem}. 이 명령이 만든 파일을 지정하세요."

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(field="result", path=path, problem=problem)


class DataNotTheSame(MissingError):
    code = "data_not_the_same"
    english = (
        "The bars that this result was computed from are not in the store any more (wanted {wanted}, have {have}); "
        "import the same files again, or point --home at the store that has them."
    )
    korean = (
        "이 결과를 계산한 봉 자료가 저장소에 없습니다 (필요 {wanted}, 현재 {have}). 같은 파일을 다시 가져오거나 "
        "--home으로 그 자료가 있는 저장소를 지정하세요."
    )

    def __init__(self, wanted: str, have: str) -> None:
        super().__init__(field="data_hash", wanted=wanted, have=have)


class SlippageWithoutTicks(InputError):
    code = "slippage_without_ticks"
    english = (
        "Slippage of {ticks} ticks cannot be applied to {given}: adjusted prices and the market 'plain' have no ticks. Give slippage in basis "
        "points instead."
    )
    korean = "{given}에는 슬리피지 {ticks}호가를 적용할 수 없습니다. 수정주가와 'plain' 시장에는 호가단위가 없습니다. 베이시스 포인트로 지정하세요."

    def __init__(self, ticks: int, codes: Sequence[str]) -> None:
        super().__init__(field="slippage_ticks", ticks=ticks, given=", ".join(codes[:5]))
