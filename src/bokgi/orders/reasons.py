"""Reason codes: why a trade ended, why an order did not fill, what was unusual about a fill.

One catalogue for engine, reports, API and command line. `Sale` numbers are stored with trades;
`Event` numbers index the counter grid `counts[instrument, event]` of a simulation.
"""

from enum import IntEnum


class Sale(IntEnum):
    """Why a position was closed."""

    OPEN = 0
    SIGNAL = 1
    SELL_TIME = 2
    STOP = 3
    TARGET = 4
    TRAILING_STOP = 5
    LOSS_CUTOFF = 6
    END_OF_DAY = 7
    TIME_CUTOFF = 8
    HOLDING_LIMIT = 9
    DELISTED = 10
    REBALANCE = 11


class Event(IntEnum):
    """What happened to an order that is no plain fill."""

    NO_PRICE = 0
    NO_TIME_BETWEEN = 1
    LIMIT_LOCKED_BUY = 2
    LIMIT_LOCKED_SELL = 3
    NO_CASH = 4
    ENTRY_WHILE_HOLDING = 5
    LATE_FILL = 6
    COVERAGE_END = 7
    SOLD_AT_LAST_BAR = 8
    CARRIED_OVER = 9
    SKIPPED_SESSION = 10
    PENDING_AT_END = 11
    UNPRICED_LAST_BAR = 12
    STOP_AND_TARGET = 13


WORDS: dict[str, tuple[str, str]] = {
    "open": ("보유 중", "Still open"),
    "signal": ("매도 신호", "Exit signal"),
    "sell_time": ("매도 시각", "Sell time"),
    "stop": ("손절", "Stop"),
    "target": ("익절", "Target"),
    "trailing_stop": ("이익보전", "Trailing stop"),
    "loss_cutoff": ("시간 손절", "Loss cut-off time"),
    "end_of_day": ("당일 청산", "End of day"),
    "time_cutoff": ("청산 시각", "Time cut-off"),
    "holding_limit": ("보유 한도", "Holding limit"),
    "delisted": ("상장폐지", "Delisted"),
    "rebalance": ("비중 조정", "Rebalance"),
    "no_price": ("매수 미체결: 제한 시간 안에 체결된 봉 없음", "Not bought: no traded bar in time"),
    "no_time_between": ("거래 없음: 매수와 매도가 같은 봉", "No trade: buy and sale fall on one bar"),
    "limit_locked_buy": ("매수 미체결: 상한가", "Not bought: locked at the upper limit"),
    "limit_locked_sell": ("매도 미체결: 하한가", "Not sold: locked at the lower limit"),
    "no_cash": ("매수 미체결: 예수금 부족", "Not bought: too little cash for one share"),
    "entry_while_holding": ("보유 중 매수 신호(무시)", "Entry signal while holding (ignored)"),
    "late_fill": ("늦은 체결", "Late fill"),
    "coverage_end": ("자료 마지막 봉의 종가로 체결", "Filled at the close where the data end"),
    "sold_at_last_bar": ("마지막 봉 종가로 매도", "Sold at the session's last bar"),
    "carried_over": ("다음 거래일로 이월", "Carried over to the next session"),
    "skipped_session": ("거래 없는 거래일 건너뜀", "Session without trading skipped"),
    "pending_at_end": ("기간 끝까지 미체결", "Still waiting when the period ended"),
    "unpriced_last_bar": ("가격 없는 시각: 마지막 봉 종가", "No price at that time: last bar taken"),
    "stop_and_target": ("같은 봉에서 손절·익절 모두 도달(손절로 처리)", "Stop and target in one bar (stop taken)"),
}
"""Korean and English words, keyed by the lower-case name of the member."""
