"""Situations of files that results are written to."""

from bokgi.errors.base import EnvironmentFault, InputError


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
