"""Every error class of Bokgi, the tree at the top.

::

    BokgiError
    ├── InputError          wrong input of a person or program (exit 2, HTTP 400)
    ├── DataError           a file or stored data cannot be used (exit 2)
    ├── MissingError        no such thing (exit 2, HTTP 404)
    ├── EnvironmentFault    the machine does not allow it (exit 1)
    ├── InternalFault       our own promise is broken (exit 1, HTTP 500)
    └── RunCancelled        somebody asked for the end (exit 130)

The situations stand in one file an area; every class can be imported from here.
"""

from bokgi.errors.backup import (
    BackupAbsent,
    BackupBroken,
    BackupRunning,
    BackupTooNew,
    BackupUnwritable,
    HomeInUse,
    HomeNotEmpty,
    NothingToBackUp,
    RestoreUnwritable,
)
from bokgi.errors.bars import (
    PanelMalformed,
    UnknownInterval,
)
from bokgi.errors.base import (
    BokgiError,
    DataError,
    EnvironmentFault,
    InputError,
    InternalFault,
    Language,
    MissingError,
)
from bokgi.errors.bodies import (
    BodyKeyTwice,
    BodyNotJson,
    BodyNotObject,
    BodyTooDeep,
    UploadMalformed,
    UploadUnwritable,
)
from bokgi.errors.config import (
    CompileCacheUnwritable,
    FolderRelative,
    NumberRefused,
    SettingRefused,
    TextRefused,
)
from bokgi.errors.demo import (
    DemoBesideRealBars,
    DemoSizeWrong,
)
from bokgi.errors.frames import (
    FrameColumnMissing,
    FrameDuplicates,
    FrameEmpty,
    FrameIntervalUnclear,
    FrameOutsideSessions,
    FrameUnreadable,
    InstrumentsDiffer,
    ResampleImpossible,
)
from bokgi.errors.front_door import (
    BarsEmpty,
    BarsUnknownKind,
    MarketTwice,
    ParametersTwice,
    StrategyUnknownKind,
)
from bokgi.errors.http import (
    BodyTooLarge,
    BodyTooSlow,
    BodyUnreadable,
    HeadersTooLarge,
    HeadersTooSlow,
    HostRefused,
    MethodRefused,
    OriginRefused,
    PathUnknown,
    ProfileInvalid,
    RequestFailed,
    RequestFieldMissing,
    RequestMalformed,
    RequestRefused,
    TokenRequired,
    TokenWrong,
    TooManyRequests,
)
from bokgi.errors.imports import (
    AllDayClose,
    ArchiveUnsafe,
    CodesContradict,
    CodesMixed,
    CodeUnknown,
    ColumnsMissing,
    EncodingUnreadable,
    FileAbsent,
    FileBroken,
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    FileUnrecognised,
    IntervalUnclear,
    MostlyBad,
    NothingUsable,
    SourceAnsweredError,
    TimesUnreadable,
    TimezoneUnknown,
)
from bokgi.errors.instruments import (
    SearchLimitInvalid,
    SearchTextInvalid,
)
from bokgi.errors.jobs import (
    JobFailed,
    JobKindUnknown,
    JobPayloadInvalid,
    JobsUnavailable,
    WorkerAlreadyStarted,
)
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
from bokgi.errors.observation import (
    ChannelRefused,
    ExtraMissing,
    FlowRefused,
)
from bokgi.errors.operations import (
    AnchorRefused,
    BodyAbsent,
    EvidenceAbsent,
    EvidenceBroken,
    EvidenceHeld,
    EvidenceUnwritable,
    FeedbackItemUnknown,
    HostFolderUnset,
    KeyRefused,
    PolicyRefused,
    RecordAbsent,
    ReleaseAbsent,
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
from bokgi.errors.pages import PagesAbsent
from bokgi.errors.processes import (
    AddressRefused,
    DemoFailed,
    HomeUnwritable,
    PortInUse,
    ServiceAlreadyRunning,
    ServiceSilent,
    TokenMissing,
    WorkerEnded,
    WorkerIdTaken,
)
from bokgi.errors.records import (
    ConfigAbsent,
    ConfigNameTaken,
    DatabaseBroken,
    DatabaseUnavailable,
    IdempotencyKeyReused,
    RecordMalformed,
    RunStillActive,
    SchemaOutdated,
    SchemaTooNew,
    SearchStillActive,
    TextUnstorable,
)
from bokgi.errors.releases import (
    AlreadyLive,
    HolderAbsent,
    HolderRefused,
    HolderRunning,
    HostAbsent,
    HostExists,
    HostSettingRefused,
    HostStateDamaged,
    NoReleaseToGoBackTo,
    NothingToResume,
    ReleaseAltered,
    ReleaseIsBad,
    ReleaseLocked,
    ReleaseUnfinished,
    RepositoryRefused,
    SocketPathTooLong,
    TagUnknown,
    UnitsInvalid,
    UnpackFailed,
    WatchLengthsRefused,
)
from bokgi.errors.reports import (
    DownloadFormatUnknown,
    FileNotWritten,
    FontMissing,
    PlotKindUnknown,
    ResultAbsent,
    ResultBroken,
    ResultTooNew,
    ResultUnwritable,
    SearchResultAbsent,
    SearchResultBroken,
)
from bokgi.errors.requests import (
    CodesInvalid,
    DataNotTheSame,
    FieldInvalid,
    NoBarsAtAll,
    NoCommonInterval,
    NoStocks,
    PeriodReversed,
    PeriodWithoutData,
    ResultUnreadable,
    SlippageWithoutTicks,
)
from bokgi.errors.research import TrialsMisshapen
from bokgi.errors.runs import (
    RunCancelled,
    RunSuperseded,
)
from bokgi.errors.service import (
    BacktestUnknown,
    CodeFormWrong,
    CodesEmpty,
    FetchCancelled,
    FieldMissing,
    FormatUnknown,
    HeldChanged,
    HeldNotJoinable,
    ImportNotCancellable,
    ListedCodesInvalid,
    ModeInvalid,
    ModeMissing,
    NothingHeld,
    NothingToGive,
    ScheduleUnknown,
    SearchTextMissing,
    SearchTooLarge,
    SearchUnknown,
    SearchWithoutResult,
    SpecificListEmpty,
    StockNotSearched,
    StoreEmpty,
    StrategyFileRefused,
    StrategyMissing,
    TextTooLong,
    TooManyStocks,
    TradeUnknown,
    UniverseEmpty,
    UploadUnknown,
)
from bokgi.errors.sources import (
    IntervalNotOffered,
    LoginMissing,
    LoginRefused,
    NameNotFound,
    NotAtSource,
    SourceLimited,
    SourceNotInstalled,
    SourceRefused,
    SourceUnknown,
    SourceUnreachable,
)
from bokgi.errors.store import (
    ExchangesMixed,
    ExportFormatUnknown,
    FactsDiffer,
    HistoryDiffers,
    IncomingMalformed,
    ManifestBroken,
    NoBarsStored,
    ReferenceNameRefused,
    SegmentBroken,
    SeriesAbsent,
    StoreBusy,
    StoredOutsideCalendar,
    StoreTooNew,
    StoreUnwritable,
    VersionAbsent,
    VersionInUse,
    VersionIsCurrent,
)
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

# One name a line would make the file longer than a person can hold in mind.
# fmt: off
__all__ = [
    "AddressRefused", "AllDayClose", "AlreadyLive", "AnchorRefused", "ArchiveUnsafe", "BacktestUnknown", "BackupAbsent",
    "BackupBroken", "BackupRunning", "BackupTooNew", "BackupUnwritable", "BarsEmpty", "BarsUnknownKind", "BodyAbsent",
    "BodyKeyTwice", "BodyNotJson", "BodyNotObject", "BodyTooDeep", "BodyTooLarge", "BodyTooSlow", "BodyUnreadable", "BokgiError",
    "CalendarNotKept", "ChannelRefused", "CodeFormWrong", "CodeUnknown", "CodesContradict", "CodesEmpty", "CodesInvalid",
    "CodesMixed", "ColumnsMissing", "CompileCacheUnwritable", "ConfigAbsent", "ConfigNameTaken", "DataError", "DataNotTheSame",
    "DatabaseBroken", "DatabaseUnavailable", "DayOutsideCalendar", "DemoBesideRealBars", "DemoFailed", "DemoSizeWrong",
    "DownloadFormatUnknown", "EncodingUnreadable", "EnvironmentFault", "EvidenceAbsent", "EvidenceBroken", "EvidenceHeld",
    "EvidenceUnwritable", "ExchangesMixed", "ExportFormatUnknown", "ExtraMissing", "FactsDiffer", "FeedbackItemUnknown",
    "FetchCancelled", "FieldInvalid", "FieldMissing", "FileAbsent", "FileBroken", "FileEmpty", "FileNotWritten", "FileTooLarge",
    "FileUnreadable", "FileUnrecognised", "FlowRefused", "FolderRelative", "FontMissing", "ForeignUnderKrx", "FormatUnknown",
    "FractionsUnderKrx", "FrameColumnMissing", "FrameDuplicates", "FrameEmpty", "FrameIntervalUnclear", "FrameOutsideSessions",
    "FrameUnreadable", "HeadersTooLarge", "HeadersTooSlow", "HeldChanged", "HeldNotJoinable", "HistoryDiffers", "HolderAbsent", "HolderRefused", "HolderRunning",
    "HomeInUse", "HomeNotEmpty", "HomeUnwritable", "HostAbsent", "HostExists", "HostFolderUnset", "HostRefused",
    "HostSettingRefused", "HostStateDamaged", "IdempotencyKeyReused", "ImportNotCancellable", "IncomingMalformed", "InputError",
    "InstrumentsDiffer", "InternalFault", "IntervalNotOffered", "IntervalUnclear", "JobFailed", "JobKindUnknown",
    "JobPayloadInvalid", "JobsUnavailable", "KeyRefused", "Language", "ListedCodesInvalid", "LoginMissing", "LoginRefused",
    "ManifestBroken", "MarketTableMalformed", "MarketTwice", "MethodRefused", "MissingError", "ModeInvalid", "ModeMissing",
    "MostlyBad", "NameNotFound", "NoBarsAtAll", "NoBarsStored", "NoCommonInterval", "NoReleaseToGoBackTo", "NoStocks", "NotACode",
    "NotASession", "NotAtSource", "NothingHeld", "NothingToBackUp", "NothingToGive", "NothingToResume", "NothingUsable",
    "NumberRefused", "OriginRefused", "PagesAbsent", "PanelMalformed", "ParameterDeclaration", "ParameterIsFixed",
    "ParameterUnknown", "ParameterWrong", "ParametersContradict", "ParametersTwice", "PathUnknown", "PeriodReversed",
    "PeriodWithoutData", "PlanNeedsIntraday", "PlanNeedsReference", "PlotKindUnknown", "PolicyRefused", "PortInUse",
    "ProfileInvalid", "RecordAbsent", "RecordMalformed", "ReferenceNameRefused", "ReleaseAbsent", "ReleaseAltered", "ReleaseIsBad",
    "ReleaseLocked", "ReleaseUnfinished", "RepositoryRefused", "RequestFailed", "RequestFieldMissing", "RequestMalformed",
    "RequestRefused", "ResampleImpossible", "RestoreUnwritable", "ResultAbsent", "ResultBroken", "ResultTooNew",
    "ResultUnreadable", "ResultUnwritable", "RuleOutOfRange", "RulesNotKnown", "RunCancelled", "RunStillActive", "RunSuperseded",
    "ScheduleUnknown", "SchemaOutdated", "SchemaTooNew", "SearchLimitInvalid", "SearchResultAbsent", "SearchResultBroken",
    "SearchStillActive", "SearchTextInvalid", "SearchTextMissing", "SearchTooLarge", "SearchUnknown", "SearchWithoutResult",
    "SegmentBroken", "SeriesAbsent", "ServiceAlreadyRunning", "ServiceSilent", "SettingRefused", "ShortsUnderKrx",
    "SignalsMalformed", "SignalsMisshapen", "SlippageTwice", "SlippageWithoutTicks", "SocketPathTooLong", "SourceAnsweredError",
    "SourceLimited", "SourceNotInstalled", "SourceRefused", "SourceUnknown", "SourceUnreachable", "SpecificListEmpty",
    "StockNotSearched", "StoreBusy", "StoreEmpty", "StoreTooNew", "StoreUnwritable", "StoredOutsideCalendar",
    "StrategyClassMissing", "StrategyClassNotNamed", "StrategyFailed", "StrategyFileMissing", "StrategyFileRefused",
    "StrategyFileUnreadable", "StrategyIncomplete", "StrategyLooksAhead", "StrategyMissing", "StrategyNeedsIntraday",
    "StrategyNotRepeatable", "StrategySyntaxWrong", "StrategyUnknown", "StrategyUnknownKind", "TagUnknown", "TextRefused",
    "TextTooLong", "TextUnstorable", "TimeUnpriced", "TimesOutOfOrder", "TimesUnreadable", "TimezoneUnknown", "TokenMissing",
    "TokenRequired", "TokenWrong", "TooManyRequests", "TooManyStocks", "TradeUnknown", "TrialsMisshapen", "UnitsInvalid",
    "UniverseEmpty", "UnknownInterval", "UnknownUniverse", "UnpackFailed", "UploadMalformed", "UploadUnknown", "UploadUnwritable",
    "VersionAbsent", "VersionInUse", "VersionIsCurrent", "WatchLengthsRefused", "WeightsNeedSharedAccount", "WeightsOutOfRange",
    "WorkerAlreadyStarted", "WorkerEnded", "WorkerIdTaken",
]
# fmt: on
