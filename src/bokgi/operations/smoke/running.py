"""Going a flow against a service: each step is asked, recorded with every body, and judged.

Convention: a step whose words were never captured is `not_checked`; where the time for all of them is over, so are the rest, and the
flow has failed. A flow passes where nothing failed and nothing was left out but what its policy lets be absent.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bokgi.operations.asking import Answer, Asked, Asker
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.policy import BrowserRule
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.smoke.access_log import log_problems
from bokgi.operations.smoke.browser import BrowserView, view_page
from bokgi.operations.smoke.flow import Flow, Step, filled
from bokgi.operations.smoke.step_judge import Problem, json_problems, short
from bokgi.operations.smoke.whole_step import captured_words, step_problems

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.5
SHOWN_PROBLEMS = 20
_FILES = re.compile(r"""<(?:script|link)\b[^>]*?\b(?:src|href)=["']([^"']+)["']""", re.IGNORECASE)
_SECRET_HEADERS = ("set-cookie",)


@dataclass(frozen=True)
class Target:
    """The service that is looked at.

    Attributes
    ----------
    base_url : public address
    socket_path : private socket of a slot without traffic; None to ask at the public address
    expected_version, expected_commit : what the service must say it is
    access_log : log file of the process that answers; None where it cannot be read
    token : of a service that asks for one
    """

    base_url: str
    socket_path: Path | None
    expected_version: str
    expected_commit: str
    access_log: Path | None
    token: str | None = field(default=None, repr=False)

    @property
    def asker(self) -> Asker:
        """Asks this service."""
        return Asker(self.base_url, self.socket_path, self.token)


@dataclass(frozen=True)
class _Done:
    """A step that was made: its answers and problems; `view` of a browser."""

    outcome: Outcome
    problems: Sequence[Problem]
    asked: Sequence[tuple[Asked, Answer]] = ()
    view: BrowserView | None = None
    why_not: str = ""


def run_smoke(
    target: Target,
    flow: Flow,
    log: EvidenceLog,
    *,
    stage: str,
    browser: BrowserRule = BrowserRule.IF_PRESENT,
    randomness: random.Random | None = None,
) -> Outcome:
    """Go the whole flow and record it.

    stage : where in the release it was done: outgoing, previous, private, public, daily, manual
    """
    words = _drawn(flow, randomness or random.SystemRandom())
    words |= {"expected_version": target.expected_version, "expected_commit": target.expected_commit}
    run = _Run(target, flow, words, browser, monotonic() + flow.budget_seconds)
    began, outcomes = monotonic(), []
    for step in flow.steps:
        started = monotonic()
        done = run.made(step)
        _record(log, flow, step, stage, done, monotonic() - started)
        outcomes.append((step, done.outcome))
    failed = [step.name for step, outcome in outcomes if outcome is Outcome.FAILED]
    left_out = [step.name for step, outcome in outcomes if outcome is Outcome.NOT_CHECKED]
    outcome = _outcome(run, failed, [outcome for _, outcome in outcomes])
    log.append(
        Kind.SMOKE,
        flow=flow.name,
        stage=stage,
        outcome=outcome,
        steps=len(flow.steps),
        failed=failed,
        not_checked=left_out,
        flow_sha256=log.keep_body(flow.text),
        milliseconds=round((monotonic() - began) * 1000, 1),
        asked_at=str(target.socket_path or target.base_url),
        expected={"version": target.expected_version, "commit": target.expected_commit},
        drawn={name: words[name] for name in flow.drawn},
    )
    return outcome


def _outcome(run: "_Run", failed: Sequence[str], outcomes: Sequence[Outcome]) -> Outcome:
    if failed or run.is_late:
        return Outcome.FAILED
    return Outcome.PASSED if Outcome.PASSED in outcomes and not run.needed_but_left_out else Outcome.NOT_CHECKED


def _drawn(flow: Flow, randomness: random.Random) -> dict[str, Any]:
    """Times of the day, as `10:24`."""
    drawn = {}
    for name, (first, last, step) in flow.drawn.items():
        minute = randomness.randrange(first, last + 1, step)
        drawn[name] = f"{minute // 60:02}:{minute % 60:02}"
    return drawn


class _Run:
    """One passage through the flow."""

    def __init__(self, target: Target, flow: Flow, words: dict[str, Any], browser: BrowserRule, deadline: float) -> None:
        self._target, self._flow, self._words, self._browser, self._deadline = target, flow, words, browser, deadline
        self._asker = target.asker
        self._answers: dict[str, Answer] = {}
        self._ids: list[str] = []
        self.is_late = False
        self.needed_but_left_out: list[str] = []

    def made(self, step: Step) -> _Done:
        """Make one step."""
        if monotonic() > self._deadline:
            self.is_late = True
            return self._left_out(step, f"the {self._flow.budget_seconds:g} s for the whole flow were over")
        missing = sorted(step.words - self._words.keys())
        if missing:
            return self._left_out(step, f"{', '.join(missing)} was not given by the steps before")
        if step.action == "open_in_browser":
            return self._viewed(step)
        if step.check == "requests_are_logged":
            return self._looked_up(step)
        return self._asked(step)

    def _left_out(self, step: Step, why: str) -> _Done:
        self.needed_but_left_out.append(step.name)
        return _Done(Outcome.NOT_CHECKED, (), why_not=why)

    def _asked(self, step: Step) -> _Done:
        asked = list(self._answers_of(step))
        answers = [answer for _, answer in asked]
        problems = list(step_problems(step, answers, self._words, self._answers))
        self._ids += [answer.request_id for answer in answers if answer.status]
        if answers:
            self._answers[step.name] = answers[-1]
            captured, missing = captured_words(step, answers[-1])
            self._words |= captured
            problems += missing
        return _Done(Outcome.FAILED if problems else Outcome.PASSED, problems, asked)

    def _answers_of(self, step: Step) -> Iterator[tuple[Asked, Answer]]:
        if step.action == "get_each_file_of":
            for path in files_of(self._answers.get(step.place)):
                asked = Asked("GET", path)
                yield asked, self._ask(asked)
            return
        headers = {**self._flow.headers, **filled(step.headers, self._words)}
        asked = Asked(step.action.upper(), str(filled(step.place, self._words)), headers, filled(step.body, self._words))
        yield asked, (answer := self._ask(asked))
        if step.until is None:
            return
        ends, pause = monotonic() + step.until.within_seconds, FIRST_PAUSE_SECONDS
        while answer.status == 200 and list(json_problems(step.until.json, answer.json(), self._words)):
            if monotonic() > min(ends, self._deadline):
                return
            sleep(pause)
            pause = min(pause * 1.2, LONGEST_PAUSE_SECONDS)
            yield asked, (answer := self._ask(asked))

    def _ask(self, asked: Asked) -> Answer:
        return self._asker.ask(asked, max(1.0, min(30.0, self._deadline - monotonic())))

    def _viewed(self, step: Step) -> _Done:
        view = view_page(self._target.base_url, self._target.socket_path, step.place, self._target.token)
        if not view.was_viewed:
            if self._browser is BrowserRule.REQUIRED:
                return _Done(Outcome.FAILED, [Problem("browser", "a browser, as the policy requires", view.why_not)], view=view)
            return _Done(Outcome.NOT_CHECKED, (), view=view, why_not=view.why_not)
        problems = [Problem("console", "no error", short(error)) for error in view.errors]
        return _Done(Outcome.FAILED if problems else Outcome.PASSED, problems, view=view)

    def _looked_up(self, step: Step) -> _Done:
        if self._target.access_log is None:
            return _Done(Outcome.NOT_CHECKED, (), why_not="the log of the service cannot be read from here")
        problems = list(log_problems(self._target.access_log, self._ids))
        return _Done(Outcome.FAILED if problems else Outcome.PASSED, problems)


def files_of(page: Answer | None) -> list[str]:
    """Paths of the scripts and styles that a page of ours names."""
    if page is None:
        return []
    found = _FILES.findall(page.body.decode("utf-8", "replace"))
    return [path for path in dict.fromkeys(found) if path.startswith("/")]


def _record(log: EvidenceLog, flow: Flow, step: Step, stage: str, done: _Done, seconds: float) -> None:
    seen: dict[str, Any] = {
        "problems": [problem._asdict() for problem in done.problems[:SHOWN_PROBLEMS]],
        "problem_count": len(done.problems),
    }
    if done.why_not:
        seen["why_not_checked"] = done.why_not
    if done.view is not None:
        seen["browser"] = {"program": done.view.program, "console_errors": len(done.view.errors)}
        if done.view.screenshot:
            seen["screenshot_sha256"] = log.keep_body(done.view.screenshot)
    log.append(
        Kind.SMOKE_STEP,
        flow=flow.name,
        stage=stage,
        name=step.name,
        korean=step.korean,
        english=step.english,
        outcome=done.outcome,
        milliseconds=round(seconds * 1000, 1),
        seen=seen,
        answers=[_answer_facts(log, asked, answer) for asked, answer in done.asked],
    )


def _answer_facts(log: EvidenceLog, asked: Asked, answer: Answer) -> Mapping[str, Any]:
    facts: dict[str, Any] = {
        "method": asked.method,
        "path": asked.path,
        "status": answer.status,
        "milliseconds": round(answer.seconds * 1000, 3),
        "request_id": answer.request_id,
        "headers": {name: value for name, value in answer.headers.items() if name not in _SECRET_HEADERS},
    }
    if asked.body is not None:
        facts["sent"] = asked.body
    if answer.problem:
        return facts | {"problem": answer.problem}
    return facts | {"body_sha256": log.keep_body(answer.body)}
