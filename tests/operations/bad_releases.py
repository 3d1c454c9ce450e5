"""Bad releases, each the real code with one change, and the step at which each must be found out."""

from dataclasses import dataclass

from tests.operations.release_repository import Change, ReleaseRepository

VERSIONS = "src/bokgi/records/migrations/versions"
CONTRACTING = """import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0002"
contracts = False


def upgrade() -> None:
    op.drop_column("runs", "note")
"""

FAST_FLOW = """
name: short
budget_seconds: 240
headers: {X-Bokgi-Profile: smoke}
drawn:
  buy_time: {from: "09:10", to: "11:50", step_minutes: 2}
steps:
  - name: page
    korean: 화면이 열린다
    english: The page opens
    get: /pages/specific-stock-selection.html
    expect: {status: 200, text: ["<script"]}
  - name: health
    korean: 상태가 정상이고 버전이 맞다
    english: It is healthy and has the version
    get: /api/health
    expect: {status: 200, json: {status: {equals: healthy}, version: {equals: "${expected_version}"}}}
  - name: start
    korean: 백테스트를 시작한다
    english: A backtest starts
    post: /api/backtest/start
    body: {strategy: daily_trading, strategy_params: {buy_time: "${buy_time}", sell_time: "14:00"}, stock_codes: ["990010", "990020"]}
    expect: {status: 200, json: {worker_status: {equals: connected}}}
    capture: {run: backtest_id}
  - name: progress
    korean: 끝까지 간다
    english: It comes to its end
    get: /api/backtest/progress?id=${run}
    until: {within_seconds: 120, json: {status: {one_of: [completed, failed, cancelled]}}}
    expect: {status: 200, json: {status: {equals: completed}, completed_symbols: {equals: 2}}}
  - name: result
    korean: 결과가 온다
    english: The result comes
    get: /api/backtest/result/${run}
    expect: {status: 200, json: {status: {equals: completed}, performance.win_rate: {matches: "[\\\\d.]+%"}}}
""".encode()
"""The user's flow in short, without limits of time that a busy machine breaks."""


@dataclass(frozen=True)
class BadRelease:
    """detected_at : the gate, boot, smoke step or limit; words : that its record must hold"""

    tag: str
    what: str
    changes: tuple[Change, ...]
    detected_at: str
    words: str = ""
    version: str | None = None
    has_section: bool = True

    def __str__(self) -> str:
        return self.what.replace(" ", "_")


def released(repository: ReleaseRepository, bad: BadRelease) -> str:
    """Tag a bad release."""
    return repository.release(bad.tag, *bad.changes, version=bad.version, has_section=bad.has_section)


REFUSED_BY_THE_PLAN = (
    BadRelease("v0.1.10", "another version in the code", (), "version", version="0.1.9"),
    BadRelease("v0.1.11", "nothing in the changelog", (), "changelog", has_section=False),
    BadRelease("v0.1.12", "a migration that contracts", (Change(f"{VERSIONS}/v9999_less.py", None, CONTRACTING),), "migrations"),
)
STOPPED_AT_BOOT = (
    BadRelease(
        "v0.1.20",
        "does not start",
        (Change("src/bokgi/cli/slot_process.py", "    settings = Settings.from_environment()\n", '    raise SystemExit("no settings")\n'),),
        "boot",
        "no settings",
    ),
    BadRelease(
        "v0.1.21",
        "says another version",
        (Change("src/bokgi/bootstrap/build.py", 'version("bokgi")', '"9.9.9"'),),
        "boot",
        "version is '9.9.9', not '0.1.21'",
    ),
)
_ANSWER = "    body = await watch.body()\n"
_DIE = "    import os, threading\n    if body.status == 'healthy':\n        threading.Timer(0.5, os._exit, (3,)).start()\n"
DIES_AFTER_A_WHILE = BadRelease(
    "v0.1.22",
    "dies after a while",
    (Change("src/bokgi/api/health.py", _ANSWER, _ANSWER + _DIE),),
    "boot",
    "after it was healthy",
)
_STORED = "    stored = application.results.body(row)\n"
_SAME = """    if stored is not None:
        first = _FIRST.setdefault("body", (backtest_id, stored.content))
        return Response(first[1].replace(first[0].encode(), backtest_id.encode()), media_type=JSON)
"""
_PERCENT = '"progress_percent": row.percent,'
_TIMER = '"progress_percent": 100 if row.finished_at else int(__import__("time").time() * 40) % 100,'
_DONE = '"completed_symbols": row.completed_symbols,'
_NOTHING_YET = '"completed_symbols": row.total_symbols if row.finished_at else 0,'
_FIGURES = '"performance": performance(summary.values),'
_FEWER = '"performance": {name: value for name, value in performance(summary.values).items() if name != "win_rate"},'
_ALIVE = "    return Alive(version=package_version())"
_READ = "    given = parser.parse_args(arguments)\n"
_WAIT = "    sys.stdin.read()\n    return 0\n"
FOUND_BY_THE_SMOKE_TEST = (
    BadRelease(
        "v0.1.30",
        "health lies",
        (
            Change("src/bokgi/services/health.py", "any(worker.state == READY for worker in alive)", "True or bool(alive)"),
            Change(
                "src/bokgi/bootstrap/worker_process.py",
                "    given = parser.parse_args(arguments)\n",
                "    sys.stdin.read()\n    return 0\n",
            ),
        ),
        "progress",
    ),
    BadRelease(
        "v0.1.31",
        "the result answers 404",
        (Change("src/bokgi/api/results.py", '"/api/backtest/result/{id}", operation_id', '"/api/backtest/results/{id}", operation_id'),),
        "result",
    ),
    BadRelease(
        "v0.1.32",
        "a result without a required field",
        (Change("src/bokgi/reports/result_body.py", _FIGURES, _FEWER),),
        "result",
    ),
    BadRelease(
        "v0.1.33",
        "the link of the CSV is broken",
        (Change("src/bokgi/reports/result_body.py", 'f"/api/results/{record.backtest_id}', 'f"/api/results/x{record.backtest_id}'),),
        "result",
    ),
    BadRelease(
        "v0.1.34",
        "progress is a timer",
        (Change("src/bokgi/services/runs.py", _PERCENT, _TIMER), Change("src/bokgi/services/runs.py", _DONE, _NOTHING_YET)),
        "progress",
    ),
    BadRelease(
        "v0.1.35",
        "results are constants",
        (
            Change("src/bokgi/api/results.py", _STORED, _STORED + _SAME),
            Change("src/bokgi/api/results.py", 'JSON = "application/json"\n', 'JSON = "application/json"\n_FIRST: dict = {}\n'),
        ),
        "result_other",
    ),
    BadRelease(
        "v0.1.36",
        "slow by three seconds",
        (Change("src/bokgi/api/health.py", _ALIVE, "    await asyncio.sleep(3)\n" + _ALIVE),),
        "live",
    ),
)
_FILE = "    content = path.read_bytes()\n"
_BROKEN = "    if path.stem.startswith('BacktestScreen') and path.suffix == '.js':\n        content = b'throw new Error(1);' + content\n"
FOUND_BY_THE_BROWSER = BadRelease(
    "v0.1.37",
    "a script of the page throws",
    (Change("src/bokgi/api/page_files.py", _FILE, _FILE + _BROKEN),),
    "browser",
)
_SEARCHED = "    body = await watch.body()\n"
_LEAK = "    _KEPT.append(bytearray(b'x' * 40_000_000))\n"
_CLOCK = "        self._clock = clock\n"
FOUND_BY_THE_WATCH = (
    BadRelease(
        "v0.1.40",
        "leaks memory",
        (
            Change("src/bokgi/api/health.py", _SEARCHED, _SEARCHED + _LEAK),
            Change("src/bokgi/api/health.py", "router = APIRouter(", "_KEPT: list = []\nrouter = APIRouter("),
        ),
        "memory_percent",
    ),
    BadRelease(
        "v0.1.41",
        "logs errors",
        (Change("src/bokgi/api/health.py", _SEARCHED, _SEARCHED + "    __import__('logging').getLogger('bokgi').error('lost')\n"),),
        "log_errors",
    ),
    BadRelease(
        "v0.1.42",
        "loses a completed result",
        (
            Change(
                "src/bokgi/services/retention.py",
                "    def round(self",
                "    def lose(self) -> None:\n        import shutil, threading\n"
                "        for place in sorted((self._home / 'results').glob('bt-*'))[:1]:\n            shutil.rmtree(place)\n"
                "        threading.Timer(1, self.lose).start()\n\n    def round(self",
            ),
            Change(
                "src/bokgi/bootstrap/rounds.py",
                "        self._clock = clock\n",
                "        self._clock = clock\n        self._retention.lose()\n",
            ),
        ),
        "lost_results",
    ),
)
