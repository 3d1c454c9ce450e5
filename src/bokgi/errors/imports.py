"""Situations of files on their way in. A refused file has changed nothing in the store."""

from collections.abc import Sequence

from bokgi.errors.base import DataError, InputError, MissingError


class FileAbsent(MissingError):
    code = "file_absent"
    english = "There is no file or folder '{path}'. Give the path of a file of bars, or of a folder of them."
    korean = "'{path}' 파일이나 폴더가 없습니다. 봉 자료 파일이나 폴더의 경로를 주세요."

    def __init__(self, path: object) -> None:
        super().__init__(field="path", path=str(path))


class FileUnreadable(DataError):
    code = "file_unreadable"
    english = "'{name}' cannot be opened ({reason}). Check that it is a file and that you may read it."
    korean = "'{name}' 파일을 열 수 없습니다({reason}). 파일인지, 읽기 권한이 있는지 확인하세요."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name=name, reason=reason)


class FileEmpty(DataError):
    code = "file_empty"
    english = "'{name}' is empty. Export it again."
    korean = "'{name}' 파일이 비어 있습니다. 다시 내려받으세요."

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class FileTooLarge(DataError):
    code = "file_too_large"
    english = "'{name}' holds {size} {unit}; at most {allowed} are read. Split it, or raise the import limit '{setting}'."
    korean = "'{name}' 크기({size} {unit})가 허용 한도({allowed})를 넘습니다. 나누어 가져오거나 가져오기 한도 '{setting}'을(를) 올리세요."

    def __init__(self, name: str, size: int, allowed: int, setting: str, unit: str = "bytes") -> None:
        super().__init__(name=name, size=f"{size:,}", allowed=f"{allowed:,}", setting=setting, unit=unit)


class ArchiveUnsafe(DataError):
    code = "archive_unsafe"
    english = "'{name}' holds the member '{member}', which {problem}; the archive was not unpacked. Take it only from a source you trust."
    korean = "'{name}' 압축 파일 안의 '{member}' 항목이 위험하여({problem}) 풀지 않았습니다. 믿을 수 있는 곳에서 다시 받으세요."

    def __init__(self, name: str, member: str, problem: str) -> None:
        super().__init__(name=name, member=member[:80], problem=problem)


class FileBroken(DataError):
    code = "file_broken"
    english = "'{name}' is broken or cut off as {kind}: {reason}. Download or export it again."
    korean = "'{name}' 파일이 {kind} 형식으로 읽히지 않습니다(손상되었거나 잘림): {reason}. 다시 내려받으세요."

    def __init__(self, name: str, kind: str, reason: str) -> None:
        super().__init__(name=name, kind=kind, reason=" ".join(reason.split())[:160])


class FileUnrecognised(DataError):
    code = "file_unrecognised"
    english = (
        "'{name}' is no file of bars that Bokgi knows; it begins with {seen}. It reads CSV, XLSX, Parquet, LEAN zips, Yahoo and KRX JSON."
    )
    korean = "'{name}'은(는) 복기가 아는 시세 파일이 아닙니다. 시작 부분: {seen}. CSV, XLSX, Parquet, LEAN zip, 야후·KRX JSON을 읽습니다."

    def __init__(self, name: str, seen: str) -> None:
        super().__init__(name=name, seen=repr(seen[:60]))


class ColumnsMissing(DataError):
    code = "columns_missing"
    english = "'{name}' lacks {missing}; its columns are {found}. Name the columns date (or datetime), open, high, low, close, volume."
    korean = "'{name}'에 {missing} 열이 없습니다. 있는 열: {found}. 열 이름을 일자(또는 일시), 시가, 고가, 저가, 종가, 거래량으로 맞추세요."

    def __init__(self, name: str, missing: Sequence[str], found: Sequence[str]) -> None:
        shown = ", ".join(column[:20] for column in list(found)[:12])
        super().__init__(name=name, missing=", ".join(missing), found=shown or "-")


class CodeUnknown(InputError):
    code = "code_unknown"
    english = "Neither a column nor the name of '{name}' says which instrument it is. Give its code, for example 005930."
    korean = "'{name}'의 열에도 파일 이름에도 종목 코드가 없습니다. 종목 코드를 주세요(예: 005930)."

    def __init__(self, name: str) -> None:
        super().__init__(field="code", name=name)


class CodesContradict(InputError):
    code = "codes_contradict"
    english = "'{name}' holds {found}, but the code {given} was given. Leave the code out, or give the right file."
    korean = "'{name}'에는 {found} 종목이 있는데 코드 {given}을(를) 주었습니다. 코드를 빼거나 파일을 확인하세요."

    def __init__(self, name: str, given: str, found: Sequence[str]) -> None:
        super().__init__(field="code", name=name, given=given, found=", ".join(list(found)[:5]))


class CodesMixed(DataError):
    code = "codes_mixed"
    english = "'{name}' mixes instruments of several exchanges (among them {found}). Put each exchange into a file of its own."
    korean = "'{name}'에 여러 거래소의 종목이 섞여 있습니다({found} 등). 거래소별로 파일을 나누세요."

    def __init__(self, name: str, found: Sequence[str]) -> None:
        super().__init__(name=name, found=", ".join(code[:20] for code in list(found)[:5]))


class TimesUnreadable(DataError):
    code = "times_unreadable"
    english = "No date or time of '{name}' can be read; the first is {example}. Write dates as 2025-10-16 and times as 09:05."
    korean = "'{name}'의 날짜·시간을 읽을 수 없습니다(첫 값: {example}). 날짜는 2025-10-16, 시간은 09:05처럼 적으세요."

    def __init__(self, name: str, example: object) -> None:
        super().__init__(name=name, example=repr(example)[:60])


class IntervalUnclear(InputError):
    code = "interval_unclear"
    english = "The length of the bars of '{name}' is not clear: {found}. Give the interval, for example 5m or 1d."
    korean = "'{name}'의 봉 간격을 알 수 없습니다: {found}. 간격을 주세요(예: 5m, 1d)."

    def __init__(self, name: str, found: str) -> None:
        super().__init__(field="interval", name=name, found=found)


class TimezoneUnknown(InputError):
    code = "timezone_unknown"
    english = "'{given}' is no time zone. Give a name such as Asia/Seoul or UTC."
    korean = "'{given}'은(는) 시간대 이름이 아닙니다. Asia/Seoul, UTC처럼 적으세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="timezone", given=given[:60])


class EncodingUnreadable(DataError):
    code = "encoding_unreadable"
    english = "The text of '{name}' is neither UTF-8 nor CP949 (EUC-KR){given}. Save it as UTF-8."
    korean = "'{name}'의 글자는 UTF-8도 CP949(EUC-KR)도 아닙니다{given}. UTF-8로 저장하세요."

    def __init__(self, name: str, given: str | None = None) -> None:
        super().__init__(field="encoding", name=name, given=f" ({given})" if given else "")


class NothingUsable(DataError):
    code = "nothing_usable"
    english = "'{name}' holds no usable bar: {reason}. Nothing was taken."
    korean = "'{name}'에 쓸 수 있는 봉이 없습니다: {korean_reason}. 아무것도 가져오지 않았습니다."

    def __init__(self, name: str, reason: str, korean_reason: str) -> None:
        super().__init__(name=name, reason=reason, korean_reason=korean_reason)


class MostlyBad(DataError):
    code = "mostly_bad"
    english = "{bad} of {rows} rows of '{name}' are unusable ({reason}). Nothing was taken; check the file's columns."
    korean = "'{name}'의 {rows}행 가운데 {bad}행을 쓸 수 없습니다({korean_reason}). 아무것도 가져오지 않았으니 열을 확인하세요."

    def __init__(self, name: str, bad: int, rows: int, reason: str, korean_reason: str) -> None:
        super().__init__(name=name, bad=f"{bad:,}", rows=f"{rows:,}", reason=reason, korean_reason=korean_reason)


class SourceAnsweredError(DataError):
    code = "source_answered_error"
    english = "'{name}' is no data but the source's error answer: {answer}. Ask the source again."
    korean = "'{name}'은(는) 시세가 아니라 제공처의 오류 응답입니다: {answer}. 다시 받으세요."

    def __init__(self, name: str, answer: str) -> None:
        super().__init__(name=name, answer=" ".join(answer.split())[:160])


class AllDayClose(DataError):
    code = "all_day_close"
    english = (
        "In '{name}' {broken} of {pairs} days since 2026-09-14 do not follow from the regular close of the day before: "
        "its closes include the after-market. Use a source with regular closes."
    )
    korean = (
        "'{name}'은(는) 2026-09-14 이후 {pairs}일 가운데 {broken}일의 종가가 전일 정규장 종가와 이어지지 않습니다: "
        "애프터마켓이 섞인 종가입니다. 정규장 종가를 쓰세요."
    )

    def __init__(self, name: str, broken: int, pairs: int) -> None:
        super().__init__(name=name, broken=f"{broken:,}", pairs=f"{pairs:,}")
