"""Situations of a request's body, before any of its fields is looked at, and of files on their way in."""

from bokgi.errors.base import EnvironmentFault, InputError

_SHOWN = 60


class BodyNotJson(InputError):
    code = "body_not_json"
    english = "The body is not JSON ({problem}); send one JSON object in UTF-8, with names and texts in double quotes."
    korean = "본문이 JSON이 아닙니다({problem}). 이름과 글자를 큰따옴표로 감싼 UTF-8 JSON 객체 하나를 보내세요."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class BodyNotObject(InputError):
    code = "body_not_object"
    english = "The body is {given}; send one JSON object, with its fields between curly brackets."
    korean = "본문이 객체가 아닙니다({given}). 항목을 중괄호로 감싼 JSON 객체 하나를 보내세요."

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


class UploadMalformed(InputError):
    code = "upload_malformed"
    english = "The upload is not a multipart form ({problem}); send the file as its field 'file': curl -F file=@bars.csv."
    korean = "업로드가 multipart 형식이 아닙니다({problem}). 파일을 file 항목으로 보내세요: curl -F file=@bars.csv."

    def __init__(self, problem: str) -> None:
        super().__init__(field="file", problem=problem)


class UploadUnwritable(EnvironmentFault):
    code = "upload_unwritable"
    english = "The uploaded file cannot be kept ({reason}); nothing was stored. Free space on the server and send it again."
    korean = "업로드한 파일을 저장할 수 없습니다({reason}). 저장된 것은 없습니다. 서버의 공간을 비우고 다시 보내세요."

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
