"""Every error class of Bokgi, the tree at the top.

::

    BokgiError
    ├── InputError          wrong input of a person or program (exit 2, HTTP 400)
    ├── DataError           a file or stored data cannot be used (exit 2)
    ├── MissingError        no such thing (exit 2, HTTP 404)
    ├── EnvironmentFault    the machine does not allow it (exit 1)
    └── InternalFault       our own promise is broken (exit 1, HTTP 500)

The situations stand in one file an area: `market`, `orders`, `data`, `runs`.
"""

from bokgi.errors.base import (
    BokgiError,
    DataError,
    EnvironmentFault,
    InputError,
    InternalFault,
    Language,
    MissingError,
)
from bokgi.errors.config import CompileCacheUnwritable, FolderRelative, SettingRefused
from bokgi.errors.demo import DemoSizeWrong
from bokgi.errors.market import (
    CalendarNotKept,
    DayOutsideCalendar,
    ForeignUnderKrx,
    MarketTableMalformed,
    NotACode,
    NotASession,
    RulesNotKnown,
    UnknownUniverse,
)
from bokgi.errors.orders import (
    FractionsUnderKrx,
    PlanNeedsIntraday,
    PlanNeedsReference,
    RuleOutOfRange,
    ShortsUnderKrx,
    SignalsMisshapen,
    SlippageTwice,
    TimesOutOfOrder,
    TimeUnpriced,
    WeightsNeedSharedAccount,
    WeightsOutOfRange,
)
from bokgi.errors.reports import PlotKindUnknown
from bokgi.errors.runs import RunCancelled
from bokgi.errors.strategies import (
    ParameterDeclaration,
    ParameterIsFixed,
    ParametersContradict,
    ParameterUnknown,
    ParameterWrong,
    SignalsMalformed,
    StrategyClassMissing,
    StrategyClassNotNamed,
    StrategyFailed,
    StrategyFileMissing,
    StrategyFileUnreadable,
    StrategyIncomplete,
    StrategyLooksAhead,
    StrategyNeedsIntraday,
    StrategyNotRepeatable,
    StrategySyntaxWrong,
    StrategyUnknown,
)

__all__ = [
    "BokgiError",
    "CalendarNotKept",
    "CompileCacheUnwritable",
    "DataError",
    "DayOutsideCalendar",
    "DemoSizeWrong",
    "EnvironmentFault",
    "FolderRelative",
    "ForeignUnderKrx",
    "FractionsUnderKrx",
    "InputError",
    "InternalFault",
    "Language",
    "MarketTableMalformed",
    "MissingError",
    "NotACode",
    "NotASession",
    "ParameterDeclaration",
    "ParameterIsFixed",
    "ParameterUnknown",
    "ParameterWrong",
    "ParametersContradict",
    "PlanNeedsIntraday",
    "PlanNeedsReference",
    "PlotKindUnknown",
    "RuleOutOfRange",
    "RulesNotKnown",
    "RunCancelled",
    "SettingRefused",
    "ShortsUnderKrx",
    "SignalsMalformed",
    "SignalsMisshapen",
    "SlippageTwice",
    "StrategyClassMissing",
    "StrategyClassNotNamed",
    "StrategyFailed",
    "StrategyFileMissing",
    "StrategyFileUnreadable",
    "StrategyIncomplete",
    "StrategyLooksAhead",
    "StrategyNeedsIntraday",
    "StrategyNotRepeatable",
    "StrategySyntaxWrong",
    "StrategyUnknown",
    "TimeUnpriced",
    "TimesOutOfOrder",
    "UnknownUniverse",
    "WeightsNeedSharedAccount",
    "WeightsOutOfRange",
]
