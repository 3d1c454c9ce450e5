"""Errors in the words of the command line: a field of the API becomes the option that was typed.

Convention: sentences of errors name fields as a request has them (`costs.commission_ppm`); a person at a terminal typed `--commission-ppm`.
Only templates and names are translated, never what the person gave.
"""

import re
import string

from bokgi.errors.base import BokgiError, Language

OPTIONS = {
    "costs.commission_ppm": "--commission-ppm",
    "costs.commission_on_buy": "--free-purchase",
    "costs.commission_unit_krw": "--commission-unit",
    "costs.fixed_tax_ppm": "--tax-ppm",
    "costs.plain_fee_ratio": "--fee-ratio",
    "fills.market": "--market",
    "fills.max_wait_minutes": "--max-wait",
    "fills.slippage_ticks": "--slippage-ticks",
    "fills.slippage_bps": "--slippage-bps",
    "fills.unpriced": "--unpriced",
    "fills.fractional_shares": "--fractional",
    "account.mode": "--account",
    "account.reinvest": "--reinvest",
    "initial_capital": "--capital",
    "start_date": "--start",
    "end_date": "--end",
    "risk_free_rate": "--risk-free",
    "check_all": "--check-all",
}
"""Fields of a request, by their paths, and the options of `bokgi backtest`."""
_WORDS = {path.rpartition(".")[2]: option for path, option in OPTIONS.items() if "_" in path.rpartition(".")[2]} | OPTIONS
_FIELD = re.compile("(?<![\\w.-])(" + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True)) + ")(?![\\w.])")
_PHRASES = (
    ("(unpriced: last_bar)", "(--unpriced last_bar)"),
    ("switch fractional shares off", "leave --fractional out"),
    ("소수점 주식을 끄거나", "--fractional을 빼거나"),
    ("Give slippage in basis points instead", "Give --slippage-bps instead"),
    ("베이시스 포인트로 지정하세요", "--slippage-bps로 지정하세요"),
    ("commission_ppm, tax", "commission_ppm, fixed_tax_ppm"),
    ("market을 'plain'으로", "--market plain으로"),
    ("시장을 'plain'으로", "--market plain으로"),
    ("need the market 'plain'", "need --market plain"),
    ("use market 'plain'", "use --market plain"),
    ("with market 'plain'", "with --market plain"),
    ("use mode 'shared'", "use --account shared"),
    ("'shared'로 정하세요", "--account shared로 정하세요"),
)
_PLAIN_WORDS = {"seed": "--seed", "interval": "--interval", "strategy": "--strategy", "stock_codes": "CODES"}
"""Fields that are words of sentences, too: translated where they stand as the name of a field."""
_GIVEN = ("given", "other_given", "path", "file", "problem")
"""Facts that hold a person's own words."""
_PARAMETERS = frozenset({"bad_parameter", "unknown_parameter", "contradicting_parameters", "time_unpriced"})
"""Situations whose names are parameters of a strategy; each of them is an option of its own."""
_PARAMETER = re.compile(r"^[a-z]\w*$")
_JOINED = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def option_sentence(error: BokgiError, language: Language) -> str:
    """The sentence of an error, with options where it names fields."""
    template = error.korean if language is Language.KOREAN else error.english
    facts = {name: value if name in _GIVEN else _translated(name, value, error) for name, value in error.facts.items()}
    return string.Formatter().vformat(in_options(template), (), facts)


def in_options(text: str) -> str:
    """Our own words with options in place of fields."""
    for phrase, ours in _PHRASES:
        text = text.replace(phrase, ours)
    return _FIELD.sub(lambda found: _WORDS[found[1]], text)


def _translated(name: str, value: object, error: BokgiError) -> object:
    if not isinstance(value, str):
        return value
    if error.code in _PARAMETERS and name in ("name", "other") and _PARAMETER.match(value):
        return "--" + value.replace("_", "-")
    if name == "name" and value in _PLAIN_WORDS:
        return _PLAIN_WORDS[value]
    if error.code == "unknown_parameter" and name.startswith("allowed"):
        return _JOINED.sub(lambda found: "--" + found[0].replace("_", "-"), value)
    return in_options(value)
