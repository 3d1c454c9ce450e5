"""The combinations that a search of declared values tries.

Convention: the space is read when a search is started, so that what is wrong with it is said then; workers read it again.
"""

from bokgi.research.parameter_space import ParameterSpace, drawn_space, parameter_space
from bokgi.services.search_request import Method, SearchRequest
from bokgi.strategies.catalog import CATALOG


def space_of(request: SearchRequest) -> ParameterSpace:
    """The combinations of a request whose method has a space.

    Raises
    ------
    ParameterUnknown, ParameterWrong, FieldInvalid
    """
    strategy = CATALOG[request.base.strategy].strategy
    space = parameter_space(strategy, request.space, request.base.strategy_params)
    return drawn_space(space, request.trials, request.base.seed) if request.method is Method.RANDOM else space
