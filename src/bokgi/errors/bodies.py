"""Situations of a request's body, before any of its fields is looked at."""

from bokgi.errors.base import InputError

_SHOWN = 60


class BodyNotJson(InputError):
    code = "body_not_json"
    english = 'The body is not JSON ({problem}); send one object in UTF-8, such as {{"name": "value"}}.'
    korean = '본문이 JSON이 아닙니다({problem}). {{"name": "value"}}처럼 UTF-8로 된 객체 하나를 보내세요.'

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class BodyNotObject(InputError):
    code = "body_not_object"
    english = 'The body is {given}; send one JSON object, such as {{"name": "value"}}.'
    korean = '본문이 객체가 아닙니다({given}). {{"name": "value"}}처럼 JSON 객체 하나를 보내세요.'

    def __init__(self, given: str) -> None:
        super().__init__(given=given)


class BodyTooDeep(InputError):
    code = "body_too_deep"
    english = "The body nests objects and arrays deeper than {limit} levels; flatten it."
    korean = "본문의 객체와 배열이 {limit}단계보다 깊게 겹쳐 있습니다. 단계를 줄이세요."

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class BodyKeyTwice(InputError):
    code = "body_key_twice"
    english = "The body gives the key {name} twice in one object; give it once."
    korean = "본문의 한 객체에 {name} 항목이 두 번 있습니다. 한 번만 적으세요."

    def __init__(self, name: str) -> None:
        super().__init__(field=name[:_SHOWN], name=repr(name[:_SHOWN]))
