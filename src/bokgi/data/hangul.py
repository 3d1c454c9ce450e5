"""Hangul for search: initial consonants, key strokes, and letters of the Latin alphabet read aloud.

Convention: consonants and vowels that stand alone are compatibility jamo (U+3131..U+3163), as keyboards give them; syllables are composed
(NFC). `initials` keeps the length of a text, one sign a sign, so that places in both are the same.
"""

import re
import unicodedata

_FIRST, _LAST = 0xAC00, 0xD7A3
_VOWELS, _FINALS = 21, 28
_CHOSEONG = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_JUNGSEONG = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_JONGSEONG: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_STROKES = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ", "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
}  # fmt: skip
"""Jamo that two key strokes make. A keyboard joins consonants of two syllables into them, too: ㅅ after ㄱ gives ㄳ."""
_DOUBLES = {"ㄲ": "ㄱㄱ", "ㄸ": "ㄷㄷ", "ㅃ": "ㅂㅂ", "ㅆ": "ㅅㅅ", "ㅉ": "ㅈㅈ"}
_LETTERS = {
    "a": "에이", "b": "비", "c": "씨", "d": "디", "e": "이", "f": "에프", "g": "지", "h": "에이치", "i": "아이", "j": "제이", "k": "케이",
    "l": "엘", "m": "엠", "n": "엔", "o": "오", "p": "피", "q": "큐", "r": "알", "s": "에스", "t": "티", "u": "유", "v": "브이",
    "w": "더블유", "x": "엑스", "y": "와이", "z": "제트",
}  # fmt: skip
_SPELLINGS = (("에치", "에이치"), ("더블류", "더블유"), ("아르", "알"), ("지드", "제트"))
"""Other ways to write a letter's name, and ours."""
_ALONE = re.compile("[\u3131-\u3163]")
_HANGUL = re.compile("[\u3131-\u3163\uac00-\ud7a3]")


def _initial(code: int) -> str:
    return _CHOSEONG[(code - _FIRST) // (_VOWELS * _FINALS)]


def _syllable(code: int) -> str:
    place = code - _FIRST
    return _initial(code) + _JUNGSEONG[place // _FINALS % _VOWELS] + _JONGSEONG[place % _FINALS]


def _strokes_of(code: int) -> str:
    return "".join(_STROKES.get(jamo, jamo) for jamo in _syllable(code))


_SYLLABLES = range(_FIRST, _LAST + 1)
_TO_INITIALS = {code: _initial(code) for code in _SYLLABLES}
_TO_STROKES = {code: _strokes_of(code) for code in _SYLLABLES} | {ord(jamo): strokes for jamo, strokes in _STROKES.items()}
_TO_SINGLES = str.maketrans(_DOUBLES)
_TO_CONSONANTS = str.maketrans({jamo: strokes for jamo, strokes in _STROKES.items() if strokes[0] in _CHOSEONG})
_TO_LETTER_NAMES = str.maketrans(_LETTERS)
_CONJOINING = str.maketrans(
    {chr(0x1100 + place): jamo for place, jamo in enumerate(_CHOSEONG)}
    | {chr(0x1161 + place): jamo for place, jamo in enumerate(_JUNGSEONG)}
    | {chr(0x11A7 + place): jamo for place, jamo in enumerate(_JONGSEONG) if jamo}
)


def composed(text: str) -> str:
    """NFKC in lower case; jamo that stand alone stay so (NFKC itself would join ㅅ and ㅏ to 사)."""
    if text.isascii():
        return text.lower()
    whole = unicodedata.normalize("NFC", text)
    parts = [whole] if not _ALONE.search(whole) else list(whole)
    return (
        "".join(part if _ALONE.fullmatch(part) else unicodedata.normalize("NFKC", part) for part in parts).casefold().translate(_CONJOINING)
    )


def has_jamo(text: str) -> bool:
    """Whether a consonant or vowel stands alone."""
    return _ALONE.search(text) is not None


def has_hangul(text: str) -> bool:
    """Whether any sign is Hangul."""
    return _HANGUL.search(text) is not None


def initials(text: str) -> str:
    """Each syllable as its first consonant: 삼성전자 is ㅅㅅㅈㅈ; other signs stay."""
    return text.translate(_TO_INITIALS)


def strokes(text: str) -> str:
    """The keys that are pressed for a text: 삼성 is ㅅㅏㅁㅅㅓㅇ. What is typed half is the beginning of it, wherever a final stands."""
    return text.translate(_TO_STROKES)


def single_consonants(text: str) -> str:
    """Double consonants as two: for phones that join ㅅㅅ to ㅆ."""
    return text.translate(_TO_SINGLES)


def parted_consonants(text: str) -> str:
    """Consonants that a keyboard has joined, parted again: ㄳ is ㄱㅅ."""
    return text.translate(_TO_CONSONANTS)


def spelled(text: str) -> str:
    """Latin letters by their Korean names, in one way of writing them: sk하이닉스 and 에스케이하이닉스 are the same."""
    words = text.translate(_TO_LETTER_NAMES)
    for other, ours in _SPELLINGS:
        words = words.replace(other, ours)
    return words
