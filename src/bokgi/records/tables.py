"""The tables, as the newest migration leaves them (a test compares the two).

Convention: columns are named as in the API where the API has them. `docs/records.md` says what each table is for. A change here
comes with a migration that only expands (docs/decisions/0007-expand-then-contract.md).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from bokgi.records.columns import PlainText, UtcInstant

SCHEMA = "0003"
"""The migration that this release needs."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EMPTY, _ZERO, _OBJECT = text("''"), text("0"), text("'{}'")

RUNS = Table(
    "runs",
    METADATA,
    Column("id", PlainText, primary_key=True, doc="bt-<day in Korea>-<number of the day>"),
    Column("order_number", BigInteger, nullable=False, doc="rises with every run; the order of history"),
    Column("profile", PlainText, nullable=False, doc="whose run"),
    Column("origin", PlainText, nullable=False, server_default=text("'user'"), doc="user or smoke"),
    Column("status", PlainText, nullable=False, doc="queued, running, completed, failed or cancelled"),
    Column("strategy", PlainText, nullable=False, server_default=_EMPTY, doc="name of the strategy, for the filter of the history"),
    Column("stock_mode", PlainText, nullable=False, doc="all, filtered or specific"),
    Column("request", JSON, nullable=False, doc="as it was asked"),
    Column("resolved", JSON, nullable=False, doc="what is computed: every default and every code written out"),
    Column("data_versions", JSON, nullable=False, doc="version of the bars by interval"),
    Column("release", PlainText, nullable=False, doc="release that took the run, then the one that computed it"),
    Column("created_at", UtcInstant, nullable=False, doc="when it was stored"),
    Column("started_at", UtcInstant, doc="first claim by a worker"),
    Column("finished_at", UtcInstant, doc="end, whatever it was"),
    Column("worker_id", PlainText, doc="worker of the latest claim"),
    Column("attempt", Integer, nullable=False, server_default=_ZERO, doc="claims so far; writes of earlier ones are refused"),
    Column("percent", Integer, nullable=False, server_default=_ZERO, doc="work done, never falls"),
    Column("total_symbols", Integer, nullable=False, server_default=_ZERO, doc="instruments to compute"),
    Column("completed_symbols", Integer, nullable=False, server_default=_ZERO, doc="instruments computed, never falls"),
    Column("current_code", PlainText, nullable=False, server_default=_EMPTY, doc="instrument in work"),
    Column("current_name", PlainText, nullable=False, server_default=_EMPTY, doc="its name"),
    Column("current_date", Date, doc="session in work"),
    Column("total_trades", Integer, nullable=False, server_default=_ZERO, doc="trades so far, never falls"),
    Column("progress_at", UtcInstant, doc="latest progress"),
    Column("elapsed_seconds", Float, nullable=False, server_default=_ZERO, doc="time of work over all attempts, never falls"),
    Column("cancel_requested_at", UtcInstant, doc="somebody asked for the end"),
    Column("pinned", Boolean, nullable=False, server_default=false(), doc="never deleted by age"),
    Column("note", PlainText, nullable=False, server_default=_EMPTY, doc="a person's words"),
    Column("partial", Boolean, nullable=False, server_default=false(), doc="the result holds a part of the instruments"),
    Column("headline", JSON, nullable=False, server_default=_OBJECT, doc="few metrics for the history"),
    Column("result_hash", PlainText, doc="SHA-256 of the result"),
    Column("error", JSON(none_as_null=True), doc="code, english, korean, field"),
    Column("words", PlainText, nullable=False, server_default=_EMPTY, doc="lower-case words that the history is searched by"),
    Index(None, "order_number", unique=True),
    Index(None, "profile", "origin", "order_number"),
    Index(None, "status"),
)

COUNTERS = Table(
    "counters",
    METADATA,
    Column(
        "name",
        PlainText,
        primary_key=True,
        doc="what is counted; `run:2026-02-08` the runs of a day, `runs_failed` those that failed, `searches_failed` searches that failed",
    ),
    Column("value", BigInteger, nullable=False, doc="last number given"),
)

IDEMPOTENCY_KEYS = Table(
    "idempotency_keys",
    METADATA,
    Column("profile", PlainText, primary_key=True, doc="whose key"),
    Column("key", PlainText, primary_key=True, doc="as the client sent it"),
    Column("request_hash", PlainText, nullable=False, doc="SHA-256 of the request that it came with first"),
    Column("run_id", PlainText, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, doc="the answer; gone with the run"),
    Column("created_at", UtcInstant, nullable=False, doc="first use"),
    Index(None, "run_id"),
)

PROFILES = Table(
    "profiles",
    METADATA,
    Column("name", PlainText, primary_key=True, doc="`default`, or what X-Bokgi-Profile says"),
    Column("stock_mode", PlainText, nullable=False, server_default=text("'all'"), doc="all, filtered or specific"),
    Column("updated_at", UtcInstant, nullable=False, doc="latest change of mode or lists"),
)

LISTED_STOCKS = Table(
    "listed_stocks",
    METADATA,
    Column("profile", PlainText, ForeignKey("profiles.name", ondelete="CASCADE"), primary_key=True, doc="whose list"),
    Column("list", PlainText, primary_key=True, doc="specific, blacklist or whitelist"),
    Column("code", PlainText, primary_key=True, doc="stock code"),
    Column("position", Integer, nullable=False, doc="order in which the codes were added"),
)

STRATEGY_CONFIGS = Table(
    "strategy_configs",
    METADATA,
    Column("id", PlainText, primary_key=True, doc="cfg-<number>"),
    Column("profile", PlainText, nullable=False, doc="whose configuration"),
    Column("name", PlainText, nullable=False, doc="unique in the profile"),
    Column("strategy", PlainText, nullable=False, doc="name of the strategy"),
    Column("params", JSON, nullable=False, doc="its parameters"),
    Column("extra", JSON, nullable=False, server_default=_OBJECT, doc="other fields of a request"),
    Column("created_at", UtcInstant, nullable=False, doc="first saved"),
    Column("updated_at", UtcInstant, nullable=False, doc="latest change"),
    UniqueConstraint("profile", "name"),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", PlainText, primary_key=True, doc="fb-<number>"),
    Column("order_number", BigInteger, nullable=False, doc="rises with every message"),
    Column("profile", PlainText, nullable=False, doc="who wrote"),
    Column("kind", PlainText, nullable=False, doc="as the page offers it"),
    Column("text", PlainText, nullable=False, doc="the message"),
    Column("page", PlainText, nullable=False, server_default=_EMPTY, doc="page it was written on"),
    Column("version", PlainText, nullable=False, server_default=_EMPTY, doc="release of the page"),
    Column("contact", PlainText, nullable=False, server_default=_EMPTY, doc="where to answer, if given"),
    Column("created_at", UtcInstant, nullable=False, doc="when it came"),
    Column("status", PlainText, nullable=False, server_default=text("'new'"), doc="new, until somebody dealt with it"),
    Index(None, "order_number", unique=True),
)

WORKERS = Table(
    "workers",
    METADATA,
    Column("worker_id", PlainText, primary_key=True, doc="name of the worker process"),
    Column("release", PlainText, nullable=False, doc="release it runs"),
    Column("pid", Integer, nullable=False, doc="process id on its host"),
    Column("host", PlainText, nullable=False, doc="machine"),
    Column("state", PlainText, nullable=False, doc="starting, ready or draining"),
    Column("beats", BigInteger, nullable=False, doc="rises with every heartbeat; readers judge by its change"),
    Column("started_at", UtcInstant, nullable=False, doc="by the worker's clock"),
    Column("seen_at", UtcInstant, nullable=False, doc="latest heartbeat by the worker's clock; for people"),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", PlainText, primary_key=True, doc="im-<number>"),
    Column("order_number", BigInteger, nullable=False, doc="rises with every upload"),
    Column("profile", PlainText, nullable=False, doc="who uploaded"),
    Column("file_name", PlainText, nullable=False, doc="as the page named it, made harmless"),
    Column("path", PlainText, nullable=False, doc="where the file waits until it is imported"),
    Column("size_bytes", BigInteger, nullable=False, doc="size of the file"),
    Column("hints", JSON, nullable=False, doc="what the person said of the file"),
    Column("status", PlainText, nullable=False, server_default=text("'queued'"), doc="queued, running, completed, failed or cancelled"),
    Column("report", JSON, nullable=False, server_default=text("'[]'"), doc="an entry a file: what was taken, what was refused and why"),
    Column("error", JSON(none_as_null=True), doc="code, english, korean, field"),
    Column("created_at", UtcInstant, nullable=False, doc="when it was uploaded"),
    Column("finished_at", UtcInstant, doc="end, whatever it was"),
    Index(None, "order_number", unique=True),
    Index(None, "status"),
)

SEARCHES = Table(
    "searches",
    METADATA,
    Column("id", PlainText, primary_key=True, doc="se-<day in Korea>-<number of the day>"),
    Column("order_number", BigInteger, nullable=False, doc="rises with every search"),
    Column("profile", PlainText, nullable=False, doc="whose search"),
    Column("origin", PlainText, nullable=False, server_default=text("'user'"), doc="user or smoke"),
    Column("status", PlainText, nullable=False, doc="queued, running, completed, failed or cancelled"),
    Column("strategy", PlainText, nullable=False, server_default=_EMPTY, doc="name of the strategy"),
    Column("stock_mode", PlainText, nullable=False, doc="all, filtered or specific"),
    Column("request", JSON, nullable=False, doc="as it was asked"),
    Column("resolved", JSON, nullable=False, doc="what is computed: every default and every code written out"),
    Column("data_versions", JSON, nullable=False, doc="version of the bars by interval"),
    Column("release", PlainText, nullable=False, doc="release that took the search"),
    Column("created_at", UtcInstant, nullable=False, doc="when it was stored"),
    Column("started_at", UtcInstant, doc="first part that a worker took"),
    Column("finished_at", UtcInstant, doc="end, whatever it was"),
    Column("lanes", Integer, nullable=False, server_default=text("1"), doc="jobs that take parts: so many workers may share it"),
    Column("total_symbols", Integer, nullable=False, server_default=_ZERO, doc="instruments to search"),
    Column("cancel_requested_at", UtcInstant, doc="somebody asked for the end"),
    Column("partial", Boolean, nullable=False, server_default=false(), doc="the result holds a part of the instruments"),
    Column("headline", JSON, nullable=False, server_default=_OBJECT, doc="stocks of each verdict, for the history"),
    Column("result_hash", PlainText, doc="SHA-256 of the result"),
    Column("error", JSON(none_as_null=True), doc="code, english, korean, field"),
    Index(None, "order_number", unique=True),
    Index(None, "status"),
)

SEARCH_PARTS = Table(
    "search_parts",
    METADATA,
    Column("search_id", PlainText, ForeignKey("searches.id", ondelete="CASCADE"), primary_key=True, doc="the search"),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="from 0, in order of the instruments"),
    Column("first_symbol", Integer, nullable=False, doc="place of its first instrument among those of the search"),
    Column("end_symbol", Integer, nullable=False, doc="place behind its last one"),
    Column("status", PlainText, nullable=False, server_default=text("'queued'"), doc="queued, running or completed"),
    Column("lane", Integer, doc="job that took it last"),
    Column("worker_id", PlainText, doc="worker that took it last"),
    Column("attempt", Integer, nullable=False, server_default=_ZERO, doc="takings so far; writes of earlier ones are refused"),
    Column("completed_symbols", Integer, nullable=False, server_default=_ZERO, doc="instruments searched, never falls"),
    Column("current_code", PlainText, nullable=False, server_default=_EMPTY, doc="instrument searched last"),
    Column("trials", BigInteger, nullable=False, server_default=_ZERO, doc="trials so far, never falls"),
    Column("elapsed_seconds", Float, nullable=False, server_default=_ZERO, doc="time of work over all takings, never falls"),
)

SCHEMA_TERMS = Table(
    "schema_terms",
    METADATA,
    Column("name", PlainText, primary_key=True, doc="`oldest_reader`"),
    Column("value", PlainText, nullable=False, doc="oldest migration whose release can use these tables"),
)
