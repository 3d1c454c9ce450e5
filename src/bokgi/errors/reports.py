"""Situations of files that results are written to and read from."""

from collections.abc import Sequence

from bokgi.errors.base import DataError, EnvironmentFault, InputError, MissingError


class PlotKindUnknown(InputError):
    code = "plot_kind_unknown"
    english = "'{given}' is no kind of plot; the file's name must end in .html (page with all charts and tables) or .svg (charts only)."
    korean = "'{given}'은(는) 그릴 수 없는 파일 형식입니다. 파일 이름이 .html(차트와 표) 또는 .svg(차트만)로 끝나야 합니다."

    def __init__(self, given: str) -> None:
        super().__init__(field="plot", given=given)


class FileNotWritten(EnvironmentFault):
    code = "file_not_written"
    english = "{path} could not be written: {problem}. Choose a folder that exists, has space and may be written to."
    korean = "{path} 파일을 쓸 수 없습니다: {problem}. 존재하고 공간이 있으며 쓸 수 있는 폴더를 지정하세요."

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path=path, problem=problem)


class ResultUnwritable(EnvironmentFault):
    code = "result_unwritable"
    english = "The result could not be written to {folder}: {problem}. Make space or allow writing there and start the run again; earlier results are intact."
    korean = (
        "결과를 {folder}에 쓸 수 없습니다: {problem}. 공간을 확보하거나 쓰기 권한을 준 뒤 다시 실행하세요. 앞선 결과는 그대로 있습니다."
    )

    def __init__(self, folder: object, problem: str) -> None:
        super().__init__(folder=str(folder), problem=problem)


class ResultAbsent(MissingError):
    code = "result_absent"
    english = "There is no stored result '{name}'; it was deleted, or its run has not written one. Run the backtest again to have it."
    korean = "저장된 결과 '{name}'이(가) 없습니다. 삭제되었거나 아직 저장되지 않았습니다. 백테스트를 다시 실행하세요."

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class ResultBroken(DataError):
    code = "result_broken"
    english = "The stored file '{file}' of result '{name}' is broken ({reason}); nothing of it is shown. Put it back from a backup, or run the backtest again."
    korean = (
        "결과 '{name}'의 저장 파일 '{file}'이(가) 손상되어({reason}) 표시하지 않습니다. 백업에서 되돌리거나 백테스트를 다시 실행하세요."
    )

    def __init__(self, name: str, file: str, reason: str) -> None:
        super().__init__(name=name, file=file, reason=" ".join(reason.split())[:160])


class SearchResultAbsent(MissingError):
    code = "search_result_absent"
    english = (
        "The stored result of search '{name}' is not there; it was deleted, or a backup without it was restored. Search again to have it."
    )
    korean = "탐색 '{name}'의 저장된 결과가 없습니다. 삭제되었거나, 결과가 들어 있지 않은 백업에서 복원되었습니다. 다시 탐색하세요."

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class SearchResultBroken(DataError):
    code = "search_result_broken"
    english = "The stored file '{file}' of search '{name}' is broken ({reason}); nothing of it is shown. Put it back from a backup, or search again."
    korean = "탐색 '{name}'의 저장 파일 '{file}'이(가) 손상되어({reason}) 표시하지 않습니다. 백업에서 되돌리거나 다시 탐색하세요."

    def __init__(self, name: str, file: str, reason: str) -> None:
        super().__init__(name=name, file=file, reason=" ".join(reason.split())[:160])


class ResultTooNew(DataError):
    code = "result_too_new"
    english = "The result '{name}' was stored in form {found} by a newer release; this one reads up to form {known}. Update to read it."
    korean = "결과 '{name}'은(는) 더 새로운 배포가 저장 형식 {found}(으)로 저장했습니다. 이 배포는 {known}까지 읽습니다. 업데이트하세요."

    def __init__(self, name: str, found: int, known: int) -> None:
        super().__init__(name=name, found=found, known=known)


class DownloadFormatUnknown(InputError):
    code = "download_format_unknown"
    english = "'{given}' is no format of a download; allowed: {allowed}."
    korean = "'{given}'은(는) 내려받을 수 없는 형식입니다. 허용: {allowed}."

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(field="format", given=given, allowed=", ".join(allowed))


class FontMissing(EnvironmentFault):
    code = "font_missing"
    english = "The font files {files} are not in {folder}, so no PDF can be set. Install Bokgi again from its wheel, or in a checkout run 'make environment', which puts them there; the other formats need no fonts."
    korean = "PDF에 쓸 글꼴 {files}이(가) {folder}에 없습니다. Bokgi를 wheel로 다시 설치하거나, 소스에서는 'make environment'를 실행하세요. 다른 형식에는 글꼴이 필요 없습니다."

    def __init__(self, folder: str, files: Sequence[str]) -> None:
        super().__init__(folder=folder, files=", ".join(files))
