"""Situations of the demo market."""

from bokgi.errors.base import InputError


class DemoSizeWrong(InputError):
    code = "demo_size"
    english = "The demo market was asked for {given} {what}; it has from 1 to {largest}."
    korean = "데모 시장의 {what_korean} 수로 {given}을(를) 지정했습니다. 1~{largest} 사이여야 합니다."

    def __init__(self, field: str, given: int, largest: int, what_korean: str) -> None:
        super().__init__(field=field, given=given, what=field, what_korean=what_korean, largest=largest)


class DemoBesideRealBars(InputError):
    code = "demo_beside_real_bars"
    english = "{home} holds real bars; the demo never mixes with them. Give it a folder of its own: 'bokgi --home DIR demo'."
    korean = "{home}에 실제 자료가 있습니다. 데모 자료는 섞지 않습니다. 별도 폴더를 지정하세요: 'bokgi --home 폴더 demo'."

    def __init__(self, home: str) -> None:
        super().__init__(field="home", home=home)
