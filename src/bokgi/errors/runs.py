"""Situations of runs."""

from bokgi.errors.base import BokgiError


class RunCancelled(BokgiError):
    """Somebody asked for the end; where this ends a backtest, no stock was finished and nothing is kept."""

    code = "run_cancelled"
    english = "The run was cancelled after {done} of {total} instruments."
    korean = "{total}개 종목 가운데 {done}개를 마친 뒤 실행이 취소되었습니다."

    def __init__(self, done: int, total: int) -> None:
        super().__init__(done=done, total=total)
