"""Search for instruments by code, Korean name, initial consonants and English name.

Convention: every way of matching has a column: the keys of all instruments in one long text, a line each, ordered as hits shall come.
Finding is then Python's own substring search over that text, and it ends as soon as there are enough hits.

Best first: exact code, exact name; then what begins with the text, then words that do, then what holds it. Within each of these: common
before preferred, listed before delisted, with bars before without, shorter keys before longer, and by code.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from bokgi.data.hangul import composed, has_hangul, has_jamo, initials, parted_consonants, single_consonants, spelled, strokes
from bokgi.errors.instruments import SearchLimitInvalid, SearchTextInvalid
from bokgi.market.codes import normalised_code
from bokgi.market.instruments import Kind

LONGEST_TEXT = 100
LARGEST_LIMIT = 100
_LINE, _WORD = "\n", "\x1f"
"""What lines and words begin with; neither is left in a key."""
_NO_SIGN = re.compile(r"[\W_]+")
_NAME_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_ENGLISH_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_COMPANY = re.compile(r"^(\(주\)|주식회사\s*|㈜)|(\(주\)|㈜)$")
_PREFIXED_CODE = re.compile(r"a(?=[0-9]{2})")


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One instrument as a search shows it; `market` is its board. It is found by its former names, too, after all others."""

    code: str
    name: str
    name_en: str = ""
    market: str = ""
    kind: Kind = Kind.STOCK
    is_listed: bool = True
    has_bars: bool = False
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hit:
    """`entry` is a place in the index's list; the key was found at `place` of the column's text, in `line`."""

    entry: int
    line: int
    place: int


class _Column:
    """Keys of all entries as one text, in the order of the hits."""

    def __init__(self, lines: Sequence[str], entries: Sequence[int]) -> None:
        self.text = _LINE + _LINE.join(lines) + _LINE
        self.entries = entries
        self._starts = array("q", accumulate((len(line) + 1 for line in lines), initial=0))

    @classmethod
    def ordered(cls, keys: Sequence[str], order: Sequence[int]) -> "_Column":
        """The key of each entry, given by entry, in an order."""
        return cls([keys[entry] for entry in order], order)

    def hits(self, sought: str) -> Iterator[_Hit]:
        """One hit a line, in order."""
        place = self.text.find(sought)
        while place >= 0:
            line = bisect_right(self._starts, place) - 1
            yield _Hit(self.entries[line], line, place)
            place = self.text.find(sought, self._starts[line + 1])

    def matches(self, sought: str) -> Iterator[int]:
        """The entries alone."""
        return (hit.entry for hit in self.hits(sought))

    def count(self, sought: str) -> int:
        return self.text.count(sought)

    def line(self, number: int) -> str:
        """The text of a line."""
        return self.text[self._starts[number] + 1 : self._starts[number + 1]]

    def translated(self, by: Callable[[str], str]) -> "_Column":
        """The same lines in other signs; their lengths may change."""
        return _Column(by(self.text)[1:-1].split(_LINE), self.entries)


class InstrumentIndex:
    """An index that never changes: a new one is made when the instruments change. Threads may share it."""

    def __init__(self, entries: Iterable[SearchEntry]) -> None:
        self._entries = tuple(entries)
        self._codes = {entry.code: place for place, entry in enumerate(self._entries)}
        names = [_plain_name(entry.name) for entry in self._entries]
        by_name, self._name = self._columned(names)
        self._name_words = _Column.ordered([_later_words(entry.name, _NAME_WORDS) for entry in self._entries], by_name)
        english = [_squeezed(composed(entry.name_en)) for entry in self._entries]
        by_english, self._english = self._columned(english)
        self._english_words = _Column.ordered([_later_words(entry.name_en, _ENGLISH_WORDS) for entry in self._entries], by_english)
        codes = [_squeezed(composed(entry.code)) for entry in self._entries]
        self._code = self._columned(codes)[1]
        everything = [f"{name} {word} {code}" for name, word, code in zip(names, english, codes, strict=True)]
        self._everything = _Column.ordered(everything, by_name)
        former = ["".join(_WORD + _plain_name(name) for name in entry.former_names) for entry in self._entries]
        self._former = _Column.ordered(former, by_name)
        self._spelled = self._name.translated(spelled)
        self._strokes = self._name.translated(strokes)
        self._initials = self._name.translated(initials)
        self._word_initials = self._name_words.translated(initials)
        self._single_initials = self._initials.translated(single_consonants)

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, text: str, limit: int = 20) -> tuple[SearchEntry, ...]:
        """The best entries for what was typed, best first.

        Raises
        ------
        SearchTextInvalid
            Not a text, empty, or longer than 100 characters.
        SearchLimitInvalid
            `limit` is no whole number from 1 to 100.
        """
        _check(text, limit)
        found = dict.fromkeys(islice(_without_repeats(self._matches(text)), limit))
        return tuple(self._entries[place] for place in found)

    def _columned(self, keys: Sequence[str]) -> tuple[list[int], _Column]:
        """The keys in the order of their hits."""
        entries = self._entries
        rank = [(entry.kind is Kind.PREFERRED, not entry.is_listed, not entry.has_bars) for entry in entries]
        order = sorted(range(len(entries)), key=lambda place: (rank[place], len(keys[place]), keys[place], entries[place].code, place))
        return order, _Column.ordered(keys, order)

    def _matches(self, text: str) -> Iterator[int]:
        """Places in the order of the ranking, with repeats."""
        typed = composed(_COMPANY.sub("", text.strip()))
        sought = _squeezed(typed)
        if not sought:
            return
        yield from self._by_code(text)
        if has_jamo(sought):
            yield from self._by_jamo(sought)
        else:
            yield from self._by_name(sought)
        yield from self._by_words(typed)
        yield from self._former.matches(_WORD + sought)

    def _by_code(self, text: str) -> Iterator[int]:
        exact = self._codes.get(normalised_code(text))
        if exact is not None:
            yield exact

    def _by_name(self, sought: str) -> Iterator[int]:
        """Exact, beginning, beginning of a word, part; in each of them name, code, letter names, English name."""
        name, code, spoken, english = (self._holding(keys) for keys in self._keys(sought))
        for column, key in (*name, *spoken, *english):
            yield from column.matches(f"{_LINE}{key}{_LINE}")
        for column, key in (*name, *code, *spoken, *english):
            yield from column.matches(_LINE + key)
        for column in (self._name_words, self._english_words):
            yield from column.matches(_WORD + sought)
        yield from self._by_strokes(sought)
        for column, key in (*name, *spoken, *english, *code):
            yield from column.matches(key)

    def _keys(self, sought: str) -> Iterator[list[tuple[_Column, str]]]:
        """What to look for in the columns of names, codes, letter names and English names."""
        aloud = spelled(sought)
        is_code = sought.isascii() and any(sign.isdigit() for sign in sought)
        yield [(self._name, sought)]
        yield [(self._code, key) for key in dict.fromkeys((sought, _PREFIXED_CODE.sub("", sought, count=1)))] if is_code else []
        yield [(self._spelled, aloud)] if has_hangul(aloud) else []
        yield [(self._english, sought)]

    @staticmethod
    def _holding(keys: Iterable[tuple[_Column, str]]) -> list[tuple[_Column, str]]:
        """Those found at all: most columns are then passed over after one look."""
        return [(column, key) for column, key in keys if key in column.text]

    def _by_strokes(self, sought: str) -> Iterator[int]:
        """What was typed half: 삼서, or 간 on the way to 가나."""
        if has_hangul(sought[-1]):
            yield from self._strokes.matches(_LINE + strokes(sought))

    def _by_jamo(self, sought: str) -> Iterator[int]:
        """Initial consonants, alone or among syllables (삼ㅅ, 삼성ㅈ, skㅎㅇ)."""
        typed = parted_consonants(sought)
        firsts, doubles = initials(typed), single_consonants(initials(typed))
        is_pure = firsts == typed
        for column, source, key in (
            (self._initials, self._name, f"{_LINE}{firsts}{_LINE}"),
            (self._initials, self._name, _LINE + firsts),
            (self._word_initials, self._name_words, _WORD + firsts),
            (self._initials, self._name, firsts),
        ):
            offset = key.index(firsts)
            for hit in column.hits(key):
                if is_pure or _agrees(source.text, hit.place + offset, typed):
                    yield hit.entry
        yield from self._strokes.matches(_LINE + strokes(sought))
        if is_pure:
            yield from self._single_initials.matches(_LINE + doubles)

    def _by_words(self, typed: str) -> Iterator[int]:
        """All words somewhere in code and names, in any order."""
        words = {word for word in _NO_SIGN.split(typed) if word}
        if len(words) > 1:
            rarest, *others = sorted(words, key=self._everything.count)
            for hit in self._everything.hits(rarest):
                line = self._everything.line(hit.line)
                if all(word in line for word in others):
                    yield hit.entry


def _check(text: object, limit: object) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
        raise SearchTextInvalid(text, LONGEST_TEXT)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= LARGEST_LIMIT:
        raise SearchLimitInvalid(limit, LARGEST_LIMIT)


def _without_repeats(places: Iterable[int]) -> Iterator[int]:
    seen: set[int] = set()
    for place in places:
        if place not in seen:
            seen.add(place)
            yield place


def _squeezed(text: str) -> str:
    """Letters, digits and Hangul alone."""
    return _NO_SIGN.sub("", text)


def _plain_name(name: str) -> str:
    return _squeezed(composed(_COMPANY.sub("", name)))


def _later_words(name: str, words: re.Pattern[str]) -> str:
    """The name from its second word on, from its third on, and so forth: what is typed may go on over the next words."""
    found = [_squeezed(composed(word)) for word in words.findall(_COMPANY.sub("", name))]
    rests = list(accumulate(reversed(found), lambda rest, word: word + rest))
    return "".join(_WORD + rest for rest in reversed(rests[:-1]))


def _agrees(text: str, place: int, typed: str) -> bool:
    """Whether each sign is the same there, a consonant standing for every syllable that begins with it."""
    return all(sign == there or sign == initials(there) for sign, there in zip(typed, text[place : place + len(typed)], strict=False))
