"""What a release does, in words for the person at the terminal."""

import sys
import time
from contextlib import suppress

import click

from bokgi.cli.language import say
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.releasing.release import Ending
from bokgi.operations.releasing.rolling_back import RolledBack
from bokgi.operations.releasing.site import News

PASSED, FAILED, INCONCLUSIVE, STILL_SERVING = 0, 1, 3, 4
EXIT_CODES = {
    Ending.PLANNED: PASSED,
    Ending.DEPLOYED: PASSED,
    Ending.PASSED: PASSED,
    Ending.FAILED: FAILED,
    Ending.STILL_SERVING: STILL_SERVING,
    Ending.ABORTED: PASSED,
    Ending.INCONCLUSIVE: INCONCLUSIVE,
}
STEPS = {
    "tag": ("tag and commit", "태그와 커밋"),
    "not_bad": ("it has not failed before", "이전에 실패한 적 없음"),
    "version": ("version in the code", "코드의 버전"),
    "changelog": ("section of the changelog", "변경 기록"),
    "space": ("disk and memory", "디스크와 메모리"),
    "live_service": ("the live service answers", "운영 중인 서비스 응답"),
    "results": ("results are written down", "결과를 적어 둠"),
    "migrations": ("changes of the tables only add", "테이블 변경은 추가만"),
    "backup": ("backup, restored to see", "백업과 복원 확인"),
    "previous_release": ("the way back works", "되돌릴 수 있음"),
    "smoke_outgoing": ("smoke test of the live release", "운영 중인 배포의 점검"),
    "smoke_previous": ("smoke test of the way back", "되돌릴 배포의 점검"),
    "smoke_private": ("smoke test in private", "비공개 점검"),
    "smoke_public": ("smoke test in public", "공개 점검"),
    "unpack": ("unpack", "풀기"),
    "boot": ("boot in private", "비공개로 시작"),
    "switch": ("traffic moves", "트래픽 전환"),
    "slot_lives": ("the process lives", "프로세스가 살아 있음"),
    "watch": ("watch", "관찰"),
    "sample": ("sample", "측정"),
    "smoke_rolled_back": ("smoke test of what serves again", "되돌아간 배포의 점검"),
    "smoke_manual": ("smoke test by hand", "직접 실행한 점검"),
    "smoke_daily": ("smoke test of the day", "오늘의 점검"),
    "daily": ("the day", "하루 점검"),
    "weekly": ("the week", "한 주 평가"),
    "monthly": ("the month", "한 달 분석"),
    "quarterly": ("the security of the quarter", "분기 보안 점검"),
    "packages": ("packages beside their locks", "잠금 파일과 설치된 패키지"),
    "known_faults": ("known faults of the packages", "패키지의 알려진 취약점"),
    "age_of_locks": ("age of the locks", "잠금 파일의 나이"),
    "python": ("repairs for this Python", "Python 보안 지원"),
    "running": ("libraries of what runs", "실행 중인 라이브러리"),
    "rights": ("rights of the files", "파일 권한"),
    "listening": ("open ports", "열린 포트"),
    "answers": ("answers to strangers", "낯선 요청에 대한 응답"),
    "retire": ("the old slot ends", "이전 슬롯 종료"),
    "rollback": ("back to the release before", "이전 배포로 되돌림"),
}
_MARKS = {None: "…", Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.NOT_CHECKED: "–"}
ENDINGS = {
    Ending.PLANNED: ("Nothing stands in the way of this release.", "배포를 막는 것이 없습니다."),
    Ending.DEPLOYED: ("The release has the traffic.", "배포가 트래픽을 받고 있습니다."),
    Ending.PASSED: ("The release passed.", "배포가 통과했습니다."),
    Ending.FAILED: ("The release failed; what served before serves now.", "배포가 실패했습니다. 이전 배포가 서비스하고 있습니다."),
    Ending.STILL_SERVING: (
        "The release is not well and goes on serving: nothing could take its place. Release a repair, or 'bokgi release rollback TAG'.",
        "배포에 문제가 있지만 대신할 배포가 없어 계속 서비스하고 있습니다. 고친 태그를 배포하거나 'bokgi release rollback TAG'를 쓰세요.",
    ),
    Ending.INCONCLUSIVE: ("It could not be decided whether the release is well.", "배포가 정상인지 판정할 수 없습니다."),
    Ending.ABORTED: ("The release was given up; what served before serves now.", "배포를 그만두었습니다. 이전 배포가 서비스하고 있습니다."),
}


class Teller:
    """Tells news on the terminal as they come, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, news: News) -> None:
        words = say(*STEPS.get(news.name, (news.name, news.name)))
        detail = f": {news.detail}" if news.detail else ""
        with suppress(OSError):  # a terminal that has gone must not stop a way back
            click.echo(f"{time.monotonic() - self._began:7.1f} s  {_MARKS[news.outcome]} {words}{detail}")
            sys.stdout.flush()


def told(ending: Ending) -> int:
    """Say how it ended, and give the exit code."""
    click.echo(say(*ENDINGS[ending]))
    return EXIT_CODES[ending]


BACK_CODES = {Outcome.PASSED: PASSED, Outcome.NOT_CHECKED: INCONCLUSIVE, Outcome.FAILED: STILL_SERVING}
BACK_WORDS = {
    Outcome.PASSED: ("The earlier release serves again and passed its smoke test.", "이전 배포가 다시 서비스하며 점검을 통과했습니다."),
    Outcome.NOT_CHECKED: (
        "The earlier release serves again; whether it works as a user uses it was not checked.",
        "이전 배포가 다시 서비스하지만 사용자 절차는 확인하지 못했습니다.",
    ),
    Outcome.FAILED: (
        "The earlier release serves again and is not well; nothing else was changed. Release a repair, or go back to another TAG.",
        "이전 배포가 다시 서비스하지만 정상이 아닙니다. 다른 것은 바꾸지 않았습니다. 고친 태그를 배포하거나 다른 TAG로 되돌리세요.",
    ),
}


def told_back(done: RolledBack) -> int:
    """Say how a rollback by hand ended, and give the exit code."""
    if not done.has_moved:
        click.echo(say("Nothing was changed: the rollback failed.", "되돌리지 못했습니다. 바뀐 것이 없습니다."))
        return FAILED
    click.echo(say(*BACK_WORDS[done.outcome]))
    return BACK_CODES[done.outcome]
