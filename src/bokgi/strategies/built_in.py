"""The strategies that come with Bokgi, as docs/semantics.md defines them.

Kernels are imported where they are used: names and parameters must be known without loading the compiler.
"""

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.errors.strategies import StrategyNeedsIntraday
from bokgi.orders.plans import ClockPlan, EndOfDay, OvernightTrailPlan, Plan, SignalPlan
from bokgi.strategies.parameters import Parameter, clock_minute
from bokgi.strategies.strategy import Strategy
from bokgi.strategies.threads import signal_plan
from bokgi.units import BoolArray, FloatArray, IntArray

_OPEN, _CLOSE = "09:00", "15:30"


class DailyTrading(Strategy):
    """Buy and sell at fixed times of the same session."""

    name = "daily_trading"
    korean = "매일 정해진 시각에 사서 같은 날 정해진 시각에 팝니다."
    english = "Buys at a fixed time every session and sells at a fixed time of the same session."
    buy_time = Parameter("10:00", low=_OPEN, high=_CLOSE, step=1, korean="매수 시각", english="Time of the purchase")
    sell_time = Parameter("15:00", low=_OPEN, high=_CLOSE, step=1, allow_close=True, korean="매도 시각", english="Time of the sale")
    parameter_order = (("buy_time", "sell_time"),)

    def plan(self, panel: Panel) -> Plan:
        check_interval(self, panel.interval)
        return ClockPlan(clock_minute(self.buy_time), clock_minute(self.sell_time))


class TrailingStop(Strategy):
    """Buy late, keep a share of the next session's peak profit."""

    name = "trailing_stop"
    korean = "장 마감 무렵에 사서 다음 거래일에 최고 수익의 일정 비율을 지키며 팔고, 수익이 나지 않으면 정해진 시각에 손절합니다."
    english = "Buys late in a session; next session it keeps a share of the peak profit, or cuts the loss at a fixed time."
    buy_time = Parameter("15:30", low=_OPEN, high=_CLOSE, step=1, allow_close=True, korean="매수 시각", english="Time of the purchase")
    min_profit_pct = Parameter(
        1.0, low=0.0, high=30.0, step=0.1, unit="%", korean="이익보전을 시작하는 수익률", english="Profit that arms the stop"
    )
    profit_cutoff_pct = Parameter(
        80.0, low=0.0, high=100.0, step=1.0, unit="%", korean="최고 수익 중 지킬 비율", english="Share of the peak profit to keep"
    )
    loss_cutoff_time = Parameter("14:00", low=_OPEN, high=_CLOSE, step=1, korean="시간 손절 시각", english="Time to sell without profit")
    end_of_day = Parameter(
        "sell", choices=("sell", "carry"), korean="당일 청산(sell) 또는 이월(carry)", english="Sell at the session's end, or carry on"
    )

    def plan(self, panel: Panel) -> Plan:
        check_interval(self, panel.interval)
        return OvernightTrailPlan(
            buy_minute=clock_minute(self.buy_time),
            min_profit_ratio=self.min_profit_pct / 100.0,
            profit_cutoff_ratio=self.profit_cutoff_pct / 100.0,
            loss_cutoff_minute=clock_minute(self.loss_cutoff_time),
            end_of_day=EndOfDay[self.end_of_day.upper()],
        )


class AverageCross(Strategy):
    """In when the fast simple average rises above the slow one, out when it falls below."""

    korean = "단기 이동평균이 장기 이동평균을 상향 돌파하면 사고 하향 돌파하면 팝니다."
    english = "Buys when the fast simple average crosses above the slow one, sells when it crosses below."
    fast = Parameter(20, low=1, high=1_000, step=1, unit="bars", korean="단기 이동평균 기간", english="Bars of the fast average")
    slow = Parameter(50, low=2, high=2_000, step=1, unit="bars", korean="장기 이동평균 기간", english="Bars of the slow average")
    parameter_order = (("fast", "slow"),)

    def plan(self, panel: Panel) -> Plan:
        from bokgi.strategies.signal_kernels import average_cross_into

        fast, slow = self.fast, self.slow

        def kernel(close: FloatArray, traded: BoolArray, offsets: IntArray, entries: BoolArray, exits: BoolArray) -> None:
            average_cross_into(close, traded, offsets, fast, slow, entries, exits)

        return signal_plan(panel, kernel)


class Average20Cross50(AverageCross):
    """The cross of 20 and 50 bars."""

    name = "MA20_50"


class Average5Cross20(AverageCross):
    """The cross of 5 and 20 bars."""

    name = "MA5_20"
    fast = Parameter(5, low=1, high=1_000, step=1, unit="bars", korean="단기 이동평균 기간", english="Bars of the fast average")
    slow = Parameter(20, low=2, high=2_000, step=1, unit="bars", korean="장기 이동평균 기간", english="Bars of the slow average")


class RelativeStrength(Strategy):
    """In when the RSI rises through the lower level, out when it falls through the upper one."""

    name = "RSI"
    korean = "RSI가 과매도 기준선을 상향 돌파하면 사고 과매수 기준선을 하향 돌파하면 팝니다."
    english = "Buys when the RSI rises through the lower level, sells when it falls through the upper one."
    period = Parameter(14, low=2, high=500, step=1, unit="bars", korean="RSI 기간", english="Bars of the RSI")
    low = Parameter(30.0, low=1.0, high=99.0, step=1.0, korean="과매도 기준선", english="Lower level")
    high = Parameter(70.0, low=1.0, high=99.0, step=1.0, korean="과매수 기준선", english="Upper level")
    parameter_order = (("low", "high"),)

    def plan(self, panel: Panel) -> Plan:
        from bokgi.strategies.signal_kernels import rsi_cross_into

        period, low, high = self.period, self.low, self.high

        def kernel(close: FloatArray, traded: BoolArray, offsets: IntArray, entries: BoolArray, exits: BoolArray) -> None:
            rsi_cross_into(close, traded, offsets, period, low, high, entries, exits)

        return signal_plan(panel, kernel)


class MacdCross(Strategy):
    """In when the MACD crosses above its signal, out when it crosses below."""

    name = "MACD"
    korean = "MACD가 시그널선을 상향 돌파하면 사고 하향 돌파하면 팝니다."
    english = "Buys when the MACD crosses above its signal line, sells when it crosses below."
    fast = Parameter(12, low=1, high=500, step=1, unit="bars", korean="단기 지수이동평균 기간", english="Bars of the fast average")
    slow = Parameter(26, low=2, high=1_000, step=1, unit="bars", korean="장기 지수이동평균 기간", english="Bars of the slow average")
    signal = Parameter(9, low=1, high=500, step=1, unit="bars", korean="시그널 기간", english="Bars of the signal line")
    parameter_order = (("fast", "slow"),)

    def plan(self, panel: Panel) -> Plan:
        from bokgi.strategies.signal_kernels import macd_cross_into

        fast, slow, signal = self.fast, self.slow, self.signal

        def kernel(close: FloatArray, traded: BoolArray, offsets: IntArray, entries: BoolArray, exits: BoolArray) -> None:
            macd_cross_into(close, traded, offsets, fast, slow, signal, entries, exits)

        return signal_plan(panel, kernel)


class BuyAndHold(Strategy):
    """In at the first open, never out."""

    name = "buy_and_hold"
    korean = "첫 봉의 시가에 사서 끝까지 보유합니다."
    english = "Buys at the first open and holds to the end."

    def plan(self, panel: Panel) -> Plan:
        never = np.zeros(len(panel), dtype=np.bool_)
        return SignalPlan(never, never, enter_at_first_open=True)


def check_interval(strategy: Strategy, interval: Interval) -> None:
    """Whether a strategy can run on bars of this length, before any bar is read.

    Raises
    ------
    StrategyNeedsIntraday
    """
    if interval.is_daily and isinstance(strategy, DailyTrading | TrailingStop):
        raise StrategyNeedsIntraday(strategy.name)
