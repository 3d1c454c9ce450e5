"""Own strategies: declared parameters, what they may return, and how their mistakes are told."""

import json
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from bokgi.bars.panel import Panel
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.strategies import (
    ParameterDeclaration,
    ParameterIsFixed,
    ParametersContradict,
    ParameterWrong,
    SignalsMalformed,
    StrategyClassMissing,
    StrategyClassNotNamed,
    StrategyFailed,
    StrategyFileMissing,
    StrategyFileUnreadable,
    StrategyIncomplete,
    StrategySyntaxWrong,
)
from bokgi.orders.on_bar import BarContext, Decision, bar_history
from bokgi.orders.plans import OnBarPlan, SignalPlan, WeightPlan
from bokgi.orders.rules import ExitRules
from bokgi.strategies.own_file import is_own_reference, read_own_strategy, to_own_strategy
from bokgi.strategies.parameters import Parameter
from bokgi.strategies.strategy import Signals, Strategy, parameter_schema
from bokgi.units import FloatArray
from tests.strategies.generated_panels import panel_of

HEAD = "from bokgi.strategies.parameters import Parameter\nfrom bokgi.strategies.strategy import Signals, Strategy\n"
BREAKOUT = HEAD + "class Breakout(Strategy):\n    period = Parameter(20, low=2, high=50)\n"
GOOD = BREAKOUT + "    def signals(self, panel):\n        return Signals(panel.close > self.period)\n"
BROKEN = BREAKOUT + "    def signals(self, panel):\n        return helper(panel)\ndef helper(panel):\n    return panel.close[10_000]\n"
BAD_BAR = BREAKOUT + "    def on_bar(self, context):\n        context.close[1_000]\n"


class EveryKind(Strategy):
    """One parameter of each kind."""

    bars = Parameter(20, low=5, high=50, step=5, unit="bars", korean="기간", english="Bars")
    ratio = Parameter(0.5, low=0.0, high=1.0)
    at = Parameter("10:00", low="09:00", high="15:30", allow_close=True)
    strict = Parameter(False)
    side = Parameter("long", choices=("long", "short"))

    def signals(self, panel: Panel) -> Signals:
        return Signals(panel.close > self.bars, exit_rules=ExitRules(stop_ratio=self.ratio))


def own(returned: object) -> Strategy:
    """A strategy whose signals are whatever is given."""

    class Returning(Strategy):
        def signals(self, panel: Panel) -> Signals:
            return returned  # type: ignore[return-value]  # what users return is not checked by mypy

    return Returning()


def written(folder: Path, source: str | bytes) -> str:
    path = folder / "my.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return str(path)


def test_defaults_and_given_values_are_read_with_their_kind() -> None:
    assert EveryKind().parameters() == {"bars": 20, "ratio": 0.5, "at": "10:00", "strict": False, "side": "long"}
    given = EveryKind(bars="30", ratio="1", at=time(9, 5), strict="yes", side="short")
    assert given.parameters() == {"bars": 30, "ratio": 1.0, "at": "09:05", "strict": True, "side": "short"}
    assert isinstance(given.ratio, float)
    assert EveryKind(at="CLOSE", bars=np.int64(7)).parameters()["bars"] == 7
    assert json.loads(json.dumps(given.parameters())) == given.parameters()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bars", 4),
        ("bars", 51),
        ("bars", 7.5),
        ("bars", "seven"),
        ("bars", None),
        ("bars", "9" * 400),
        ("ratio", float("inf")),
        ("ratio", True),
        ("at", "24:00"),
        ("at", "10:60"),
        ("at", 600),
        ("at", time(10, 0, 1)),
        ("strict", "perhaps"),
        ("side", "up"),
    ],
)
def test_other_values_are_refused_in_both_languages(name: str, value: object) -> None:
    with pytest.raises(ParameterWrong) as caught:
        EveryKind(**{name: value})
    assert caught.value.field == name
    for language in Language:
        assert name in caught.value.sentence(language)


def test_a_sentence_says_what_was_given_and_what_is_allowed() -> None:
    with pytest.raises(ParameterWrong) as caught:
        EveryKind(bars=51)
    assert str(caught.value) == "bars was given as 51; allowed is a whole number from 5 to 50 [bars]."
    assert caught.value.sentence(Language.KOREAN) == "bars 값 51은(는) 사용할 수 없습니다. 허용 값: 5~50 사이의 정수 [bars]."


def test_parameters_cannot_be_changed_afterwards() -> None:
    strategy = EveryKind()
    with pytest.raises(ParameterIsFixed, match="bars"):
        strategy.bars = 30
    assert strategy.bars == 20


def test_a_schema_describes_a_form() -> None:
    schema = parameter_schema(EveryKind)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert properties["bars"] == {
        "type": "integer",
        "default": 20,
        "x-kind": "int",
        "minimum": 5,
        "maximum": 50,
        "x-step": 5,
        "x-unit": "bars",
        "x-help": {"ko": "기간", "en": "Bars"},
    }
    assert properties["side"]["enum"] == ["long", "short"]
    assert properties["at"]["pattern"].endswith("close)$")
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


def test_wrong_declarations_are_refused_when_the_class_is_made() -> None:
    with pytest.raises(ParameterDeclaration, match="period"):

        class _Outside(Strategy):
            period = Parameter(1, low=2, high=5)

    with pytest.raises(ParameterDeclaration, match="taken by every strategy"):

        class _Taken(Strategy):
            plan = Parameter(1)  # type: ignore[assignment]  # the mistake that is tested

    with pytest.raises(ParameterDeclaration, match="above 0"):

        class _Standing(Strategy):
            period = Parameter(1, step=0)


def declared_with(order: object) -> type[Strategy]:
    """A class of four parameters, made with this `parameter_order`."""
    body = {
        "fast": Parameter(5),
        "slow": Parameter(20.0),
        "buy": Parameter("10:00"),
        "sell": Parameter("close", allow_close=True),
        "parameter_order": order,
    }
    return type("Ordered", (Strategy,), body)


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ((("fast", "slwo"),), "'slwo' is no parameter .* fast, slow, buy, sell"),
        ((("fast", "buy"),), r"fast \(int\) and buy \(time\) have no common order"),
        ((("slow", "fast"),), "by default slow is 20.0, which is not below fast with 5"),
        (("fast", "slow"), "'fast' is no pair of names"),
        ((("fast", "slow", "buy"),), "is no pair of names"),
        ("fast", "'fast' is no pair of names"),
    ],
)
def test_an_order_that_nothing_can_keep_is_refused_when_the_class_is_made(order: object, problem: str) -> None:
    with pytest.raises(ParameterDeclaration, match=problem):
        declared_with(order)


def test_the_close_is_later_than_every_time_where_no_latest_is_declared() -> None:
    ordered = declared_with((("fast", "slow"), ("buy", "sell")))
    assert ordered(buy="15:20").parameters()["sell"] == "close"
    with pytest.raises(ParametersContradict):
        ordered(buy="15:20", sell="15:10")


def test_parameters_are_inherited_and_can_be_declared_anew() -> None:
    class Child(EveryKind):
        bars = Parameter(10, low=1, high=10)

    assert Child().parameters() == EveryKind().parameters() | {"bars": 10}
    assert list(Child().parameters()) == list(EveryKind().parameters())


def test_signals_become_a_plan_and_missing_exits_are_none() -> None:
    plan = EveryKind(bars=10).plan(panel_of([[9.0, 11.0]]))
    assert isinstance(plan, SignalPlan)
    assert plan.entries.tolist() == [False, True]
    assert plan.exits.tolist() == [False, False]
    assert plan.exit_rules == ExitRules(stop_ratio=0.5)


@pytest.mark.parametrize(
    "returned",
    [
        None,
        (True, False),
        Signals(np.array([True])),
        Signals(np.array([1.0, 2.0])),
        Signals(np.ones((2, 1), bool)),
        Signals(np.array([1, 0])),
    ],
)
def test_signals_of_another_form_are_refused(returned: object) -> None:
    with pytest.raises(SignalsMalformed, match="Returning"):
        own(returned).plan(panel_of([[9.0, 11.0]]))


def test_weights_become_a_plan() -> None:
    class Half(Strategy):
        def weights(self, panel: Panel) -> FloatArray:
            return np.full(len(panel), 0.5)

    plan = Half().plan(panel_of([[9.0, 11.0]]))
    assert isinstance(plan, WeightPlan)
    assert plan.weights.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("inf")])
def test_weights_outside_of_nothing_and_everything_are_refused(weight: float) -> None:
    class Wild(Strategy):
        def weights(self, panel: Panel) -> FloatArray:
            return np.where(panel.close > 10.0, weight, np.nan)

    with pytest.raises(SignalsMalformed, match="in row 1"):
        Wild().plan(panel_of([[9.0, 11.0]]))


def test_a_class_defines_exactly_one_of_the_three_methods() -> None:
    class Empty(Strategy):
        pass

    class Both(EveryKind):
        def on_bar(self, context: BarContext) -> None:
            context.buy()

    for wrong, words in ((Empty, "none"), (Both, "signals, on_bar")):
        with pytest.raises(StrategyIncomplete, match=words):
            wrong().plan(panel_of([[1.0]]))


def test_bars_cannot_be_changed_by_a_strategy() -> None:
    class Vandal(Strategy):
        def signals(self, panel: Panel) -> Signals:
            panel.close[0] = 1_000_000.0
            return Signals(panel.close > 0)

    panel = panel_of([[9.0, 11.0]])
    with pytest.raises(StrategyFailed, match="read-only"):
        Vandal().plan(panel)
    assert panel.close[0] == 9.0


def test_bar_by_bar_each_instrument_gets_a_strategy_without_memory() -> None:
    class Counter(Strategy):
        def __init__(self, **parameters: object) -> None:
            super().__init__(**parameters)
            self.seen = 0

        def on_bar(self, context: BarContext) -> None:
            self.seen += 1
            if self.seen == context.bars == 2:
                context.buy()

    panel = panel_of([[1.0, 2.0, 3.0], [4.0, 5.0]], [[1, 0, 1], [1, 1]])
    plan = Counter().plan(panel)
    assert isinstance(plan, OnBarPlan)
    for index, expected in ((0, [1.0, 3.0]), (1, [4.0, 5.0])):
        history, decide = bar_history(panel, index), plan.start()
        contexts = [history.context(bar) for bar in range(len(history))]
        for context in contexts:
            decide(context)
        assert contexts[-1].close.tolist() == expected
        assert [context.decision for context in contexts] == [Decision.NOTHING, Decision.BUY]
        assert contexts[0].code == panel.codes[index]


def test_a_file_gives_class_and_source(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    loaded = read_own_strategy(f"{file}:Breakout")
    assert loaded.source == GOOD
    assert loaded.strategy(period=30).parameters() == {"period": 30}
    assert read_own_strategy(file).strategy.__name__ == "Breakout"
    again = to_own_strategy(loaded.source, "Breakout", "my.py")
    assert again.source_sha256 == loaded.source_sha256
    plan = again.strategy().plan(panel_of([[9.0, 21.0]]))
    assert isinstance(plan, SignalPlan)
    assert plan.entries.tolist() == [False, True]


def test_references_to_files_are_told_from_names_of_the_catalogue() -> None:
    assert is_own_reference("my.py:Breakout")
    assert is_own_reference("folder/my.py")
    assert not is_own_reference("MA20_50")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StrategyFileMissing, match=r"none\.py"):
        read_own_strategy(str(tmp_path / "none.py") + ":Breakout")


@pytest.mark.parametrize("content", [b"\xb0\xa1\xb3\xaa", b"#" * 1_000_001])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StrategyFileUnreadable, match=r"my\.py"):
        read_own_strategy(written(tmp_path, content))


@pytest.mark.parametrize(("source", "line"), [("x = 1\ndef broken(:\n    pass\n", 2), ("x = 1\x00\n", 1)])
def test_a_file_that_is_no_python_is_told_with_its_line(tmp_path: Path, source: str, line: int) -> None:
    with pytest.raises(StrategySyntaxWrong) as caught:
        read_own_strategy(written(tmp_path, source))
    assert caught.value.facts["line"] == line


@pytest.mark.parametrize("statement", ["1 / 0", "import not_a_module_at_all", "raise SystemExit(3)"])
def test_a_file_that_fails_when_it_is_executed_is_told_with_its_line(tmp_path: Path, statement: str) -> None:
    with pytest.raises(StrategyFailed) as caught:
        read_own_strategy(written(tmp_path, HEAD + statement + "\n"))
    assert caught.value.facts["line"] == 3


def test_a_class_that_is_not_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    with pytest.raises(StrategyClassMissing, match=r"'Other'; give one of Breakout"):
        read_own_strategy(f"{file}:Other")
    with pytest.raises(StrategyClassMissing, match="inherits"):
        read_own_strategy(written(tmp_path, "x = 1\n"))


def test_several_classes_need_a_name(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD + "class Second(Breakout):\n    pass\n")
    with pytest.raises(StrategyClassNotNamed, match="Breakout, Second"):
        read_own_strategy(file)
    assert read_own_strategy(f"{file}:Second").strategy.__name__ == "Second"


def test_an_exception_inside_signals_is_told_with_the_innermost_line_of_the_file(tmp_path: Path) -> None:
    strategy = read_own_strategy(written(tmp_path, BROKEN)).strategy()
    with pytest.raises(StrategyFailed) as caught:
        strategy.plan(panel_of([[9.0, 11.0]]))
    assert caught.value.facts["line"] == BROKEN.splitlines().index("    return panel.close[10_000]") + 1
    assert "IndexError" in str(caught.value)


def test_an_exception_inside_on_bar_is_told_with_its_line(tmp_path: Path) -> None:
    strategy = read_own_strategy(written(tmp_path, BAD_BAR)).strategy()
    panel = panel_of([[9.0, 11.0]])
    plan = strategy.plan(panel)
    assert isinstance(plan, OnBarPlan)
    with pytest.raises(StrategyFailed) as caught:
        plan.start()(bar_history(panel, 0).context(0))
    assert caught.value.facts["line"] == len(BAD_BAR.splitlines())


def test_errors_about_own_strategies_speak_korean() -> None:
    with pytest.raises(BokgiError) as caught:
        read_own_strategy("no/such/file.py:Breakout")
    assert "없습니다" in caught.value.sentence(Language.KOREAN)
