"""One process that speaks Korean and carries out many command lines, because help texts are read once a process.

Convention: `python -m tests.cli.korean_terminal` reads a JSON list of words a line and answers each with a JSON list: exit code, standard
output, standard error. What the process of a person does besides (locale, encoding, exit) is seen in `test_command_line.py`.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.source_tree import ROOT

LANGUAGE_SETTINGS = ("LANG", "LC_ALL", "LC_MESSAGES", "BOKGI_LANGUAGE")


@dataclass(frozen=True)
class Said:
    """What a command line ended with."""

    code: int
    out: str
    error: str


@dataclass(frozen=True)
class KoreanTerminal:
    """The process; `run` gives it a command line."""

    process: "subprocess.Popen[str]"

    def run(self, *words: str) -> Said:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        code, out, error = json.loads(self.process.stdout.readline())
        return Said(code, out, error)


@contextlib.contextmanager
def korean_terminal(**language: str) -> Iterator[KoreanTerminal]:
    """A process whose language is set by these variables alone."""
    kept = {name: value for name, value in os.environ.items() if name not in LANGUAGE_SETTINGS}
    program = [sys.executable, "-m", "tests.cli.korean_terminal"]
    with subprocess.Popen(program, cwd=ROOT, env=kept | language, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield KoreanTerminal(process)


def carried_out(words: list[str]) -> Said:
    """Run a command line in this process."""
    from bokgi.cli.main import main

    out, error, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            main(words)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return Said(code, out.getvalue(), error.getvalue())


if __name__ == "__main__":
    for line in sys.stdin:
        said = carried_out(json.loads(line))
        sys.stdout.write(json.dumps([said.code, said.out, said.error]) + "\n")
        sys.stdout.flush()
