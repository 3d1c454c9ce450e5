"""Situations of bars and panels."""

from collections.abc import Sequence

from bokgi.errors.base import InputError, InternalFault


class UnknownInterval(InputError):
    code = "unknown_interval"
    english = "'{given}' is not an interval of bars; give one of {allowed} or 1d."
    korean = "'{given}'은(는) 봉 간격이 아닙니다. {allowed} 또는 1d 중에서 고르세요."

    def __init__(self, given: str, allowed_minutes: Sequence[int]) -> None:
        allowed = ", ".join(f"{minutes}m" for minutes in allowed_minutes)
        super().__init__(field="interval", given=given, allowed=allowed)


class PanelMalformed(InternalFault):
    code = "panel_malformed"
    english = "A panel of bars is malformed: {problem}."
    korean = "봉 자료의 내부 구조가 잘못되었습니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)
