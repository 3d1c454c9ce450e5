"""Situations of plans and rules that cannot be carried out together."""

from bokgi.errors.base import InputError


class PlanNeedsIntraday(InputError):
    code = "plan_needs_intraday"
    english = "A plan with clock times needs bars in minutes, but these are daily; choose an interval such as 5m."
    korean = "시각으로 사고파는 전략에는 분봉이 필요한데 자료가 일봉입니다. 5m 같은 분봉 간격을 고르세요."

    def __init__(self) -> None:
        super().__init__(field="interval")


class ShortsUnderKrx(InputError):
    code = "shorts_under_krx"
    english = "The market 'krx' is long only, but the plan sells short; leave the short signals out or use market 'plain'."
    korean = "'krx' 시장에서는 매수만 할 수 있는데 전략이 공매도를 합니다. 공매도 신호를 빼거나 시장을 'plain'으로 정하세요."

    def __init__(self) -> None:
        super().__init__(field="market")


class WeightsNeedSharedAccount(InputError):
    code = "weights_need_shared_account"
    english = "Target weights share one account, but the account mode is 'per_stock'; use mode 'shared'."
    korean = "목표 비중 전략은 계좌 하나를 함께 쓰는데 계좌 방식이 종목별('per_stock')입니다. 'shared'로 정하세요."

    def __init__(self) -> None:
        super().__init__(field="account")


class WeightsOutOfRange(InputError):
    code = "weights_out_of_range"
    english = "A target weight is {given}; weights lie between 0 and 1, NaN leaves a position as it is."
    korean = "목표 비중이 {given}입니다. 비중은 0과 1 사이여야 하고, NaN은 보유를 그대로 둡니다."

    def __init__(self, given: float) -> None:
        super().__init__(field="weights", given=given)


class SignalsMisshapen(InputError):
    code = "signals_misshapen"
    english = "The plan's array '{name}' has {given} values; it needs one for each of the {allowed} rows of the panel."
    korean = "전략의 '{name}' 배열 길이가 {given}입니다. 자료의 행 수 {allowed}과(와) 같아야 합니다."

    def __init__(self, name: str, given: int, allowed: int) -> None:
        super().__init__(field=name, name=name, given=given, allowed=allowed)


class TimesOutOfOrder(InputError):
    code = "times_out_of_order"
    english = "The sell time {sell} does not come after the buy time {buy}; give a later one."
    korean = "매도 시각 {sell}이(가) 매수 시각 {buy}보다 늦지 않습니다. 더 늦은 시각을 정하세요."

    def __init__(self, buy: str, sell: str) -> None:
        super().__init__(field="sell_time", buy=buy, sell=sell)


class TimeUnpriced(InputError):
    """The data can price a clock time in no session."""

    code = "time_unpriced"
    english = (
        "The data price {given} ({name}) in no session; the last time that they can price is {last}. "
        "Choose a time up to then, or let the last bar stand in (unpriced: last_bar)."
    )
    korean = (
        "이 자료로는 어느 거래일에도 {given}({name}) 가격을 알 수 없습니다. 가격을 알 수 있는 마지막 시각은 {last}입니다. "
        "그 이전 시각을 고르거나 마지막 봉 가격을 쓰도록 정하세요(unpriced: last_bar)."
    )

    def __init__(self, name: str, given: str, last: str) -> None:
        super().__init__(field=name, name=name, given=given, last=last)


class RuleOutOfRange(InputError):
    code = "rule_out_of_range"
    english = "{name} is {given}; allowed is {allowed}."
    korean = "{name} 값이 {given}입니다. 허용 범위: {allowed}."

    def __init__(self, name: str, given: object, allowed: str) -> None:
        super().__init__(field=name, name=name, given=given, allowed=allowed)


class SlippageTwice(InputError):
    code = "slippage_twice"
    english = "Slippage is given both in ticks ({ticks}) and in basis points ({bps}); give at most one of the two."
    korean = "슬리피지를 호가 단위({ticks})와 bp({bps})로 함께 정했습니다. 하나만 정하세요."

    def __init__(self, ticks: int, bps: float) -> None:
        super().__init__(field="slippage", ticks=ticks, bps=bps)


class FractionsUnderKrx(InputError):
    code = "fractions_under_krx"
    english = "The market 'krx' trades whole shares; switch fractional shares off or use market 'plain'."
    korean = "'krx' 시장에서는 1주 단위로만 거래합니다. 소수점 주식을 끄거나 시장을 'plain'으로 정하세요."

    def __init__(self) -> None:
        super().__init__(field="fractional_shares")


class PlanNeedsReference(InputError):
    code = "plan_needs_reference"
    english = "A plan that decides bar by bar in Python cannot be compiled; run it on the reference engine."
    korean = "봉마다 파이썬으로 판단하는 전략은 컴파일해서 실행할 수 없습니다. 기준(reference) 엔진으로 실행하세요."

    def __init__(self) -> None:
        super().__init__(field="plan")
