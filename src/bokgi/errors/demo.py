"""Situations of the demo market."""

from bokgi.errors.base import InputError


class DemoSizeWrong(InputError):
    code = "demo_size"
    english = "The demo market was asked for {given} {what}; it has from 1 to {largest}."
    korean = "데모 시장의 {what_korean} 수로 {given}을(를) 지정했습니다. 1~{largest} 사이여야 합니다."

    def __init__(self, field: str, given: int, largest: int, what_korean: str) -> None:
        super().__init__(field=field, given=given, what=field, what_korean=what_korean, largest=largest)
