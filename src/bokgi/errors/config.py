"""Situations of settings and of the folders they name."""

from collections.abc import Sequence

from bokgi.errors.base import EnvironmentFault, InputError


class SettingRefused(InputError):
    code = "setting_refused"
    english = "The setting {name} is '{given}'; give {allowed}."
    korean = "설정 {name}의 값이 '{given}'입니다. {allowed} 중에서 정하세요."

    def __init__(self, name: str, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field=name, name=name, given=given, allowed=", ".join(allowed))


class NumberRefused(InputError):
    code = "setting_number_refused"
    english = "The setting {name} is '{given}'; give a whole number from {low:,} to {high:,}."
    korean = "설정 {name}의 값이 '{given}'입니다. {low:,}~{high:,}인 정수를 적으세요."

    def __init__(self, name: str, given: str, low: int, high: int) -> None:
        super().__init__(field=name, name=name, given=given, low=low, high=high)


class TextRefused(InputError):
    code = "setting_text_refused"
    english = "The setting {name} cannot be '{given}'; give {allowed}."
    korean = "설정 {name}에 '{given}'을(를) 쓸 수 없습니다. 허용: {allowed}."

    def __init__(self, name: str, given: str, allowed: str) -> None:
        super().__init__(field=name, name=name, given=given, allowed=allowed)


class FolderRelative(InputError):
    code = "folder_relative"
    english = "The setting {name} is '{given}', which is no absolute path; give a folder that starts at the root or at '~'."
    korean = "설정 {name}의 값 '{given}'은(는) 절대 경로가 아닙니다. 루트나 '~'에서 시작하는 폴더를 적으세요."

    def __init__(self, name: str, given: str) -> None:
        super().__init__(field=name, name=name, given=given)


class CompileCacheUnwritable(EnvironmentFault):
    """Said as a warning: the run goes on, it only compiles again."""

    code = "compile_cache_unwritable"
    english = "Compiled kernels cannot be kept in {folder} ({problem}); {instead} is used instead. Set BOKGI_CACHE to a folder that can be written."
    korean = "컴파일된 계산 코드를 {folder}에 저장할 수 없어({problem}) {instead}에 둡니다. 쓰기 가능한 폴더를 BOKGI_CACHE에 지정하세요."

    def __init__(self, folder: str, problem: str, instead: str) -> None:
        super().__init__(folder=folder, problem=problem, instead=instead)
