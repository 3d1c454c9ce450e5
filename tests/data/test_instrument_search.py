"""Search: what people type finds what they mean, first things first, and no input breaks it."""

import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.data.importers.entry import import_path
from bokgi.data.instrument_catalog import catalog_version, search_entries
from bokgi.data.instrument_search import InstrumentIndex, SearchEntry
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.instruments import SearchLimitInvalid, SearchTextInvalid
from bokgi.market.instruments import Kind
from tests.services.small_store import store_with

ENTRIES = (
    SearchEntry("005935", "삼성전자우", "SamsungElectronics(1P)", "KOSPI", Kind.PREFERRED),
    SearchEntry("005930", "삼성전자", "SamsungElectronics", "KOSPI"),
    SearchEntry("009150", "삼성전기", "SamsungElectroMechanics", "KOSPI"),
    SearchEntry("018260", "삼성에스디에스", "SAMSUNG SDS CO., LTD.", "KOSPI"),
    SearchEntry("000660", "SK하이닉스", "SK hynix", "KOSPI"),
    SearchEntry("003410", "쌍용C&E", "SSANGYONG C&E", "KOSPI", is_listed=False),
    SearchEntry("011810", "삼선전자", "", "KOSPI", is_listed=False),
    SearchEntry("00104K", "CJ4우(전환)", "CJ(4PC)", "KOSPI", Kind.PREFERRED),
    SearchEntry("0126Z0", "삼성에피스홀딩스", "SAMSUNG EPIS HOLDINGS", "KOSPI"),
    SearchEntry("035720", "카카오", "Kakao", "KOSPI"),
    SearchEntry("016170", "카카오M", "Kakao M", "KOSDAQ", is_listed=False),
    SearchEntry("323410", "카카오뱅크", "KakaoBank", "KOSPI", has_bars=True),
    SearchEntry("377300", "카카오페이", "Kakao Pay", "KOSPI"),
    SearchEntry("003550", "LG", "LG", "KOSPI"),
    SearchEntry("066570", "LG전자", "LG Electronics", "KOSPI"),
    SearchEntry("069500", "KODEX 200", "Samsung KODEX 200 ETF", "KOSPI", Kind.ETF),
    SearchEntry("BRK.B", "", "Berkshire Hathaway", "FOREIGN", Kind.FOREIGN, has_bars=True),
)
INDEX = InstrumentIndex(ENTRIES)


def found(text: str, limit: int = 20) -> list[str]:
    return [entry.name or entry.code for entry in INDEX.search(text, limit)]


@pytest.mark.parametrize("text", ["005930", "A005930", "a005930", " 005930 ", "005930.KS", "005930.kq"])
def test_a_code_in_any_writing_finds_its_instrument_first(text: str) -> None:
    assert found(text)[0] == "삼성전자"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0059", ["삼성전자", "삼성전자우"]),
        ("a0059", ["삼성전자", "삼성전자우"]),
        ("5930", ["삼성전자"]),
        ("0126z0", ["삼성에피스홀딩스"]),
        ("00104k", ["CJ4우(전환)"]),
        ("126Z", ["삼성에피스홀딩스"]),
        ("brk.b", ["BRK.B"]),
    ],
)
def test_the_beginning_and_a_part_of_a_code_find_it(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["삼성전자", "삼성 전자", "삼 성전 자", unicodedata.normalize("NFD", "삼성전자"), "(주)삼성전자", "㈜삼성전자"]
)
def test_a_name_is_found_whatever_its_spaces_and_its_form(text: str) -> None:
    assert found(text) == ["삼성전자", "삼성전자우"]


@pytest.mark.parametrize(
    "text",
    ["SK하이닉스", "sk하이닉스", "Sk 하이닉스", "ＳＫ하이닉스", "에스케이하이닉스", "에스케이 하이닉스", "하이닉스", "hynix", "닉스"],
)
def test_letters_their_korean_names_and_parts_find_a_name(text: str) -> None:
    assert found(text) == ["SK하이닉스"]


def test_a_name_in_letter_names_is_found_by_its_letters() -> None:
    assert found("삼성sds") == ["삼성에스디에스"]
    assert found("엘지전자") == ["LG전자"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ㅅㅅㅈㅈ", ["삼성전자", "삼선전자", "삼성전자우"]),
        ("ㅅㅅㅈㄱ", ["삼성전기"]),
        ("ㅆㅇ", ["쌍용C&E", "삼성에스디에스", "삼성에피스홀딩스"]),
        ("ㅆㅈㅈ", ["삼성전자", "삼선전자", "삼성전자우"]),
        ("skㅎㅇ", ["SK하이닉스"]),
        ("ㅎㅇㄴㅅ", ["SK하이닉스"]),
        ("삼ㅅ전ㄱ", ["삼성전기"]),
        ("ㅋㅋㅇㅂ", ["카카오뱅크"]),
    ],
)
def test_initial_consonants_find_a_name(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ["삼ㅅ", "삼성ㅈ", "삼서", "삼성저", "삼성전ㅈ", "ㅅ성전자", "ㅅㅏㅁㅅㅓㅇㅈㅓㄴ"])
def test_what_is_typed_half_finds_what_it_may_become(text: str) -> None:
    assert "삼성전자" in found(text)
    assert "카카오" not in found(text)


def test_a_final_that_becomes_the_next_initial_is_typed_half_too() -> None:
    assert found("캌") == ["카카오뱅크", "카카오", "카카오페이", "카카오M"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("samsung elec", "삼성전자"),
        ("Samsung Electronics", "삼성전자"),
        ("electronics samsung", "삼성전자"),
        ("electromech", "삼성전기"),
        ("kodex 200", "KODEX 200"),
        ("kodex200", "KODEX 200"),
        ("200 kodex", "KODEX 200"),
        ("berkshire", "BRK.B"),
    ],
)
def test_english_words_find_it_in_any_order(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_exact_comes_before_beginning_and_bars_listing_and_kind_decide_the_rest() -> None:
    assert found("카카오") == ["카카오", "카카오뱅크", "카카오페이", "카카오M"]
    assert found("lg") == ["LG", "LG전자"]
    assert found("삼성전자")[-1] == "삼성전자우"
    assert found("전자") == ["LG전자", "삼성전자", "삼선전자", "삼성전자우"]


def test_the_order_of_the_entries_does_not_matter() -> None:
    again = InstrumentIndex(reversed(ENTRIES))
    for text in ("삼성", "ㅅ", "0", "a", "samsung", "카", "ㅋㅋ"):
        assert again.search(text, 20) == INDEX.search(text, 20)


def test_hits_are_no_more_than_asked_and_the_first_ones() -> None:
    everything = found("s", 100)
    assert len(everything) == len(set(everything)) > 3
    for limit in range(1, len(everything) + 1):
        assert found("s", limit) == everything[:limit]


def test_an_index_of_nothing_finds_nothing() -> None:
    assert InstrumentIndex(()).search("삼성", 20) == ()


@pytest.mark.parametrize("text", [".*", "[", "(", "\\", "\x00", "%_'\";--", "\x07", "\ud800", "🙂", "..", "^$"])
def test_signs_that_are_no_letters_find_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["\x00삼성전자\x00", "삼성전자.*", "(삼성)전자", "삼성\n전자", "삼성\x1f전자", "삼성_전자", "%삼성전자%"])
def test_signs_that_are_no_letters_are_passed_over(text: str) -> None:
    assert found(text) == ["삼성전자", "삼성전자우"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "가" * 101, "a" * 10_000, None, 5, b"\x00"])
def test_what_cannot_be_searched_is_refused_with_the_field(text: object) -> None:
    with pytest.raises(SearchTextInvalid) as refused:
        INDEX.search(text)  # type: ignore[arg-type]  # on purpose
    assert refused.value.field == "q"
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("limit", [0, -1, 101, 2.5, True, None, "20"])
def test_a_limit_that_is_no_number_of_hits_is_refused(limit: object) -> None:
    with pytest.raises(SearchLimitInvalid) as refused:
        INDEX.search("삼성", limit)  # type: ignore[arg-type]  # on purpose
    assert refused.value.field == "limit"


@given(st.text(max_size=120))
def test_any_text_gives_entries_or_an_input_error(text: str) -> None:
    with suppress(SearchTextInvalid):
        assert set(INDEX.search(text, 5)) <= set(ENTRIES)


@given(st.sampled_from(ENTRIES), st.data())
def test_every_beginning_of_a_name_finds_it_in_whole_and_in_initials(entry: SearchEntry, data: st.DataObject) -> None:
    name = entry.name or entry.name_en
    length = data.draw(st.integers(1, len(name)))
    assert entry in INDEX.search(name[:length], 100)


def test_the_catalog_lists_the_master_and_the_store_and_its_version_changes_with_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    empty = catalog_version(Store(home), Master.read(home))
    store, master = store_with(home, {"005930": 70_000.0})
    first = catalog_version(store, master)
    assert first != empty
    assert search_entries(store, master) == (SearchEntry("005930", "005930", "", "KOSPI", has_bars=True),)
    listed = tmp_path / "base_info_2026-04-14.csv"
    header = "ISU_CD,ISU_SRT_CD,ISU_NM,ISU_ABBRV,ISU_ENG_NM,LIST_DD,MKT_TP_NM,SECUGRP_NM,SECT_TP_NM,KIND_STKCERT_TP_NM,PARVAL,LIST_SHRS\n"
    listed.write_text(
        header + "KR7005930003,005930,삼성전자보통주,삼성전자,SamsungElectronics,1975/06/11,KOSPI,주권,,보통주,100,1\n", "utf-8"
    )
    import_path(store, listed)
    assert catalog_version(store, Master.read(home)) != first
    assert search_entries(store, Master.read(home)) == (SearchEntry("005930", "삼성전자", "SamsungElectronics", "KOSPI", has_bars=True),)


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> InstrumentIndex:
    home = tmp_path_factory.mktemp("search")
    import_path(Store(home), shared_data / "kr_master")
    return InstrumentIndex(search_entries(Store(home), Master.read(home)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ㅅㅅㅈㅈ", "005930"),
        ("samsung elec", "005930"),
        ("삼성 전자", "005930"),
        ("에스케이하이닉스", "000660"),
        ("skㅎㅇㄴㅅ", "000660"),
        ("naver", "035420"),
        ("현대차", "005380"),
        ("ㅎㄷㅊ", "005380"),
        ("엘지화학", "051910"),
        ("카카오", "035720"),
        ("0126z0", "0126Z0"),
        ("삼성sds", "018260"),
        ("posco홀딩스", "005490"),
    ],
)
def test_real_names_are_found_first(real: InstrumentIndex, text: str, code: str) -> None:
    assert real.search(text, 20)[0].code == code


def test_real_preferred_and_delisted_issues_come_after_the_common_listed_ones(real: InstrumentIndex) -> None:
    ranks = [(hit.kind is Kind.PREFERRED, not hit.is_listed) for hit in real.search("삼성", 100) if hit.name.startswith("삼성")]
    assert ranks == sorted(ranks)
    assert (True, False) in ranks
    assert (False, True) in ranks
