"""`bokgi release`: releases from a git tag, watched, and taken back when they are not well."""

from bokgi.cli.frame import LazyGroup
from bokgi.cli.language import say
from bokgi.cli.release_catalog import RELEASE

release = LazyGroup(
    "release",
    RELEASE,
    help=say(
        "Put a git tag into service without losing a request, watch it, and take it back when it is not well. "
        "Exit codes: 0 it passed, 1 it failed and was taken back, 3 it could not be decided.",
        "git 태그를 요청 하나 잃지 않고 배포하고, 지켜보고, 이상이 있으면 되돌립니다. 종료 코드: 0 통과, 1 실패하여 되돌림, 3 판정 불가.",
    ),
)
