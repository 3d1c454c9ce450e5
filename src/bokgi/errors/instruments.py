"""Situations of looking for instruments."""

from bokgi.errors.base import InputError


class SearchTextInvalid(InputError):
    code = "search_text_invalid"
    english = "Instruments cannot be searched by {given}; give 1 to {longest} characters of a code, a name, or its initial consonants."
    korean = "{given}(으)로는 종목을 찾을 수 없습니다. 종목코드, 이름 또는 초성을 1~{longest}자로 입력하세요."

    def __init__(self, given: object, longest: int) -> None:
        super().__init__(field="q", given=f"{given!r:.60}", longest=longest)


class SearchLimitInvalid(InputError):
    code = "search_limit_invalid"
    english = "The number of hits cannot be {given}; give a whole number from 1 to {largest}."
    korean = "검색 결과 수는 {given}일 수 없습니다. 1~{largest}인 정수를 입력하세요."

    def __init__(self, given: object, largest: int) -> None:
        super().__init__(field="limit", given=f"{given!r:.60}", largest=largest)
