"""Situations of the store of bars. A refused or interrupted import has changed nothing."""

from collections.abc import Sequence
from datetime import date

from bokgi.errors.base import DataError, EnvironmentFault, InputError, InternalFault, MissingError

_SHOWN = 5


def _listed(words: Sequence[str]) -> str:
    rest = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" (+{rest})" if rest > 0 else "")


class SeriesAbsent(MissingError):
    code = "series_absent"
    english = "The store holds no {interval} bars of {codes}; import them first, or choose among the {stored} series that `bokgi data list` shows."
    korean = "저장소에 {codes}의 {interval} 봉이 없습니다. 먼저 가져오거나, `bokgi data list`에 나오는 {stored}개 종목 가운데 고르세요."

    def __init__(self, codes: Sequence[str], interval: str, stored: int) -> None:
        super().__init__(field="codes", codes=_listed(codes), interval=interval, stored=stored)


class NoBarsStored(MissingError):
    code = "no_bars_stored"
    english = "The store holds no {interval} bars; it has {stored}. Import some with `bokgi data import`."
    korean = "저장소에 {interval} 봉이 없습니다(있는 간격: {stored}). `bokgi data import`로 가져오세요."

    def __init__(self, interval: str, stored: Sequence[str]) -> None:
        super().__init__(field="interval", interval=interval, stored=", ".join(stored) or "-")


class VersionAbsent(MissingError):
    code = "version_absent"
    english = "There is no version {version} of the {interval} bars; there are {stored}."
    korean = "{interval} 봉의 {version}번 판이 없습니다. 있는 판: {stored}."

    def __init__(self, version: int, interval: str, stored: Sequence[int]) -> None:
        super().__init__(field="version", version=version, interval=interval, stored=_listed([str(number) for number in stored]) or "-")


class SegmentBroken(DataError):
    code = "segment_broken"
    english = "The stored file '{file}' is broken ({reason}); nothing was read from it. Put it back from a backup, or remove its series and import them again."
    korean = (
        "저장된 파일 '{file}'이(가) 손상되어({reason}) 아무것도 읽지 않았습니다. 백업에서 되돌리거나 해당 종목을 지우고 다시 가져오세요."
    )

    def __init__(self, file: object, reason: str) -> None:
        super().__init__(file=str(file), reason=" ".join(reason.split())[:160])


class ManifestBroken(DataError):
    code = "manifest_broken"
    english = "The list of stored bars '{file}' is broken ({reason}). Put it back from a backup; deleting it returns to the version before."
    korean = "저장 목록 '{file}'이(가) 손상되었습니다({reason}). 백업에서 되돌리세요. 이 파일을 지우면 바로 앞 판으로 돌아갑니다."

    def __init__(self, file: object, reason: str) -> None:
        super().__init__(file=str(file), reason=" ".join(reason.split())[:160])


class StoreTooNew(DataError):
    code = "store_too_new"
    english = "'{file}' was written by a newer Bokgi (format {format}, this one reads {known}). Update Bokgi."
    korean = "'{file}'은(는) 더 새로운 복기가 쓴 파일입니다(형식 {format}, 읽을 수 있는 형식 {known}). 복기를 갱신하세요."

    def __init__(self, file: object, found: int, known: int) -> None:
        super().__init__(file=str(file), format=found, known=known)


class HistoryDiffers(DataError):
    code = "history_differs"
    english = (
        "{rows} stored {interval} bars of {codes} differ from the new ones (e.g. {example}); nothing was changed. "
        "Import with `--replace` to let the new values win."
    )
    korean = (
        "이미 저장된 {codes}의 {interval} 봉 {rows}개가 새 값과 다릅니다(예: {example}). 아무것도 바꾸지 않았습니다. "
        "새 값을 쓰려면 `--replace`로 가져오세요."
    )

    def __init__(self, codes: Sequence[str], interval: str, rows: int, example: str) -> None:
        super().__init__(codes=_listed(codes), interval=interval, rows=f"{rows:,}", example=example)


class FactsDiffer(DataError):
    code = "facts_differ"
    english = (
        "The stored {interval} series of {codes} cannot be continued: {fact} is {stored}, the new bars say {given}. "
        "Import with `--replace` to put the new series in its place."
    )
    korean = (
        "저장된 {codes}의 {interval} 자료에 이어 붙일 수 없습니다: {fact}이(가) {stored}인데 새 자료는 {given}입니다. "
        "새 자료로 통째로 바꾸려면 `--replace`로 가져오세요."
    )

    def __init__(self, codes: Sequence[str], interval: str, fact: str, stored: str, given: str) -> None:
        super().__init__(codes=_listed(codes), interval=interval, fact=fact, stored=stored, given=given)


class StoreBusy(EnvironmentFault):
    code = "store_busy"
    english = "Another import is writing to '{folder}' and did not end within {seconds} seconds. Try again when it is done."
    korean = "다른 가져오기가 '{folder}'에 쓰는 중이며 {seconds}초 안에 끝나지 않았습니다. 끝난 뒤 다시 하세요."

    def __init__(self, folder: object, seconds: float) -> None:
        super().__init__(folder=str(folder), seconds=f"{seconds:g}")


class StoreUnwritable(EnvironmentFault):
    code = "store_unwritable"
    english = "The store '{folder}' cannot be written ({reason}); it is as it was before. Free space, or check that you may write there."
    korean = "저장소 '{folder}'에 쓸 수 없습니다({reason}). 저장소는 그대로입니다. 공간을 비우거나 쓰기 권한을 확인하세요."

    def __init__(self, folder: object, reason: str) -> None:
        super().__init__(folder=str(folder), reason=reason)


class VersionInUse(InputError):
    code = "version_in_use"
    english = "Version {version} of the {interval} bars is kept: {users} refer to it. Delete those results first."
    korean = "{interval} 봉의 {version}번 판은 {users}이(가) 쓰고 있어 지울 수 없습니다. 그 결과를 먼저 지우세요."

    def __init__(self, version: int, interval: str, users: Sequence[str]) -> None:
        super().__init__(field="version", version=version, interval=interval, users=_listed(users))


class VersionIsCurrent(InputError):
    code = "version_is_current"
    english = "Version {version} is the current one of the {interval} bars and stays; only older versions can be removed."
    korean = "{version}번은 {interval} 봉의 현재 판이라 지울 수 없습니다. 이전 판만 지울 수 있습니다."

    def __init__(self, version: int, interval: str) -> None:
        super().__init__(field="version", version=version, interval=interval)


class ReferenceNameRefused(InputError):
    code = "reference_name_refused"
    english = "'{given}' cannot name a reference; use letters, digits, '-', '_' and '.', at most 100."
    korean = "'{given}'은(는) 참조 이름이 될 수 없습니다. 영문자, 숫자, '-', '_', '.'로 100자까지 쓰세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="reference", given=given[:100])


class ExchangesMixed(InputError):
    code = "exchanges_mixed"
    english = "One run has one exchange, but the chosen series lie on {exchanges}. Choose instruments of one of them."
    korean = "한 번의 실행은 한 거래소만 다룹니다. 고른 종목은 {exchanges}에 있습니다. 한 거래소의 종목만 고르세요."

    def __init__(self, exchanges: Sequence[str]) -> None:
        super().__init__(field="codes", exchanges=", ".join(exchanges))


class StoredOutsideCalendar(DataError):
    code = "stored_outside_calendar"
    english = "The store holds {interval} bars of {code} on {day}, which is no session of {exchange}. Import the series again."
    korean = "{code}의 {interval} 봉이 {exchange} 거래일이 아닌 {day}에 저장되어 있습니다. 다시 가져오세요."

    def __init__(self, code: str, interval: str, day: date, exchange: str) -> None:
        super().__init__(code=code, interval=interval, day=day.isoformat(), exchange=exchange)


class IncomingMalformed(InternalFault):
    code = "incoming_malformed"
    english = "Bars on their way into the store are malformed: {problem}."
    korean = "저장소로 들어가는 봉 자료의 내부 구조가 잘못되었습니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class ExportFormatUnknown(InputError):
    code = "export_format_unknown"
    english = "'{given}' is not a format of export; give csv or parquet."
    korean = "'{given}'은(는) 내보내기 형식이 아닙니다. csv 또는 parquet을 쓰세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="format", given=given[:40])
