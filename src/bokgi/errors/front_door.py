"""Situations of the Python interface: what a program handed over that is no bars, no strategy, or nothing."""

from bokgi.errors.base import InputError


class BarsUnknownKind(InputError):
    code = "bars_unknown_kind"
    english = "Bars cannot be {given}; give a pandas or polars DataFrame, or a panel of bokgi.load_bars, bokgi.bars_from_frame or bokgi.demo_bars."
    korean = (
        "봉 자료로 {given}을(를) 쓸 수 없습니다. pandas나 polars의 DataFrame, 또는 bokgi.load_bars, bokgi.bars_from_frame, "
        "bokgi.demo_bars가 만든 패널을 주세요."
    )

    def __init__(self, given: str) -> None:
        super().__init__(field="bars", given=given)


class BarsEmpty(InputError):
    code = "bars_empty"
    english = "The panel has no bars; choose other codes or another period."
    korean = "패널에 봉이 없습니다. 다른 종목이나 기간을 고르세요."

    def __init__(self) -> None:
        super().__init__(field="bars")


class StrategyUnknownKind(InputError):
    code = "strategy_unknown_kind"
    english = (
        "A strategy cannot be {given}; give a name such as 'daily_trading', 'FILE.py:CLASS', or a class (or object) of bokgi.Strategy."
    )
    korean = (
        "전략으로 {given}을(를) 쓸 수 없습니다. 'daily_trading' 같은 이름, '파일.py:클래스', 또는 bokgi.Strategy의 클래스나 객체를 주세요."
    )

    def __init__(self, given: str) -> None:
        super().__init__(field="strategy", given=given)


class ParametersTwice(InputError):
    code = "parameters_twice"
    english = "The strategy {strategy} has its parameters already; give `parameters` with a class or a name, or put them into the object."
    korean = "{strategy} 전략은 이미 파라미터를 가지고 있습니다. 클래스나 이름에만 `parameters`를 주거나, 객체를 만들 때 넣으세요."

    def __init__(self, strategy: str) -> None:
        super().__init__(field="parameters", strategy=strategy)


class MarketTwice(InputError):
    code = "market_twice"
    english = "The market was given as {market} and in `fills` as {other}; give it once."
    korean = "market은 {market}, `fills`에는 {other}(으)로 되어 있습니다. 하나만 주세요."

    def __init__(self, market: object, other: object) -> None:
        super().__init__(field="market", market=repr(market), other=repr(other))
