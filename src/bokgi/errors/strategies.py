"""Situations of strategies: their parameters, own files, signals, and looking ahead."""

from collections.abc import Iterable

from bokgi.errors.base import InputError, MissingError


class StrategyUnknown(MissingError):
    code = "unknown_strategy"
    english = "'{given}' is not a strategy; give one of {allowed}, or an own one as FILE.py:CLASS."
    korean = "'{given}' 전략은 없습니다. {allowed} 중에서 고르거나 직접 만든 전략을 파일.py:클래스 형식으로 지정하세요."

    def __init__(self, given: str, allowed: Iterable[str]) -> None:
        super().__init__(field="strategy", given=given, allowed=", ".join(allowed))


class ParameterUnknown(InputError):
    code = "unknown_parameter"
    english = "The strategy {strategy} has no parameter '{name}'; {allowed}."
    korean = "{strategy} 전략에는 '{name}' 파라미터가 없습니다. {allowed_korean}."

    def __init__(self, strategy: str, name: str, allowed: Iterable[str]) -> None:
        names = ", ".join(allowed)
        super().__init__(
            field=name,
            strategy=strategy,
            name=name,
            allowed=f"give one of {names}" if names else "it takes none",
            allowed_korean=f"{names} 중에서 지정하세요" if names else "이 전략은 파라미터를 받지 않습니다",
        )


class ParameterWrong(InputError):
    """The value has the wrong kind or lies outside what is allowed."""

    code = "bad_parameter"
    english = "{name} was given as {given}; allowed is {allowed}."
    korean = "{name} 값 {given}은(는) 사용할 수 없습니다. 허용 값: {allowed_korean}."

    def __init__(self, name: str, given: object, allowed: str, allowed_korean: str) -> None:
        super().__init__(field=name, name=name, given=repr(given), allowed=allowed, allowed_korean=allowed_korean)


class ParametersContradict(InputError):
    """Two values are each allowed, but not together."""

    code = "contradicting_parameters"
    english = "{name} was given as {given}; it must be {relation} {other}, which is {other_given}."
    korean = "{name} 값 {given}이(가) {other} 값 {other_given}과(와) 맞지 않습니다. {name}은(는) {other}보다 {relation_korean} 합니다."

    def __init__(self, name: str, given: object, relation: tuple[str, str], other: str, other_given: object) -> None:
        super().__init__(
            field=name,
            name=name,
            given=given,
            relation=relation[0],
            relation_korean=relation[1],
            other=other,
            other_given=other_given,
        )


class ParameterIsFixed(InputError):
    code = "parameter_is_fixed"
    english = "The parameter {name} of {strategy} cannot be changed afterwards; make a new one: {strategy}({name}=...)."
    korean = "{strategy} 전략의 {name} 파라미터는 나중에 바꿀 수 없습니다. {strategy}({name}=...)로 새로 만드세요."

    def __init__(self, strategy: str, name: str) -> None:
        super().__init__(field=name, strategy=strategy, name=name)


class ParameterDeclaration(InputError):
    """A class declares a parameter that cannot be."""

    code = "bad_parameter_declaration"
    english = "The parameter {name} is declared wrongly: {problem}."
    korean = "{name} 파라미터 선언이 잘못되었습니다: {problem_korean}."

    def __init__(self, name: str, problem: str, problem_korean: str) -> None:
        super().__init__(field=name, name=name, problem=problem, problem_korean=problem_korean)


class StrategyNeedsIntraday(InputError):
    code = "strategy_needs_intraday"
    english = (
        "The strategy {strategy} buys and sells at times of the day, but the bars are daily; choose an interval in minutes, such as 5m."
    )
    korean = "{strategy} 전략은 장중 시각에 사고팔기 때문에 일봉으로 실행할 수 없습니다. 5m 같은 분봉 간격을 고르세요."

    def __init__(self, strategy: str) -> None:
        super().__init__(field="interval", strategy=strategy)


class StrategyIncomplete(InputError):
    code = "incomplete_strategy"
    english = "The strategy {strategy} must define exactly one of signals(self, panel), weights(self, panel), on_bar(self, context); it defines {found}."
    korean = "{strategy} 전략은 signals(self, panel), weights(self, panel), on_bar(self, context) 중 하나만 정의해야 합니다. 현재 정의: {found_korean}."

    def __init__(self, strategy: str, found: Iterable[str]) -> None:
        names = ", ".join(found)
        super().__init__(field="strategy", strategy=strategy, found=names or "none", found_korean=names or "없음")


class SignalsMalformed(InputError):
    code = "malformed_signals"
    english = "The strategy {strategy} returned {name} as {given}; it must be {allowed}."
    korean = "{strategy} 전략이 돌려준 {name} 값이 {given}입니다. {allowed_korean}이어야 합니다."

    def __init__(self, strategy: str, name: str, given: str, allowed: str, allowed_korean: str) -> None:
        super().__init__(field="strategy", strategy=strategy, name=name, given=given, allowed=allowed, allowed_korean=allowed_korean)


class StrategyFailed(InputError):
    """Code of an own strategy raised an exception."""

    code = "strategy_failed"
    english = "The strategy {strategy} stopped at {place} with {problem}."
    korean = "{strategy} 전략이 {place}에서 오류로 멈췄습니다: {problem}."

    def __init__(self, strategy: str, file: str, line: int | None, problem: str) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__(field="strategy", strategy=strategy, file=file, line=line, place=place, problem=problem)


class StrategyFileMissing(MissingError):
    code = "strategy_file_missing"
    english = "There is no file {file} for the strategy; give an existing one as FILE.py:CLASS."
    korean = "전략 파일 {file}이(가) 없습니다. 있는 파일을 파일.py:클래스 형식으로 지정하세요."

    def __init__(self, file: str) -> None:
        super().__init__(field="strategy", file=file)


class StrategyFileUnreadable(InputError):
    code = "strategy_file_unreadable"
    english = "The strategy file {file} cannot be read: {problem}; it must be Python source in UTF-8, up to {limit_bytes} bytes."
    korean = "전략 파일 {file}을(를) 읽을 수 없습니다: {problem}. UTF-8로 저장한 {limit_bytes}바이트 이하의 파이썬 파일이어야 합니다."

    def __init__(self, file: str, problem: str, limit_bytes: int) -> None:
        super().__init__(field="strategy", file=file, problem=problem, limit_bytes=limit_bytes)


class StrategySyntaxWrong(InputError):
    code = "strategy_syntax"
    english = "The strategy file {file} is not valid Python at line {line}: {problem}."
    korean = "전략 파일 {file}의 {line}번째 줄이 올바른 파이썬 문법이 아닙니다: {problem}."

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(field="strategy", file=file, line=line, problem=problem)


class StrategyClassMissing(MissingError):
    code = "strategy_class_missing"
    english = "The file {file} has no strategy class '{given}'; {allowed}."
    korean = "파일 {file}에 '{given}' 전략 클래스가 없습니다. {allowed_korean}."

    def __init__(self, file: str, given: str, found: Iterable[str]) -> None:
        names = ", ".join(found)
        super().__init__(
            field="strategy",
            file=file,
            given=given,
            allowed=f"give one of {names}" if names else "it holds no class that inherits from bokgi.Strategy",
            allowed_korean=f"{names} 중에서 지정하세요" if names else "bokgi.Strategy를 상속한 클래스가 하나도 없습니다",
        )


class StrategyClassNotNamed(InputError):
    code = "strategy_class_not_named"
    english = "Say which strategy of {file} is meant, as FILE.py:CLASS; it holds {found}."
    korean = "{file}에서 어떤 전략을 쓸지 파일.py:클래스 형식으로 지정하세요. 들어 있는 클래스: {found}."

    def __init__(self, file: str, found: Iterable[str]) -> None:
        super().__init__(field="strategy", file=file, found=", ".join(found))


class StrategyLooksAhead(InputError):
    code = "strategy_looks_ahead"
    english = (
        "The strategy {strategy} looks into the future: cut off after {cut}, its {what} of {code} at {row} changed. "
        "Use only values of the bar itself and of earlier bars."
    )
    korean = (
        "{strategy} 전략이 미래 자료를 사용합니다: {cut} 이후를 잘라 내니 {code} 종목 {row}의 {what} 값이 달라졌습니다. "
        "해당 봉과 그 이전 봉의 값만 사용하세요."
    )

    def __init__(self, strategy: str, code: str, what: str, cut: str, row: str) -> None:
        super().__init__(field="strategy", strategy=strategy, code=code, what=what, cut=cut, row=row)


class StrategyNotRepeatable(InputError):
    code = "strategy_not_repeatable"
    english = "The strategy {strategy} decided differently on the same bars ({what} of {code}); use a fixed seed for chance, and no state between runs."
    korean = "{strategy} 전략이 같은 자료에서 다른 결정을 내렸습니다({code} 종목의 {what}). 난수는 고정된 시드를 쓰고, 실행 사이에 상태를 남기지 마세요."

    def __init__(self, strategy: str, code: str, what: str) -> None:
        super().__init__(field="strategy", strategy=strategy, code=code, what=what)
