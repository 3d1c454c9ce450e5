"""The words and the weight of every fault of data. The counts are rows, bars or sessions, as the sentence says."""

from bokgi.data.faults import Fault, FaultKind, Severity
from bokgi.errors.base import Language

_NOTE, _WARNING, _ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR

FAULT_KINDS: dict[str, FaultKind] = {
    # Rows that were refused.
    "bad_prices": FaultKind(
        _ERROR,
        "{code}: 0 이하이거나 숫자가 아닌 가격 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows with a price that is negative, zero or no number were refused (e.g. {example}).",
    ),
    "bad_volume": FaultKind(
        _ERROR,
        "{code}: 음수이거나 숫자가 아닌 거래량 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows with a volume that is negative or no number were refused (e.g. {example}).",
    ),
    "absurd_dates": FaultKind(
        _ERROR,
        "{code}: 있을 수 없는 날짜 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows with an impossible date were refused (e.g. {example}).",
    ),
    "unreadable_times": FaultKind(
        _ERROR,
        "{code}: 날짜·시간을 읽을 수 없는 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows whose date or time cannot be read were refused (e.g. {example}).",
    ),
    "duplicate_conflicting": FaultKind(
        _ERROR,
        "{code}: 같은 시각에 값이 서로 다른 {count}행은 어느 것이 맞는지 알 수 없어 모두 버렸습니다(예: {example}).",
        "{code}: {count} rows of the same time contradict each other; all of them were refused (e.g. {example}).",
    ),
    "ohlc_inconsistent": FaultKind(
        _ERROR,
        "{code}: 고가·저가가 시가·종가와 맞지 않는 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows whose high and low do not hold open and close were refused (e.g. {example}).",
    ),
    "not_a_session": FaultKind(
        _ERROR,
        "{code}: 거래일이 아닌 날의 거래 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows with trading on days that are no sessions were refused (e.g. {example}).",
    ),
    # Rows that were dropped or changed.
    "phantom_rows": FaultKind(
        _WARNING,
        "{code}: 휴장일에 들어 있던 거래량 0인 유령 행 {count}개를 버렸습니다(예: {example}).",
        "{code}: {count} phantom zero-volume rows on days that are no sessions were dropped (e.g. {example}).",
    ),
    "rows_after_fetch": FaultKind(
        _WARNING,
        "{code}: 내려받은 시각보다 뒤의, 제공처가 지어낸 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows later than the fetch, invented by the source, were dropped (e.g. {example}).",
    ),
    "duplicate_identical": FaultKind(
        _WARNING,
        "{code}: 똑같이 되풀이된 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} repeated identical rows were dropped (e.g. {example}).",
    ),
    "rounding": FaultKind(
        _WARNING,
        "{code}: 수정주가 반올림으로 시가·종가가 고가·저가를 조금(0.35 % 이내) 벗어난 {count}행의 고가·저가를 넓혔습니다(예: {example}).",
        "{code}: rounding of adjusted prices put open or close just outside (at most 0.35 %) of high and low in {count} rows; "
        "the range was widened (e.g. {example}).",
    ),
    "outside_session": FaultKind(
        _NOTE,
        "{code}: 정규장 밖(장전·장후) {count}행은 가져오지 않았습니다(예: {example}).",
        "{code}: {count} rows before or after the regular session were left out (e.g. {example}).",
    ),
    "empty_rows": FaultKind(
        _NOTE,
        "{code}: 가격이 비어 있는 {count}행을 건너뛰었습니다(예: {example}).",
        "{code}: {count} rows without prices were skipped (e.g. {example}).",
    ),
    "out_of_order": FaultKind(
        _NOTE,
        "{code}: 시간 순서가 뒤섞인 {count}행을 시간순으로 정렬했습니다(예: {example}).",
        "{code}: {count} rows out of order were sorted by time (e.g. {example}).",
    ),
    "off_grid_times": FaultKind(
        _ERROR,
        "{code}: 봉 간격에 맞지 않는 시각의 {count}행을 버렸습니다(예: {example}).",
        "{code}: {count} rows at times off the grid of the interval were refused (e.g. {example}).",
    ),
    "repaired_block": FaultKind(
        _WARNING,
        "{code}: {first}~{last} 봉 {count}개의 값이 일정한 배율로 어긋나 고쳐 읽습니다({example}). 원래 값은 그대로 저장되어 있습니다.",
        "{code}: {count} bars from {first} to {last} are off by one factor and are read repaired ({example}); "
        "the original values stay stored.",
    ),
    "left_unrepaired": FaultKind(
        _WARNING,
        "{code}: {first}~{last} 봉 {count}개의 값이 일정한 배율로 어긋나 있으나 요청대로 고치지 않았습니다(고친다면: {example}).",
        "{code}: {count} bars from {first} to {last} are off by one factor and were left as they are, as asked (a repair would be: "
        "{example}).",
    ),
    "adjusted_by_factors": FaultKind(
        _NOTE,
        "{code}: 요청대로 {first}~{last} 봉 {count}개를 수정계수로 고쳐 읽습니다({example}). 거래된 값은 그대로 저장되어 있습니다.",
        "{code}: {count} bars from {first} to {last} are read adjusted by factors, as asked ({example}); the traded prices stay stored.",
    ),
    "no_factors": FaultKind(
        _WARNING,
        "{code}: 수정주가를 요청했으나 수정계수가 없어 저장된 원주가로 계산했습니다. 수정계수 파일을 `bokgi data import`로 가져오세요.",
        "{code}: adjusted prices were asked for, but no factors are known; the unadjusted prices were used as they are stored. Import a "
        "table of factors with `bokgi data import`.",
    ),
    "factors_are_one": FaultKind(
        _NOTE,
        "{code}: 수정주가를 요청했고 수정계수도 있으나 모두 1이어서, 저장된 값 그대로 계산했습니다.",
        "{code}: adjusted prices were asked for, and factors are known: all of them are one, so the prices were used as they are stored.",
    ),
    # What the bars are like.
    "missing_sessions": FaultKind(
        _WARNING,
        "{code}: 거래일 {count}일이 통째로 없습니다(예: {example}).",
        "{code}: {count} whole sessions are missing (e.g. {example}).",
    ),
    "missing_bars": FaultKind(
        _WARNING,
        "{code}: 거래일 안에서 봉 {count}개가 없습니다(예: {example}).",
        "{code}: {count} bars are missing within sessions (e.g. {example}).",
    ),
    "market_wide_gap": FaultKind(
        _WARNING,
        "모든 종목에서 동시에 봉 {count}개가 없습니다(예: {example}).",
        "{count} bars are missing for every instrument at once (e.g. {example}).",
    ),
    "circuit_breaker": FaultKind(
        _NOTE,
        "서킷브레이커로 거래가 멈춰 봉 {count}개가 없습니다: 결함이 아닙니다({example}).",
        "{count} bars are absent because a circuit breaker halted the market: no fault ({example}).",
    ),
    "zero_volume_rows": FaultKind(
        _NOTE,
        "{code}: 거래 없는(거래량 0) 봉 {count}개는 체결에 쓰지 않습니다(예: {example}).",
        "{code}: {count} bars without trading (volume 0) fill nothing (e.g. {example}).",
    ),
    "zero_volume_traded": FaultKind(
        _NOTE,
        "{code}: 거래량이 0으로 적혀 있으나 값이 움직인 봉 {count}개는 거래된 봉으로 봅니다(예: {example}).",
        "{code}: {count} bars say volume 0 although prices moved; they count as traded (e.g. {example}).",
    ),
    "halted_days": FaultKind(
        _NOTE,
        "{code}: 거래정지 {count}일: 체결 없이 마지막 종가로 평가합니다(예: {example}).",
        "{code}: halted on {count} days: no fill, valued at the last close (e.g. {example}).",
    ),
    "close_only": FaultKind(
        _NOTE,
        "{code}: 종가만 있는 {count}행: 시가·고가·저가는 비워 두었습니다(예: {example}).",
        "{code}: {count} rows have a close only; open, high and low stay empty (e.g. {example}).",
    ),
    "half_tick_prices": FaultKind(
        _NOTE,
        "{code}: 반 호가(중간가 체결, 2025-03-04부터) 가격 {count}개: 정상 가격입니다(예: {example}).",
        "{code}: {count} prices on the half tick (mid-price orders since 2025-03-04) are genuine (e.g. {example}).",
    ),
    "off_tick_prices": FaultKind(
        _WARNING,
        "{code}: 호가단위에 맞지 않는 가격 {count}개(예: {example}).",
        "{code}: {count} prices lie off the tick grid (e.g. {example}).",
    ),
    "beyond_limit": FaultKind(
        _WARNING,
        "{code}: 가격제한폭을 벗어난 봉 {count}개(예: {example}).",
        "{code}: {count} bars lie beyond the day's price limit (e.g. {example}).",
    ),
    "unadjusted_split": FaultKind(
        _WARNING,
        "{code}: 액면분할·병합이 반영되지 않은 것으로 보이는 급변 {count}회(예: {example}).",
        "{code}: {count} jumps look like splits that were not adjusted (e.g. {example}).",
    ),
    "coverage_ends_early": FaultKind(
        _NOTE,
        "{code}: {count}거래일의 봉이 정규장 마감 전에 끝납니다(예: {example}).",
        "{code}: the bars of {count} sessions end before the regular close (e.g. {example}).",
    ),
    "coverage_starts_late": FaultKind(
        _WARNING,
        "{code}: {count}거래일의 봉이 개장보다 늦게 시작합니다(예: {example}).",
        "{code}: the bars of {count} sessions begin after the regular open (e.g. {example}).",
    ),
    "late_opening": FaultKind(
        _NOTE,
        "정규장이 늦게 열린 날 {count}일(새해 첫 거래일, 수능일): 결함이 아닙니다(예: {example}).",
        "{count} sessions opened late (first session of the year, CSAT day): no fault (e.g. {example}).",
    ),
    "early_close": FaultKind(
        _NOTE,
        "일찍 끝난 거래일 {count}일: 결함이 아닙니다(예: {example}).",
        "{count} sessions closed early: no fault (e.g. {example}).",
    ),
    "partial_last_session": FaultKind(
        _WARNING,
        "{code}: 마지막 거래일이 끝까지 들어 있지 않습니다(예: {example}).",
        "{code}: the last session is not complete (e.g. {example}).",
    ),
    "kind_assumed": FaultKind(
        _WARNING,
        "{code}: 종류나 시장을 알 수 없어 코스피 주식으로 보았습니다. 종목 마스터를 가져오거나 --kind와 --board로 다시 가져오세요.",
        "{code}: kind or board is not known; it was treated as a KOSPI share. Import a master file, "
        "or the bars again with --kind and --board.",
    ),
    "label_assumed": FaultKind(
        _WARNING,
        "{code}: 시각이 봉의 시작인지 끝인지 자료만으로는 알 수 없어 시작으로 보았습니다({example}).",
        "{code}: the rows do not show whether times name the start or the end of a bar; the start was assumed ({example}).",
    ),
    "outside_calendar": FaultKind(
        _NOTE,
        "{code}: 거래일 표의 범위 밖에 있는 {count}행은 검사하지 않았습니다(예: {example}).",
        "{code}: {count} rows outside the years of the calendar were not checked (e.g. {example}).",
    ),
    "limits_unchecked": FaultKind(
        _NOTE,
        "{code}: 기준가를 알 수 없어 {count}거래일은 가격제한폭을 검사하지 않았습니다(예: {example}).",
        "{code}: the price limit was not checked on {count} sessions, whose base price is unknown (e.g. {example}).",
    ),
    "history_changed": FaultKind(
        _WARNING,
        "{code}: 이미 저장된 {count}개 봉의 값이 바뀌어 새 값으로 바꾸었습니다(예: {example}).",
        "{code}: {count} stored bars had other values; the new ones were taken (e.g. {example}).",
    ),
    # What two sources of the same prices say.
    "sources_incomparable": FaultKind(
        _NOTE,
        "{code}: 한쪽은 수정주가, 한쪽은 원주가라 견주지 않았습니다({example}).",
        "{code}: one source is adjusted and the other is not, so they were not compared ({example}).",
    ),
    "sources_differ_close": FaultKind(
        _WARNING,
        "{code}: 두 자료의 종가가 봉 {count}개에서 다릅니다(저장된 값 / 다른 자료: {example}).",
        "{code}: the closes of the two sources differ in {count} bars (stored / other: {example}).",
    ),
    "sources_differ_volume": FaultKind(
        _NOTE,
        "{code}: 두 자료의 거래량이 봉 {count}개에서 2 % 넘게 다릅니다(저장된 값 / 다른 자료: {example}).",
        "{code}: the volumes of the two sources differ by more than 2 % in {count} bars (stored / other: {example}).",
    ),
    "sources_lack_here": FaultKind(
        _WARNING,
        "{code}: 다른 자료에 있는 봉 {count}개가 저장된 자료에는 없습니다(예: {example}).",
        "{code}: {count} bars of the other source are not stored (e.g. {example}).",
    ),
    "sources_lack_there": FaultKind(
        _NOTE,
        "{code}: 저장된 봉 {count}개가 다른 자료에는 없습니다(예: {example}).",
        "{code}: {count} stored bars are not in the other source (e.g. {example}).",
    ),
    "intraday_beyond_daily": FaultKind(
        _WARNING,
        "{code}: 분봉의 고가·저가가 일봉의 고가·저가를 {count}거래일에서 벗어납니다(분봉 / 일봉: {example}).",
        "{code}: bars within the day go beyond the high or low of the daily bar on {count} sessions (bars / day: {example}).",
    ),
    "intraday_close_differs": FaultKind(
        _WARNING,
        "{code}: 분봉의 마감 동시호가와 일봉의 종가가 {count}거래일에서 다릅니다(분봉 / 일봉: {example}).",
        "{code}: the closing auction of the bars and the daily close differ on {count} sessions (bars / day: {example}).",
    ),
    "intraday_volume_differs": FaultKind(
        _WARNING,
        "{code}: 분봉 거래량의 합이 일봉 거래량보다 10 % 넘게 많은 거래일이 {count}일 있습니다(분봉 / 일봉: {example}).",
        "{code}: the volume of the bars is more than 10 % above that of the day on {count} sessions (bars / day: {example}).",
    ),
    "chain_broken": FaultKind(
        _NOTE,
        "{code}: 기준가가 전일 정규장 종가와 이어지지 않는 날 {count}일: 권리락이거나 애프터마켓이 섞인 종가입니다(예: {example}).",
        "{code}: on {count} days the base price does not follow from the close before: an ex-date, or a close of the after-market "
        "(e.g. {example}).",
    ),
    # What a source of the network says.
    "live_row": FaultKind(
        _NOTE,
        "{code}: 물은 순간의 현재가 {count}행은 봉이 아니어서 버렸습니다(예: {example}).",
        "{code}: {count} rows are the price at the moment of the request, no bars, and were dropped (e.g. {example}).",
    ),
    "source_changed_past": FaultKind(
        _WARNING,
        "{code}: 제공처가 이미 저장된 봉 {count}개의 값을 다르게 보냅니다(저장된 값 -> 새 값: {example}). 저장된 값을 그대로 두었습니다.",
        "{code}: the source now gives other values for {count} stored bars (stored -> new: {example}); the stored values were kept.",
    ),
    "source_changed_volume": FaultKind(
        _NOTE,
        "{code}: 제공처가 저장된 봉 {count}개의 거래량을 다르게 보냅니다(저장된 값 -> 새 값: {example}). 저장된 값을 두었습니다.",
        "{code}: the source now gives other volumes for {count} stored bars (stored -> new: {example}); the stored ones were kept.",
    ),
    "source_contradicts": FaultKind(
        _WARNING,
        "{code}: 제공처의 새 자료가 저장된 과거와 맞지 않습니다. 봉 {count}개가 다릅니다(저장된 값 -> 새 값: {example}). "
        "아무것도 바꾸지 않았고, 새 봉도 더하지 않았습니다.",
        "{code}: the source's new data do not continue what is stored: {count} bars differ (stored -> new: {example}). "
        "Nothing was changed and no new bar was added.",
    ),
    "no_common_bars": FaultKind(
        _WARNING,
        "{code}: 제공처의 새 봉 {count}개는 저장된 봉과 겹치는 것이 없어 견주지 못하고 더했습니다(저장된 봉 / 새 봉: {example}). "
        "그 사이에 액면분할 등이 있었다면 알 수 없습니다.",
        "{code}: {count} new bars of the source have none in common with what is stored and were added without a comparison "
        "(stored / new: {example}); a split in between would not be seen.",
    ),
    "no_common_bars_held": FaultKind(
        _WARNING,
        "{code}: 제공처의 새 봉 {count}개는 저장된 봉과 겹치는 것이 없어 같은 기준의 가격인지 알 수 없습니다"
        "(저장된 봉 / 새 봉: {example}). "
        "아무것도 바꾸지 않았고, 새 봉도 더하지 않았습니다.",
        "{code}: {count} new bars of the source have none in common with what is stored, so that they may be on another scale "
        "(stored / new: {example}). Nothing was changed and no new bar was added.",
    ),
    "kind_unknown": FaultKind(
        _NOTE,
        "{code}: 종목 종류(주식·ETF 등)를 알 수 없습니다. 종목 정보 파일을 가져오거나 종류를 지정하세요.",
        "{code}: it is not known whether this is a share, an ETF or another kind; import a master file or name the kind.",
    ),
    # Which stocks a run over the whole market took.
    "membership_later_than_period": FaultKind(
        _WARNING,
        "종목 목록({example})이 기간의 시작보다 뒤의 것입니다. 그때까지 살아남은 {count}종목만 보므로 결과가 실제보다 좋게 나올 수 "
        "있습니다(생존 편향).",
        "The list of stocks ({example}) is later than the start of the period: its {count} stocks are those that survived, so results may "
        "look better than they were (survivorship bias).",
    ),
    "as_of_unknown": FaultKind(
        _WARNING,
        "{example}에 발표된 목록의 {count}종목이 언제부터의 구성인지 알 수 없습니다. 그 시기에 없던 종목이 섞여 있을 수 있습니다.",
        "It is not known from which day the list of stocks published as {example} holds; some of its {count} stocks may not have been "
        "members then.",
    ),
    "membership_superseded": FaultKind(
        _NOTE,
        "종목 목록({example}) 뒤에 기간이 시작하기 전 정기 변경이 있었으나 그 목록은 없습니다. {count}종목은 변경 전 구성입니다.",
        "Before the period began, members changed after the list of stocks ({example}), and the newer list is not there; its {count} "
        "stocks are those before the change.",
    ),
    "survivors_only": FaultKind(
        _WARNING,
        "요청대로 기간 안에 상장폐지된 {count}종목을 뺐습니다({example}). 살아남은 종목만 보므로 결과가 실제보다 좋게 나옵니다(생존 편향).",
        "As asked, {count} stocks that were delisted within the period were left out ({example}): what is left survived, so results look "
        "better than they were (survivorship bias).",
    ),
    "member_without_bars": FaultKind(
        _WARNING,
        "{code}: 대상 종목이지만 기간 안에 봉 자료가 없어 거래할 수 없습니다.",
        "{code}: chosen, but there are no bars of it in the period, so it cannot be traded.",
    ),
}

DROPPING = frozenset(
    {
        "bad_prices",
        "bad_volume",
        "absurd_dates",
        "unreadable_times",
        "duplicate_conflicting",
        "ohlc_inconsistent",
        "not_a_session",
        "phantom_rows",
        "rows_after_fetch",
        "duplicate_identical",
        "off_grid_times",
    }
)
REPAIRING = DROPPING | {"rounding", "out_of_order", "repaired_block"}
"""Kinds after which a file counts as repaired: the stored bars are not all that the file said."""


def severity_of(fault: Fault) -> Severity:
    """How much the fault weighs."""
    return FAULT_KINDS[fault.kind].severity


def fault_sentence(fault: Fault, language: Language = Language.ENGLISH) -> str:
    """The fault in words."""
    kind = FAULT_KINDS[fault.kind]
    template = kind.korean if language is Language.KOREAN else kind.english
    everyone = "시장 전체" if language is Language.KOREAN else "whole market"
    facts = {"first": fault.first or "", "last": fault.last or "", "example": fault.example or "-"}
    return template.format(code=fault.code or everyone, count=f"{fault.count:,}", **facts)
