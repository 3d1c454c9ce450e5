"""Situations of runs."""

from bokgi.errors.base import BokgiError, EnvironmentFault


class RunCancelled(BokgiError):
    """Somebody asked for the end; where this ends a backtest, no stock was finished and nothing is kept."""

    code = "run_cancelled"
    english = "The run was cancelled after {done} of {total} instruments."
    korean = "{total}개 종목 가운데 {done}개를 마친 뒤 실행이 취소되었습니다."

    def __init__(self, done: int, total: int) -> None:
        super().__init__(done=done, total=total)


class RunSuperseded(EnvironmentFault):
    """No fault: the worker was taken for dead, and what it computes is of no use any more."""

    code = "run_superseded"
    english = "The run {backtest_id} is computed by another worker now; this one stops."
    korean = "{backtest_id} 백테스트는 이제 다른 작업 프로세스가 계산하므로 이 프로세스는 멈춥니다."

    def __init__(self, backtest_id: str) -> None:
        super().__init__(backtest_id=backtest_id)
