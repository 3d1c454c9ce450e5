"""Situations of the web application's files."""

from bokgi.errors.base import EnvironmentFault


class PagesAbsent(EnvironmentFault):
    code = "pages_absent"
    english = (
        "The page {name} cannot be shown: the pages are not built into this installation. Run make environment in the checkout, or install "
        "a released wheel. The API works without them."
    )
    korean = (
        "{name} 화면을 보여줄 수 없습니다. 이 설치본에는 화면이 빌드되어 있지 않습니다. 소스 폴더에서 make environment를 실행하거나 배포된 wheel을 "
        "설치하세요. API는 화면 없이도 동작합니다."
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
