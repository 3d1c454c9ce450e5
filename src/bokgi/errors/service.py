"""Situations of the service: lists of stocks, runs and their results. The English texts that clients depend on are fixed."""

from collections.abc import Sequence
from datetime import date

from bokgi.errors.base import InputError, MissingError

_MODES_KOREAN = {"all": "전체", "filtered": "필터", "specific": "특정 종목만"}


class ModeMissing(InputError):
    code = "mode_missing"
    english = "mode field is required"
    korean = "mode 항목이 필요합니다. all, filtered, specific 중에서 정하세요."

    def __init__(self) -> None:
        super().__init__(field="mode")


class ModeInvalid(InputError):
    code = "mode_invalid"
    english = "Invalid stock_mode. Must be: all, filtered, or specific"
    korean = "stock_mode가 맞지 않습니다. all, filtered, specific 중에서 정하세요."

    def __init__(self, name: str = "mode") -> None:
        super().__init__(field=name)


class CodesEmpty(InputError):
    code = "codes_empty"
    english = "{name} must be a non-empty array"
    korean = "{name}에는 종목코드가 하나 이상 든 목록을 주세요."

    def __init__(self, name: str = "codes") -> None:
        super().__init__(field=name, name=name)


class TooManyStocks(InputError):
    code = "too_many_stocks"
    english = "Maximum {limit} stocks allowed"
    korean = "종목은 {limit}개까지 고를 수 있습니다. 추가된 종목은 없습니다."

    def __init__(self, limit: int, name: str = "codes") -> None:
        super().__init__(field=name, limit=limit)


class ListedCodesInvalid(InputError):
    code = "stock_codes_invalid"
    english = "Invalid stock codes: {given}"
    korean = "잘못된 종목코드: {given}. 종목코드는 005930, 0126Z0처럼 여섯 자리이며 종목 목록이나 저장된 봉 자료에 있어야 합니다."

    def __init__(self, given: Sequence[str], name: str = "codes") -> None:
        shown = ", ".join(given[:20]) + (f" (+{len(given) - 20})" if len(given) > 20 else "")
        super().__init__(field=name, given=shown)


class CodeFormWrong(InputError):
    code = "stock_code_form"
    english = "Invalid stock code format: {given}"
    korean = "종목코드의 형식이 맞지 않습니다: {given}. 005930, 0126Z0처럼 여섯 자리로 적으세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="code", given=given)


class SearchTextMissing(InputError):
    code = "search_text_missing"
    english = "q parameter is required: at least 1 character of a code, a name or initial consonants"
    korean = "q 항목이 필요합니다. 종목코드, 종목명, 초성 가운데 한 글자 이상을 적으세요."

    def __init__(self) -> None:
        super().__init__(field="q")


class StrategyMissing(InputError):
    code = "strategy_missing"
    english = "Missing required field: strategy"
    korean = "strategy 항목이 필요합니다. 전략을 고르세요."

    def __init__(self) -> None:
        super().__init__(field="strategy")


class StrategyFileRefused(InputError):
    code = "strategy_file_refused"
    english = (
        "strategy cannot be {given}: strategies in files run at the command line ('bokgi backtest'), never over HTTP. Allowed: {allowed}."
    )
    korean = "strategy에 {given}을(를) 쓸 수 없습니다. 파일로 만든 전략은 명령줄('bokgi backtest')에서만 실행됩니다. 허용: {allowed}."

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field="strategy", given=repr(given), allowed=", ".join(allowed))


class SpecificListEmpty(InputError):
    code = "specific_list_empty"
    english = "stock_codes is empty and so is the stored list: choose at least one stock, or use the mode all or filtered"
    korean = "선택한 종목이 없습니다. 종목을 하나 이상 고르거나 전체 또는 필터 모드를 쓰세요."

    def __init__(self) -> None:
        super().__init__(field="stock_codes")


class UniverseEmpty(InputError):
    code = "universe_empty"
    english = "There is no stock with {interval} bars{period} in the mode {mode}; import bars, or choose another period or mode."
    korean = "'{mode_korean}'에서 고른 기간{period_korean}에 {interval_korean}이 있는 종목이 없습니다. 자료를 가져오거나 기간이나 종목 범위를 바꾸세요."

    def __init__(self, mode: str, interval: str, start: date | None, end: date | None) -> None:
        minutes = interval.removesuffix("m")
        super().__init__(
            field="stock_mode",
            mode=mode,
            mode_korean=_MODES_KOREAN.get(mode, mode),
            interval=interval,
            interval_korean=f"{minutes}분봉" if minutes.isdecimal() else "일봉",
            period="".join((f" from {start}" if start else "", f" until {end}" if end else "")),
            period_korean=f"({start or ''}~{end or ''})" if start or end else "",
        )


class StoreEmpty(InputError):
    code = "store_empty"
    english = "The store has no bars yet; import some with 'bokgi data import FILE_OR_FOLDER' or on the data page."
    korean = "저장된 봉 자료가 아직 없습니다. 'bokgi data import 파일_또는_폴더'나 데이터 화면에서 가져오세요."

    def __init__(self) -> None:
        super().__init__(field="stock_codes")


class BacktestUnknown(MissingError):
    code = "backtest_not_found"
    english = "No backtest found with this ID"
    korean = "이 번호의 백테스트가 없습니다."

    def __init__(self) -> None:
        super().__init__(field="backtest_id")


class TradeUnknown(MissingError):
    code = "trade_not_found"
    english = "There is no trade {number}; this backtest has the trades 1 to {total}."
    korean = "{number}번 거래가 없습니다. 이 백테스트의 거래는 1번부터 {total}번까지입니다."

    def __init__(self, number: int, total: int) -> None:
        super().__init__(field="number", number=number, total=total)


class NothingToGive(InputError):
    code = "no_result_yet"
    english = "The backtest is {status}: there is no result to give."
    korean = "백테스트 상태가 {status}이어서 내려받을 결과가 없습니다."

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(field="backtest_id", status=status)


class SearchUnknown(MissingError):
    code = "search_not_found"
    english = "No search found with this ID"
    korean = "이 번호의 탐색이 없습니다."

    def __init__(self) -> None:
        super().__init__(field="search_id")


class SearchWithoutResult(InputError):
    code = "no_search_result_yet"
    english = "The search is {status}: there is no result to give."
    korean = "탐색 상태가 {status}이어서 보여 줄 결과가 없습니다."

    def __init__(self, status: str) -> None:
        super().__init__(field="search_id", status=status)


class SearchTooLarge(InputError):
    code = "search_too_large"
    english = (
        "{trials:,} combinations over {weekdays:,} weekdays are more than one search may hold; for this period at most {most:,} combinations "
        "are allowed. Choose fewer values, the method random with fewer trials, or a shorter period."
    )
    korean = (
        "조합 {trials:,}개를 평일 {weekdays:,}일 동안 시험하기에는 너무 큽니다. 이 기간에는 최대 {most:,}개까지 가능합니다. "
        "값을 줄이거나, random 방식으로 더 적게 시험하거나, 기간을 줄이세요."
    )

    def __init__(self, trials: int, weekdays: int, most: int) -> None:
        super().__init__(field="space", trials=trials, weekdays=weekdays, most=most)


class StockNotSearched(MissingError):
    code = "stock_not_searched"
    english = "This search has no trials of {given}."
    korean = "이 탐색에는 {given}의 시험 조합이 없습니다."

    def __init__(self, given: str) -> None:
        super().__init__(field="code", given=given[:100])


class FormatUnknown(MissingError):
    code = "format_unknown"
    english = "There is no download of the format {given}; there are {allowed}."
    korean = "{given} 형식은 없습니다. 있는 형식: {allowed}."

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field="format", given=given, allowed=", ".join(allowed))


class FieldMissing(InputError):
    code = "field_missing"
    english = "{name} parameter is required"
    korean = "{name} 항목이 필요합니다."

    def __init__(self, name: str) -> None:
        super().__init__(field=name, name=name)


class TextTooLong(InputError):
    code = "text_too_long"
    english = "{name} has {length:,} characters; at most {limit:,} are allowed."
    korean = "{name}은(는) {length:,}자입니다. {limit:,}자까지 쓸 수 있습니다."

    def __init__(self, name: str, length: int, limit: int) -> None:
        super().__init__(field=name, name=name, length=length, limit=limit)


class UploadUnknown(MissingError):
    code = "import_not_found"
    english = "There is no import {given}."
    korean = "{given} 가져오기가 없습니다."

    def __init__(self, given: str) -> None:
        super().__init__(field="id", given=given[:100])


class ImportNotCancellable(InputError):
    code = "import_not_cancellable"
    english = "{given} imports a file and ends by itself; only a fetch from a source can be cancelled."
    korean = "{given}은(는) 파일 가져오기여서 저절로 끝납니다. 제공처에서 받는 것만 중단할 수 있습니다."

    def __init__(self, given: str) -> None:
        super().__init__(field="id", given=given[:100])


class FetchCancelled(InputError):
    code = "fetch_cancelled"
    english = "The fetch was cancelled; what was fetched until then is kept. Start it again for the rest."
    korean = "받기를 중단했습니다. 그때까지 받은 것은 남아 있습니다. 나머지는 다시 시작하면 받습니다."

    def __init__(self) -> None:
        super().__init__()


class ScheduleUnknown(MissingError):
    code = "schedule_unknown"
    english = "There is no schedule {number}. GET /api/data/schedules lists them."
    korean = "{number} 예약이 없습니다. 자료 화면의 예약 목록에서 고르세요."

    def __init__(self, number: str) -> None:
        super().__init__(field="id", number=number[:40])


class HeldNotJoinable(InputError):
    code = "held_not_joinable"
    english = "The held answer about {code} cannot be joined: {count} bars in common differ. Take it as a whole, or refuse it."
    korean = "{code}의 보류된 자료는 이어 붙일 수 없습니다. 겹치는 봉 {count}개가 다릅니다. 새 값을 쓰거나 거절하세요."

    def __init__(self, code: str, count: int) -> None:
        super().__init__(field="decision", code=code, count=f"{count:,}")


class HeldChanged(InputError):
    code = "held_changed"
    english = (
        "The decision about {code} is for the answer with the SHA-256 {given}, but another one is held now: {now}. Nothing was changed. "
        "Look at the newer answer, then decide with its SHA-256."
    )
    korean = (
        "{code}에 대한 결정은 SHA-256이 {given}인 자료를 보고 한 것인데, 지금은 다른 자료({now})가 보류되어 있습니다. 바뀐 것은 없습니다. "
        "새로 온 자료를 본 뒤 그 SHA-256으로 다시 정하세요."
    )

    def __init__(self, code: str, given: str, now: str) -> None:
        super().__init__(field="sha256", code=code, given=given[:64] or "-", now=now)


class NothingHeld(MissingError):
    code = "nothing_held"
    english = "No answer of a source is held back for '{what}'. `bokgi data held list` and GET /api/data/held name those that are."
    korean = "'{what}'에 대해 보류된 제공처 자료가 없습니다. 자료 화면의 보류 목록에서 고르세요."

    def __init__(self, what: str) -> None:
        super().__init__(field="code", what=what[:80])
