"""Speed and memory of the search for instruments, over 20,000 generated ones.

Run: `.venv/bin/python -m benchmarks.instrument_search`. Names are joined from words of real trades at random, with a fixed seed;
queries are what people type on the way to a name: its beginning sign by sign, initial consonants, half-typed syllables, English words,
codes, and texts that find nothing.
"""

import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.measuring import Timing, timed
from benchmarks.rows import Row, below_row
from bokgi.data.hangul import initials
from bokgi.data.instrument_search import InstrumentIndex, SearchEntry
from bokgi.market.instruments import Kind

INSTRUMENTS, QUERIES, SEED = 20_000, 4_000, 11
SEARCH_AIM_SECONDS, BUILD_AIM_SECONDS = 0.005, 1.0
_HEADS = (
    *(
        "삼성",
        "현대",
        "한국",
        "대한",
        "동양",
        "신세계",
        "롯데",
        "한화",
        "두산",
        "효성",
        "카카오",
        "셀트리온",
        "미래",
        "우리",
        "하나",
        "신한",
    ),
    *("SK", "LG", "CJ", "GS", "KT", "LS", "DB", "HD", "KODEX ", "TIGER ", "쌍용", "유진", "태광", "남양", "동원", "삼양", "에스케이"),
)
_TRADES = (
    *(
        "전자",
        "화학",
        "건설",
        "증권",
        "생명",
        "화재",
        "제약",
        "바이오",
        "물산",
        "중공업",
        "에너지",
        "솔루션",
        "홀딩스",
        "반도체",
        "모빌리티",
    ),
    *(
        "푸드",
        "리테일",
        "엔터",
        "로직스",
        "디스플레이",
        "케미칼",
        "시멘트",
        "제지",
        "해운",
        "항공",
        "통신",
        "소프트",
        "게임즈",
        "머티리얼즈",
    ),
)
_ENGLISH = (
    "Samsung",
    "Hyundai",
    "Korea",
    "United",
    "Global",
    "Electronics",
    "Chemical",
    "Bio",
    "Holdings",
    "Energy",
    "Solution",
    "Materials",
)


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """Seconds of each query and of building; bytes that the index holds."""

    queries: Timing
    slowest: str
    build_seconds: float
    memory_bytes: int

    def percentile(self, share: float) -> float:
        """Seconds within which that share of the queries was answered."""
        return sorted(self.queries.seconds)[min(int(len(self.queries.seconds) * share), len(self.queries.seconds) - 1)]


def generated_entries(count: int) -> list[SearchEntry]:
    """Instruments with Korean and English names; every tenth is a preferred share, every fourth is not listed any more."""
    chance = random.Random(SEED)  # names, not secrets
    made = []
    for number in range(count):
        kind = Kind.PREFERRED if number % 10 == 9 else Kind.STOCK
        tail = chance.choice(("", "", "테크", "시스템", f"{number % 97}호"))
        name = chance.choice(_HEADS) + chance.choice(_TRADES) + tail + ("우" if kind is Kind.PREFERRED else "")
        name_en = " ".join(chance.sample(_ENGLISH, 3)) + (" Co., Ltd." if number % 2 else "")
        board = chance.choice(("KOSPI", "KOSDAQ"))
        made.append(SearchEntry(f"{number * 43 % 10_000:04d}{number // 10_000}{number % 10}", name, name_en, board, kind, number % 4 != 0))
    return made


def generated_queries(entries: list[SearchEntry], count: int) -> Iterator[str]:
    """What is typed, in turns: a name sign by sign, initials, half of a syllable, English, a code, nothing that is there."""
    chance = random.Random(SEED + 1)  # no secrets
    for number in range(count):
        entry = chance.choice(entries)
        cut = chance.randint(1, len(entry.name))
        words = entry.name_en.split()
        yield (
            entry.name[:cut],
            initials(entry.name[:cut]),
            entry.name[: cut - 1] + initials(entry.name[cut - 1]),
            " ".join(word[: chance.randint(1, 7)].lower() for word in chance.sample(words, 2)),
            entry.code[: chance.randint(1, 6)],
            entry.name[cut - 1 :] + chance.choice(("", "뷁", " zq")),
        )[number % 6]


def search_figures(instruments: int = INSTRUMENTS, queries: int = QUERIES) -> SearchFigures:
    """Build an index, ask it, and weigh it."""
    entries = generated_entries(instruments)
    build_seconds = min(timed(lambda: InstrumentIndex(entries)) for _ in range(3))
    tracemalloc.start()
    index = InstrumentIndex(entries)
    memory_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    texts = [text for text in generated_queries(entries, queries) if text.strip()]
    seconds = [timed(lambda text=text: index.search(text, 20)) for text in texts]  # type: ignore[misc]  # a default binds the text of this turn
    slowest = texts[max(range(len(texts)), key=seconds.__getitem__)]
    return SearchFigures(Timing(tuple(seconds)), slowest, build_seconds, memory_bytes)


def search_rows() -> Iterator[Row]:
    """Rows of the table of benchmarks."""
    figures = search_figures()
    case = f"Search among {INSTRUMENTS:,} instruments"
    for name, share in (("half of the queries", 0.5), ("99 of 100 queries", 0.99)):
        seconds = figures.percentile(share)
        said = f"{seconds * 1e3:.2f} ms ({len(figures.queries.seconds):,} queries)"
        yield below_row(f"{case}: {name} within", seconds, said, SEARCH_AIM_SECONDS, "5 ms")
    said = f"{figures.build_seconds:.2f} s, {figures.memory_bytes / 1e6:.1f} MB"
    yield below_row(f"{case}: building the index", figures.build_seconds, said, BUILD_AIM_SECONDS, "1 s")


def main() -> None:
    """Print the figures."""
    figures = search_figures()
    median, high, most = (figures.percentile(share) * 1e3 for share in (0.5, 0.99, 1.0))
    asked = len(figures.queries.seconds)
    print(f"{asked:,} queries of {INSTRUMENTS:,} instruments: p50 {median:.2f} ms, p99 {high:.2f} ms, most {most:.2f} ms")
    print(f"slowest: {figures.slowest!r}")
    print(f"building: {figures.build_seconds:.2f} s, memory {figures.memory_bytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
