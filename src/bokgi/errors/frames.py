"""Situations of bars that a program hands over, and of bars made from bars."""

from collections.abc import Sequence

from bokgi.errors.base import InputError


class FrameColumnMissing(InputError):
    code = "frame_column_missing"
    english = (
        "The DataFrame lacks {missing}; its columns are {found}. It needs a date or datetime (column or index), open, high, low and close."
    )
    korean = "DataFrame에 {missing} 열이 없습니다(있는 열: {found}). 날짜나 일시(열 또는 인덱스)와 open, high, low, close가 필요합니다."

    def __init__(self, missing: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(field="data", missing=", ".join(missing), found=", ".join(str(name)[:20] for name in list(found)[:12]) or "-")


class FrameUnreadable(InputError):
    code = "frame_unreadable"
    english = "The DataFrame's column {column} cannot be read as {wanted}; the first value that fails is {example}."
    korean = "DataFrame의 {column} 열을 {wanted}(으)로 읽을 수 없습니다. 처음 걸린 값: {example}."

    def __init__(self, column: str, wanted: str, example: object) -> None:
        super().__init__(field="data", column=column, wanted=wanted, example=repr(example)[:60])


class FrameEmpty(InputError):
    code = "frame_empty"
    english = "The DataFrame has no rows with a price."
    korean = "DataFrame에 가격이 있는 행이 없습니다."

    def __init__(self) -> None:
        super().__init__(field="data")


class FrameIntervalUnclear(InputError):
    code = "frame_interval_unclear"
    english = "The bars of the DataFrame lie {found} apart, which is no interval of bars; give `interval`, for example '5m' or '1d'."
    korean = "DataFrame의 봉 간격({found})을 알 수 없습니다. `interval`을 '5m'이나 '1d'처럼 주세요."

    def __init__(self, found: str) -> None:
        super().__init__(field="interval", found=found)


class FrameDuplicates(InputError):
    code = "frame_duplicates"
    english = (
        "The DataFrame has {count} bars twice, the first at {example}. Keep one of each, or give `code` where they are several instruments."
    )
    korean = "DataFrame에 같은 시각의 봉이 {count}개 겹칩니다(처음: {example}). 하나만 남기거나, 여러 종목이면 code 열을 넣으세요."

    def __init__(self, count: int, example: str) -> None:
        super().__init__(field="data", count=f"{count:,}", example=example)


class FrameOutsideSessions(InputError):
    code = "frame_outside_sessions"
    english = (
        "{count} bars of the DataFrame lie outside the regular sessions of {exchange}, the first at {example} ({zone}). "
        "Drop them with `drop_outside=True`, or name the exchange."
    )
    korean = "DataFrame의 봉 {count}개가 {exchange} 정규장 밖에 있습니다(처음: {example}, {zone}). `drop_outside=True`로 버리거나 거래소를 정하세요."

    def __init__(self, count: int, exchange: str, example: str, zone: str) -> None:
        super().__init__(field="data", count=f"{count:,}", exchange=exchange, example=example, zone=zone)


class ResampleImpossible(InputError):
    code = "resample_impossible"
    english = "{source} bars cannot be made into {wanted} bars; the new interval must be 1d or a multiple of the old one, at most 60m."
    korean = "{source} 봉으로 {wanted} 봉을 만들 수 없습니다. 새 간격은 1d이거나 원래 간격의 배수여야 합니다(최대 60m)."

    def __init__(self, source: str, wanted: str) -> None:
        super().__init__(field="interval", source=source, wanted=wanted)


class InstrumentsDiffer(InputError):
    code = "instruments_differ"
    english = "Instruments were given for {given}, but the bars are of {found}."
    korean = "종목 정보는 {given}에 대한 것인데 봉은 {found}의 것입니다."

    def __init__(self, given: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(field="instruments", given=", ".join(list(given)[:5]), found=", ".join(list(found)[:5]))
