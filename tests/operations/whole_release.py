"""The evidence of a whole release, as its tools record it: checks, slots, flows, a watch of an hour, a week."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner

from bokgi.operations.record_kinds import Kind
from tests.operations.recorded_release import COMMIT, Recorded

STEPS = ("page", "browser", "health", "result", "csv")
FLOW = b"""
name: user
budget_seconds: 60
steps:
  - {name: page, korean: page, english: page, get: /api/page, expect: {status: 200, under_seconds: 2}}
  - {name: browser, korean: browser, english: browser, open_in_browser: /api/browser}
  - {name: health, korean: health, english: health, get: /api/health, expect: {status: 200, json: {ok: {equals: true}}}}
  - {name: result, korean: result, english: result, get: /api/result, expect: {status: 200}}
  - {name: csv, korean: csv, english: csv, get: /api/csv, expect: {status: 200}}
"""
DAY_SECONDS = 86_400.0


def recorded_whole(
    folder: Path,
    *,
    minutes: int = 60,
    every: int = 5,
    values: Sequence[Mapping[str, float | None]] = (),
    failing_before: str = "csv",
    failing_after: str = "",
    failing_previous: str = "",
    days: Sequence[int] = (1, 2, 4),
) -> tuple[Recorded, CryptoSigner]:
    """A release that repaired the step `failing_before`; the third day of its week was missed."""
    recorded = Recorded(folder, CryptoSigner.generate_ed25519())
    log = recorded.log
    recorded.begin()
    log.append(Kind.LOCK, holder="kim@host-1", broken=False)
    for name in ("live", "disk", "tag", "backup", "migrations"):
        recorded.clock.seconds += 1
        log.append(Kind.CHECK, name=name, outcome="passed", seen={"free_bytes": 10_000_000_000}, body_sha256=log.keep_body(name.encode()))
    flow(recorded, "outgoing", failing_before)
    flow(recorded, "previous", failing_previous)
    manifest = log.keep_body(b"manifest")
    log.append(Kind.MANIFEST, files=1200, manifest_sha256=manifest, changed=[{"change": "M", "path": "src/bokgi/api/results.py"}])
    log.append(Kind.BOOT, slot="v1.2.0-aaaaaaaa", pid=4711, version="1.2.0", commit=COMMIT, seconds=3.2, outcome="passed")
    flow(recorded, "private", failing_after)
    recorded.seal("deploy")
    log.append(Kind.SWITCH, from_slot="v1.1.0", to_slot="v1.2.0-aaaaaaaa", milliseconds=51.5)
    flow(recorded, "public", failing_after)
    watch(recorded, minutes, every, values)
    log.append(Kind.VERDICT, state="pass", policy_sha256=next(record for record in kept(recorded) if len(record) == 64))
    log.append(Kind.FEEDBACK, source="form", was_read=True, items=[{"id": "fb-1", "kind": "idea"}])
    log.append(Kind.FEEDBACK, source="slack", was_read=True, items=[])
    log.append(
        Kind.HISTORY,
        releases=[{"tag": "v1.1.0", "at": "2026-11-01", "outcome": "passed"}],
        planned=[{"tag": "v1.3.0", "day": "2026-12-20"}],
    )
    log.append(Kind.APPROVAL, person="lee")
    log.append(Kind.REMARK, person="kim", text="모든 것이 완벽합니다 ✓ | <b>PASS</b>")
    log.append(Kind.ANCHOR, where="git tag", head=log.head, count=log.count, outcome="passed")
    recorded.seal("watch")
    began = recorded.clock.seconds
    for day in days:
        recorded.clock.seconds = began + day * DAY_SECONDS
        log.append(Kind.DAILY, day=f"2026-11-{20 + day}", outcome="passed", seen={"health": "passed"}, body_sha256=log.keep_body(b"daily"))
    recorded.seal("daily")
    log.close()
    return recorded, recorded.signer


def kept(recorded: Recorded) -> list[str]:
    """Hash of the policy."""
    from bokgi.operations.evidence_log import hash_of
    from bokgi.operations.policy import default_policy

    return [hash_of(default_policy())]


def flow(recorded: Recorded, stage: str, failing: str = "") -> None:
    log = recorded.log
    for name in STEPS:
        recorded.clock.seconds += 1
        outcome = "failed" if name == failing else "passed"
        problems = [{"place": "status", "wanted": "200", "seen": "404"}] if outcome == "failed" else []
        seen: dict[str, Any] = {"problems": problems, "problem_count": len(problems)}
        if name == "browser":
            seen["browser"] = {"program": "chromium", "console_errors": 0}
        status = 404 if outcome == "failed" else 200
        body = log.keep_body(b'{"ok":true}')
        answer = {"method": "GET", "path": f"/api/{name}", "status": status, "milliseconds": 12.5, "body_sha256": body}
        log.append(
            Kind.SMOKE_STEP,
            flow="user",
            stage=stage,
            name=name,
            korean=f"{name} 확인",
            english=f"{name} is there",
            outcome=outcome,
            milliseconds=12.5,
            seen=seen,
            answers=[answer],
        )
    outcome = "failed" if failing else "passed"
    log.append(Kind.SMOKE, flow="user", stage=stage, outcome=outcome, steps=len(STEPS), flow_sha256=log.keep_body(FLOW))


def watch(recorded: Recorded, minutes: int, every: int, values: Sequence[Mapping[str, float | None]]) -> None:
    recorded.watch(minutes, every=every, values=values)
    recorded.log.append(Kind.WATCH_ENDED, reason="time")
