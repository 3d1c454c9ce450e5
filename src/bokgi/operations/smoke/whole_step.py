"""A whole step judged: every expectation and check of it over its answers, with what earlier steps gave.

Convention: nothing but recorded answers and known words goes in, so a step can be judged again from its evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bokgi.operations.asking import Answer
from bokgi.operations.smoke.flow import Step
from bokgi.operations.smoke.step_judge import (
    Problem,
    agreement_problems,
    answer_problems,
    difference_problems,
    is_there,
    progress_problems,
    value_at,
)
from bokgi.operations.smoke.trades_file import file_problems


def step_problems(step: Step, answers: Sequence[Answer], words: Mapping[str, Any], earlier: Mapping[str, Answer]) -> Iterator[Problem]:
    """What is wrong with a step that asked for something.

    earlier : last answer of each step before
    """
    if not answers:
        yield Problem("answers", "at least one", "none")
        return
    if step.expected is not None:
        for answer in answers if step.action == "get_each_file_of" else answers[-1:]:
            yield from answer_problems(step.expected, answer, words)
    yield from _check_problems(step, answers, earlier.get(step.other))


def _check_problems(step: Step, answers: Sequence[Answer], other: Answer | None) -> Iterator[Problem]:
    last = answers[-1]
    if step.check == "progress_is_work":
        yield from progress_problems(answers)
    elif step.check and other is None:
        yield Problem("with", f"an answer of {step.other}", "none")
    elif other is not None and step.check == "trades_add_up":
        yield from file_problems(last.body, other.json())
    elif other is not None and step.check == "results_agree":
        yield from agreement_problems(last.json(), other.json())
    elif other is not None and step.check == "results_differ":
        yield from difference_problems(last.json(), other.json())


def captured_words(step: Step, answer: Answer) -> tuple[dict[str, Any], list[Problem]]:
    """Words that a step gives to later ones, and those that its answer lacks."""
    body = answer.json() if step.capture else None
    values = {word: value_at(body, path) for word, path in step.capture.items()}
    found = {word: value for word, value in values.items() if is_there(value) and isinstance(value, str | int | float)}
    missing = [Problem(f"capture.{word}", f"a value at {step.capture[word]}", "absent") for word in values if word not in found]
    return found, missing
