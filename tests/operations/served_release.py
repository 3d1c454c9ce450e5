"""A real service to look at, and what it said, told again with a lie in it."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bokgi
from bokgi.config.commit import own_commit
from bokgi.operations.asking import Answer, Asked, Asker
from bokgi.operations.evidence_log import Record
from bokgi.operations.smoke import Target

Lie = Callable[[str, bytes], bytes]
"""Gets the path and the true body; gives what the client sees."""


def same(_path: str, body: bytes) -> bytes:
    """No lie."""
    return body


class RecordingAsker(Asker):
    """Asks the real service and keeps what it says."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.base_url)
        object.__setattr__(self, "kept", [])

    kept: list[tuple[Asked, Answer]]

    def ask(self, asked: Asked, limit_seconds: float = 30.0) -> Answer:
        answer = super().ask(asked, limit_seconds)
        self.kept.append((asked, answer))
        return answer


@dataclass(frozen=True)
class Replay(Asker):
    """Says again what the real service said, changed by a lie; the same questions come in the same order."""

    base_url: str = "http://replayed"
    said: Mapping[tuple[str, str], Sequence[Answer]] = field(default_factory=dict)
    lie: Lie = same
    statuses: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def ask(self, asked: Asked, limit_seconds: float = 30.0) -> Answer:
        key = (asked.method, asked.path)
        answers = self.said[key]
        answer = answers[min(self.asked[key], len(answers) - 1)]
        self.asked[key] += 1
        status = next((status for part, status in self.statuses.items() if part in asked.path), answer.status)
        return replace(answer, status=status, body=self.lie(asked.path.split("?")[0], answer.body), seconds=answer.seconds + self.seconds)


@dataclass(frozen=True)
class AskedOtherwise(Target):
    """A target that is asked by something else than the network."""

    instead: Asker = field(kw_only=True)

    @property
    def asker(self) -> Asker:
        return self.instead


def changed(part: str, change: Callable[[dict[str, Any]], object]) -> Lie:
    """A lie in the JSON of every path that holds a part."""

    def lie(path: str, body: bytes) -> bytes:
        if part not in path or not body.startswith(b"{"):
            return body
        given = json.loads(body)
        change(given)
        return json.dumps(given, ensure_ascii=False).encode()

    return lie


def target_of(address: str, home: Path) -> Target:
    """The service at an address, as it should be."""
    return Target(address, None, bokgi.__version__, own_commit(), home / "logs" / "serve.log")


def outcomes_of(records: list[Record]) -> dict[str, str]:
    """Outcome of each step of the last flow."""
    return {str(record.facts["name"]): str(record.facts["outcome"]) for record in records if record.kind == "smoke_step"}
