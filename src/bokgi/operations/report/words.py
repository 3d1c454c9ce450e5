"""Words of the report in Korean and English, and how it writes times and figures.

Convention: names that records hold are words of the code; here they get their words for people. A name without words is printed as it is.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bokgi.operations.judge import State
from bokgi.operations.policy import Metric
from bokgi.operations.report.document import Say
from bokgi.operations.verification import Flaw

SEOUL = ZoneInfo("Asia/Seoul")
LONGEST = 160

STATES = {
    State.PASS: ("통과", "PASS"),
    State.WARN: ("주의", "WARN"),
    State.INCONCLUSIVE: ("판정 불가", "INCONCLUSIVE"),
    State.FAIL: ("실패", "FAIL"),
}
METRICS = {
    Metric.CPU: ("CPU 사용률(%)", "CPU (%)"),
    Metric.MEMORY: ("메모리 사용률(%)", "Memory (%)"),
    Metric.DISK: ("디스크 사용률(%)", "Disk (%)"),
    Metric.INODES: ("아이노드 사용률(%)", "Inodes (%)"),
    Metric.API_TIME: ("API 응답 시간 p95(초)", "API time p95 (s)"),
    Metric.SERVER_ERRORS: ("서버 오류(5xx)", "Server errors (5xx)"),
    Metric.FAILED_PROBES: ("실패한 점검 요청", "Failed probes"),
    Metric.FAILED_BACKTESTS: ("실패한 백테스트", "Failed backtests"),
    Metric.LOST_RESULTS: ("사라지거나 바뀐 결과", "Lost or altered results"),
    Metric.NOT_FOUND: ("알려진 경로의 404", "404 on known paths"),
    Metric.LOG_ERRORS: ("로그 오류", "Errors in the log"),
    Metric.LOG_WARNINGS: ("로그 경고", "Warnings in the log"),
}
FIGURES: Mapping[str, tuple[str, str]] = {
    **{str(metric): words for metric, words in METRICS.items()},
    Metric.SERVER_ERRORS: ("서버 오류(요청 1,000건당)", "Server errors (in 1,000 requests)"),
    Metric.LOG_ERRORS: ("로그 오류(요청 1,000건당)", "Errors in the log (for 1,000 requests)"),
    "run_seconds": ("작은 백테스트 실행 시간(초)", "Time of a small backtest (s)"),
    "disk_percent_a_day": ("디스크 증가(하루, %p)", "Disk growth (percent points a day)"),
}
"""Figures of a month; counts are there as rates."""
STANDINGS = {
    "well": ("정상", "well"),
    "worse": ("나빠짐", "worse"),
    "broken": ("기준을 넘음", "beyond its limit"),
    "not_enough_data": ("데이터가 모자람", "not enough data"),
}
TRENDS = {
    "rising": ("늘어남", "rising"),
    "falling": ("줄어듦", "falling"),
    "steady": ("일정함", "steady"),
    "unknown": ("–", "–"),
}
SECURITY = {
    "packages": ("잠금 파일과 설치된 패키지", "Packages beside their locks"),
    "known_faults": ("패키지의 알려진 취약점", "Known faults of the packages"),
    "age_of_locks": ("잠금 파일의 나이", "Age of the locks"),
    "python": ("Python 보안 지원", "Repairs for this Python"),
    "running": ("실행 중인 라이브러리", "Libraries of what runs"),
    "rights": ("파일 권한", "Rights of the files"),
    "listening": ("열린 포트", "Open ports"),
    "answers": ("낯선 요청에 대한 응답", "Answers to strangers"),
}
CLAIMS = {
    "checks": ("배포 전 점검을 모두 통과했다", "All checks before the deployment passed"),
    "boot": ("새 버전이 태그와 같은 버전·커밋으로 시작했다", "The new release started with the version and commit of the tag"),
    "previous_smoke": ("이전 버전이 새로 시작해 지금과 같이 동작했다", "The previous release started anew, as good as it is live"),
    "private_smoke": ("트래픽 없이 사용자 절차를 통과했다", "It passed the user's flow without traffic"),
    "switch": ("트래픽을 새 버전으로 옮겼다", "Traffic was moved to it"),
    "public_smoke": ("공개 주소에서 사용자 절차를 통과했다", "It passed the user's flow at the public address"),
    "browser": ("실제 브라우저에서 오류 없이 보였다", "A real browser showed it without errors"),
    "taken_back": ("이전 버전으로 되돌렸다", "The previous release was put back"),
    "rolled_back_smoke": ("되돌아간 버전이 사용자 절차를 통과했다", "What serves again passed the user's flow"),
    "watch.duration": ("계획한 시간 동안 빠짐없이 지켜보았다", "It was watched for the planned time without a hole"),
    "watch.log_agreement": ("서비스 로그와 서비스 자체 수치가 같은 말을 했다", "The service's log and its own figures said the same"),
    "watch.prober": ("측정 도구가 매번 측정했다", "The prober could measure every time"),
    "feedback_read": ("사용자 의견을 모든 곳에서 읽었다", "All sources of feedback were read"),
    "no_complaints": ("불만이 없었다", "There were no complaints"),
}
CHECKS = {
    "tag": ("태그와 커밋", "Tag and commit"),
    "not_bad": ("이전에 실패한 적 없음", "It has not failed before"),
    "version": ("버전 일치", "Version equals the tag"),
    "changelog": ("변경 기록", "Changelog section"),
    "space": ("디스크와 메모리 여유", "Free disk and memory"),
    "live_service": ("현재 서비스 응답", "Live service answers"),
    "results": ("결과를 적어 둠", "Results written down"),
    "migrations": ("확장형 마이그레이션", "Expanding migrations"),
    "backup": ("데이터베이스 백업과 복원 확인", "Backup of the database, restored to see"),
    "slot_lives": ("관찰하는 동안 프로세스가 죽지 않음", "The process lived through the watch"),
    "previous_release": ("이전 버전으로 되돌릴 수 있음", "The previous release can be put back"),
    "evidence": ("이 배포의 이전 기록", "Earlier log of this release"),
    "unpack": ("풀기", "Unpacking"),
    "boot": ("시작", "Start"),
    "switch": ("전환", "Switch"),
}
OUTCOMES = {
    "passed": ("통과", "passed"),
    "failed": ("실패", "failed"),
    "not_checked": ("확인하지 않음", "not checked"),
    "missed": ("놓침", "MISSED"),
}
STAGES = {
    "outgoing": ("나가는 버전", "outgoing release"),
    "previous": ("이전 버전(비공개)", "previous release (private)"),
    "private": ("새 버전(비공개)", "new release (private)"),
    "public": ("새 버전(공개)", "new release (public)"),
    "daily": ("매일 점검", "daily check"),
    "rolled_back": ("되돌아간 버전", "release that serves again"),
    "manual": ("직접 실행한 점검", "by hand"),
}
KINDS = {
    "bug": ("오류", "bug"),
    "idea": ("제안", "idea"),
    "question": ("질문", "question"),
    "praise": ("칭찬", "praise"),
    "other": ("기타", "other"),
    "unsorted": ("미분류", "unsorted"),
}
SOURCES = {"form": ("앱 의견 양식", "form of the application"), "slack": ("Slack", "Slack"), "email": ("이메일", "e-mail")}
FLAWS = {
    Flaw.NOT_A_RECORD: ("읽을 수 없는 기록", "a line that is no record"),
    Flaw.CHAIN_BROKEN: ("끊어진 해시 사슬", "a broken chain"),
    Flaw.FACTS_MISSING: ("빠진 사실", "missing facts"),
    Flaw.BODY_MISSING: ("없는 원본", "a missing body"),
    Flaw.BODY_ALTERED: ("바뀐 원본", "an altered body"),
    Flaw.SEAL_INVALID: ("무효한 서명", "an invalid seal"),
    Flaw.SEAL_CONTRADICTED: ("서명과 다른 기록", "records that contradict a seal"),
    Flaw.UNSEALED: ("서명되지 않은 기록", "records without a seal"),
    Flaw.OTHER_RELEASE: ("다른 배포의 서명", "the seal of another release"),
    Flaw.POLICY_CHANGED: ("도중에 바뀐 정책", "a policy that was changed on the way"),
    Flaw.ANCHOR_CONTRADICTED: ("외부에 알린 것과 다른 기록", "records that contradict what was told to others"),
    Flaw.ANCHOR_ABSENT: ("외부에 알린 적 없는 기록", "records of which nobody was told"),
}


def word(say: Say, words: Mapping[Any, tuple[str, str]], name: object) -> str:
    """The words of a name, or the name itself."""
    return say(*words[name]) if name in words else str(name)


def instant(at: datetime) -> str:
    """A time of the exchange's country, to the second."""
    return at.astimezone(SEOUL).strftime("%Y-%m-%d %H:%M:%S KST")


def span(say: Say, seconds: float) -> str:
    """A length of time."""
    if seconds < 120:
        return say(f"{tenths(seconds)}초", f"{tenths(seconds)} s")
    return say(f"{int(seconds // 60)}분 {int(seconds % 60)}초", f"{int(seconds // 60)} min {int(seconds % 60)} s")


def tenths(seconds: float) -> str:
    """Seconds, never rounded up: what was not reached is not written as if it were."""
    return f"{int(seconds * 10 + 1e-6) / 10:.1f}"


def part_of(say: Say, done: float, planned: float) -> str:
    """What was done of what was planned, in whole minutes; short ones in seconds."""
    if planned < 120:
        return say(f"{planned:g}초 중 {tenths(done)}초", f"{tenths(done)} of {planned:g} seconds")
    return say(f"{planned / 60:g}분 중 {int(done // 60)}분", f"{int(done // 60)} of {planned / 60:g} minutes")


def figure(value: object) -> str:
    """A number for a table; – where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def plain(facts: object) -> str:
    """What was seen, in one line."""
    if isinstance(facts, Mapping):
        parts = [f"{name}: {plain(value)}" for name, value in facts.items() if not str(name).endswith("_sha256")]
        text = ", ".join(parts)
    elif isinstance(facts, list | tuple):
        text = ", ".join(plain(value) for value in facts)
    elif isinstance(facts, str):
        text = facts
    else:
        text = json.dumps(facts, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
