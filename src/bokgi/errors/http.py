"""Situations of a request over HTTP, before any route has seen it."""

from collections.abc import Sequence

from bokgi.errors.base import InputError, InternalFault, MissingError


class HostRefused(InputError):
    code = "host_refused"
    english = "This service is not called '{given}'. Allowed names: {allowed}; more by the setting BOKGI_ALLOWED_HOSTS."
    korean = "이 서비스의 이름은 '{given}'이(가) 아닙니다. 허용: {allowed}. 다른 이름은 설정 BOKGI_ALLOWED_HOSTS에 적으세요."

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field="Host", given=given[:100], allowed=", ".join(allowed))


class OriginRefused(InputError):
    code = "origin_refused"
    english = "A page of '{given}' may not change anything here; use the pages of this service."
    korean = "'{given}'의 페이지에서는 이 서비스를 바꿀 수 없습니다. 이 서비스의 화면에서 하세요."

    def __init__(self, given: str) -> None:
        super().__init__(field="Origin", given=given[:100])


class TokenRequired(InputError):
    code = "token_required"
    english = "A token is required: send 'Authorization: Bearer TOKEN', or open a session with POST /api/session."
    korean = "토큰이 필요합니다. 'Authorization: Bearer 토큰'을 보내거나 POST /api/session으로 로그인하세요."

    def __init__(self) -> None:
        super().__init__(field="Authorization")


class TokenWrong(InputError):
    code = "token_wrong"
    english = "The token is not the one of this service; it is the value of BOKGI_TOKEN where the service runs."
    korean = "토큰이 맞지 않습니다. 서비스가 실행되는 곳의 BOKGI_TOKEN 값을 쓰세요."

    def __init__(self, name: str = "token") -> None:
        super().__init__(field=name)


class BodyTooLarge(InputError):
    code = "body_too_large"
    english = "The body is larger than {limit_bytes:,} bytes; send less, or import large files with POST /api/data/upload."
    korean = "본문이 {limit_bytes:,}바이트보다 큽니다. 줄여서 보내거나 큰 파일은 POST /api/data/upload로 가져오세요."

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(field="body", limit_bytes=limit_bytes)


class BodyTooSlow(InputError):
    code = "body_too_slow"
    english = "The body did not arrive within {limit_seconds:g} seconds; send the request again."
    korean = "본문이 {limit_seconds:g}초 안에 도착하지 않았습니다. 다시 보내세요."

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(field="body", limit_seconds=limit_seconds)


class TooManyRequests(InputError):
    code = "too_many_requests"
    english = "Too many requests; try again in {seconds} s."
    korean = "요청이 너무 많습니다. {seconds}초 뒤에 다시 시도하세요."

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)


class ProfileInvalid(InputError):
    code = "profile_invalid"
    english = "The profile cannot be named '{given}'; allowed are 1 to 32 lower-case letters, digits, '-' and '_', a letter first."
    korean = "프로필 이름으로 '{given}'을(를) 쓸 수 없습니다. 소문자, 숫자, '-', '_' 1~32자이며 첫 글자는 소문자여야 합니다."

    def __init__(self, given: str) -> None:
        super().__init__(field="X-Bokgi-Profile", given=given[:60])


class BodyUnreadable(InputError):
    code = "body_unreadable"
    english = "The body is not the JSON that is expected here: {problem}."
    korean = "본문이 올바른 JSON이 아닙니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(field="body", problem=problem[:200])


class RequestFieldMissing(InputError):
    code = "request_field_missing"
    english = "Missing required field: {name}"
    korean = "{name} 항목이 필요합니다."

    def __init__(self, name: str) -> None:
        super().__init__(field=name, name=name)


class PathUnknown(MissingError):
    code = "path_unknown"
    english = "There is nothing at {path}; see available_endpoints."
    korean = "{path}에는 아무것도 없습니다. available_endpoints를 보세요."

    def __init__(self, path: str) -> None:
        super().__init__(path=path[:200])


class MethodRefused(InputError):
    code = "method_refused"
    english = "{method} is not possible at {path}; allowed: {allowed}."
    korean = "{path}에는 {method}을(를) 쓸 수 없습니다. 허용: {allowed}."

    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__(method=method[:20], path=path[:200], allowed=allowed or "GET")


class RequestFailed(InternalFault):
    """Says nothing of the cause: that stands in the log under the number of the request."""

    code = "request_failed"
    english = "The service failed at this request in a way nobody foresaw; its log has the details under request {request_id}."
    korean = "이 요청을 처리하다 예상하지 못한 오류가 났습니다. 자세한 내용은 로그의 요청 번호 {request_id}에 있습니다."

    def __init__(self, request_id: str) -> None:
        super().__init__(request_id=request_id)


class RequestRefused(InputError):
    code = "request_refused"
    english = "The request cannot be met: {problem}."
    korean = "요청을 처리할 수 없습니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem[:200])


class RequestMalformed(InputError):
    code = "request_malformed"
    english = "This is no HTTP request that can be read."
    korean = "읽을 수 있는 HTTP 요청이 아닙니다."

    def __init__(self) -> None:
        super().__init__()


class HeadersTooLarge(InputError):
    code = "headers_too_large"
    english = "The headers are larger than {limit_bytes:,} bytes; send fewer or shorter ones."
    korean = "헤더가 {limit_bytes:,}바이트보다 큽니다. 줄여서 보내세요."

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes=limit_bytes)


class HeadersTooSlow(InputError):
    code = "headers_too_slow"
    english = "The headers did not arrive within {limit_seconds:g} seconds; send the request again."
    korean = "헤더가 {limit_seconds:g}초 안에 도착하지 않았습니다. 다시 보내세요."

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(limit_seconds=limit_seconds)
