"""Situations of asking a source of data. A failed fetch is an error that says what to do; it never becomes other data."""

from collections.abc import Sequence

from bokgi.errors.base import DataError, EnvironmentFault, InputError, MissingError


class SourceUnknown(InputError):
    code = "source_unknown"
    english = "There is no source '{given}'. Choose one of {allowed}."
    korean = "'{given}'이라는 제공처는 없습니다. {allowed} 가운데 고르세요."

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field="source", given=given[:60], allowed=", ".join(allowed))


class SourceNotInstalled(EnvironmentFault):
    code = "source_not_installed"
    english = "The source '{source}' needs the package {package}, which is not installed. Install it with: pip install 'bokgi[{extra}]'"
    korean = "제공처 '{source}'을(를) 쓰려면 {package} 패키지가 필요한데 설치되어 있지 않습니다. 설치: pip install 'bokgi[{extra}]'"

    def __init__(self, source: str, package: str, extra: str) -> None:
        super().__init__(field="source", source=source, package=package, extra=extra)


class SourceUnreachable(EnvironmentFault):
    code = "source_unreachable"
    english = (
        "The source '{source}' could not be reached ({reason}). Check the connection and ask again; what was fetched before is stored."
    )
    korean = "제공처 '{source}'에 연결하지 못했습니다({reason}). 연결을 확인하고 다시 해 보세요. 그 전에 받은 것은 저장되어 있습니다."

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source=source, reason=" ".join(reason.split())[:160])


class SourceLimited(EnvironmentFault):
    code = "source_limited"
    english = (
        "The source '{source}' takes no more requests for now ({answer}). Ask again in an hour; what was fetched before is stored and is "
        "not asked for again."
    )
    korean = (
        "제공처 '{source}'이(가) 지금은 요청을 더 받지 않습니다({answer}). 한 시간쯤 뒤에 다시 해 보세요. "
        "그 전에 받은 것은 저장되어 있고 다시 묻지 않습니다."
    )

    def __init__(self, source: str, answer: str) -> None:
        super().__init__(source=source, answer=" ".join(answer.split())[:160])


class SourceRefused(DataError):
    code = "source_refused"
    english = "The source '{source}' does not give {what}: {answer}. Choose a shorter period or a longer interval."
    korean = "제공처 '{source}'은(는) {what}을(를) 주지 않습니다: {answer}. 기간을 줄이거나 더 긴 봉 간격을 고르세요."

    def __init__(self, source: str, what: str, answer: str) -> None:
        super().__init__(source=source, what=what, answer=" ".join(answer.split())[:200])


class NotAtSource(MissingError):
    code = "not_at_source"
    english = "The source '{source}' has no data of {symbol}: {answer}. Check the code; delisted issues must come from a file."
    korean = "제공처 '{source}'에 {symbol} 자료가 없습니다: {answer}. 종목코드를 확인하세요. 상장폐지 종목은 파일로 가져와야 합니다."

    def __init__(self, source: str, symbol: str, answer: str) -> None:
        super().__init__(field="codes", source=source, symbol=symbol[:40], answer=" ".join(answer.split())[:160])


class IntervalNotOffered(InputError):
    code = "interval_not_offered"
    english = "The source '{source}' has no {interval} bars. It has {allowed}."
    korean = "제공처 '{source}'에는 {interval} 봉이 없습니다. 있는 것: {allowed}."

    def __init__(self, source: str, interval: str, allowed: Sequence[str]) -> None:
        super().__init__(field="interval", source=source, interval=interval, allowed=", ".join(allowed))


class LoginMissing(InputError):
    code = "login_missing"
    english = "The source '{source}' asks with your own login. Set {names} in the environment, then start again."
    korean = "제공처 '{source}'은(는) 본인의 로그인으로 묻습니다. 환경 변수 {names}을(를) 정한 뒤 다시 시작하세요."

    def __init__(self, source: str, names: Sequence[str]) -> None:
        super().__init__(field="source", source=source, names=", ".join(names))


class LoginRefused(EnvironmentFault):
    code = "login_refused"
    english = "The source '{source}' did not accept the login ({answer}). Check {names}; the password may have expired at the site."
    korean = "제공처 '{source}'이(가) 로그인을 받아들이지 않았습니다({answer}). {names}을(를) 확인하세요. 사이트에서 비밀번호가 만료되었을 수 있습니다."

    def __init__(self, source: str, answer: str, names: Sequence[str]) -> None:
        super().__init__(source=source, answer=" ".join(answer.split())[:120], names=", ".join(names))


class NameNotFound(InputError):
    code = "name_not_found"
    english = "No instrument is named '{given}'. Give its code, or import a list of issues first: `bokgi data import FILE`."
    korean = "'{given}'이라는 종목을 찾지 못했습니다. 종목코드를 주거나, 종목 정보 파일을 먼저 가져오세요: `bokgi data import 파일`."

    def __init__(self, given: str) -> None:
        super().__init__(field="codes", given=given[:60])
