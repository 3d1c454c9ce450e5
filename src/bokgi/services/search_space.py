"""The combinations that a search of declared values tries.

Convention: the space is read when a search is started, so that what is wrong with it is said then; workers read it again.
"""

from bokgi.research.parameter_space import ParameterSpace, drawn_space, parameter_space
from bokgi.services.search_request import Method, SearchRequest
from bokgi.strategies.catalog import CATALOG


def whole_space_of(request: SearchRequest) -> ParameterSpace:
    """The same before any are drawn.

    Raises
    ------
    ParameterUnknown, ParameterWrong, FieldInvalid
    """
    return parameter_space(CATALOG[request.base.strategy].strategy, request.space, request.base.strategy_params)


def trials_of(request: SearchRequest) -> int:
    """At most how many combinations are tried."""
    combinations = whole_space_of(request).combinations
    return min(request.trials, combinations) if request.method is Method.RANDOM else combinations


def space_of(request: SearchRequest) -> ParameterSpace:
    """The combinations of a request whose method has a space.

    Raises
    ------
    ParameterUnknown, ParameterWrong, FieldInvalid
    """
    space = whole_space_of(request)
    return drawn_space(space, request.trials, request.base.seed) if request.method is Method.RANDOM else space
