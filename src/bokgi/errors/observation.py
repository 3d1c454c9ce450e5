"""Situations of looking at a release: flows, feedback, notices, and what is not installed."""

from bokgi.errors.base import EnvironmentFault, InputError


class FlowRefused(InputError):
    code = "flow_refused"
    english = "The smoke flow {source} cannot be used: {place}: {problem}."
    korean = "점검 절차 {source}을(를) 쓸 수 없습니다: {place}: {problem}."

    def __init__(self, source: str, place: str, problem: str) -> None:
        super().__init__(field=place, source=source, place=place, problem=problem)


class ChannelRefused(InputError):
    code = "channel_refused"
    english = "The channels in {source} cannot be used: {place}: {problem}."
    korean = "{source}의 연락 경로를 쓸 수 없습니다: {place}: {problem}."

    def __init__(self, source: str, place: str, problem: str) -> None:
        super().__init__(field=place, source=source, place=place, problem=problem)


class ExtraMissing(EnvironmentFault):
    code = "extra_missing"
    english = "{what} needs the package {package}, which is not installed: pip install 'bokgi[{extra}]'."
    korean = "{what}에는 {package} 패키지가 필요하지만 설치되어 있지 않습니다: pip install 'bokgi[{extra}]'."

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(what=what, package=package, extra=extra)
