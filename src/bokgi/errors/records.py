"""Situations of the database rows. What was refused has changed nothing."""

from bokgi.errors.base import EnvironmentFault, InputError, InternalFault, MissingError


class DatabaseUnavailable(EnvironmentFault):
    """Locked for too long, gone, full, or not answering: the next call may work again."""

    code = "database_unavailable"
    english = "The database does not answer ({reason}). Nothing was changed; try again in a moment."
    korean = "데이터베이스가 응답하지 않습니다({reason}). 바뀐 것은 없습니다. 잠시 후 다시 시도하세요."

    def __init__(self, reason: str) -> None:
        super().__init__(reason=" ".join(reason.split())[:200])


class DatabaseBroken(EnvironmentFault):
    code = "database_broken"
    english = "The database cannot be read ({reason}). Put it back with `bokgi restore FILE --replace`."
    korean = "데이터베이스를 읽을 수 없습니다({reason}). `bokgi restore 파일 --replace`로 되돌리세요."

    def __init__(self, reason: str) -> None:
        super().__init__(reason=" ".join(reason.split())[:200])


class SchemaOutdated(EnvironmentFault):
    code = "schema_outdated"
    english = "The tables of the database are at step {found}, and this release needs {needed}. Start `bokgi serve` once, which brings them up to date."
    korean = "데이터베이스 표가 {found} 단계인데 이 버전에는 {needed} 단계가 필요합니다. `bokgi serve`를 한 번 실행하면 갱신됩니다."

    def __init__(self, found: str | None, needed: str) -> None:
        super().__init__(found=found or "0", needed=needed)


class SchemaTooNew(EnvironmentFault):
    code = "schema_too_new"
    english = "A newer release has changed the tables of the database (step {found}) so that releases before step {oldest} cannot use them; this one is at {known}. Update Bokgi."
    korean = "더 새로운 버전이 데이터베이스 표를 바꾸어({found} 단계) {oldest} 단계 이전 버전은 쓸 수 없습니다. 이 버전은 {known} 단계입니다. 복기를 갱신하세요."

    def __init__(self, found: str, oldest: str, known: str) -> None:
        super().__init__(found=found, oldest=oldest, known=known)


class IdempotencyKeyReused(InputError):
    code = "idempotency_key_reused"
    english = "The Idempotency-Key '{key}' was used before, for another request. Send a new key with a new request."
    korean = "Idempotency-Key '{key}'은(는) 다른 요청에 이미 쓰였습니다. 새 요청에는 새 키를 보내세요."

    def __init__(self, key: str) -> None:
        super().__init__(field="Idempotency-Key", key=key[:100])


class RunStillActive(InputError):
    code = "run_still_active"
    english = "The backtest {backtest_id} is {status} and cannot be deleted. Cancel it first, or wait for its end."
    korean = "백테스트 {backtest_id}은(는) 아직 끝나지 않아({status}) 지울 수 없습니다. 먼저 취소하거나 끝날 때까지 기다리세요."

    def __init__(self, backtest_id: str, status: str) -> None:
        super().__init__(field="backtest_id", backtest_id=backtest_id, status=status)


class SearchStillActive(InputError):
    code = "search_still_active"
    english = "The search {search_id} is {status} and cannot be deleted. Cancel it first, or wait for its end."
    korean = "탐색 {search_id}은(는) 아직 끝나지 않아({status}) 지울 수 없습니다. 먼저 취소하거나 끝날 때까지 기다리세요."

    def __init__(self, search_id: str, status: str) -> None:
        super().__init__(field="search_id", search_id=search_id, status=status)


class ConfigNameTaken(InputError):
    code = "strategy_config_name_taken"
    english = "There is a strategy configuration named '{name}' already. Choose another name, or delete that one first."
    korean = "'{name}'(이)라는 전략 설정이 이미 있습니다. 다른 이름을 쓰거나 기존 설정을 먼저 지우세요."

    def __init__(self, name: str) -> None:
        super().__init__(field="name", name=name[:100])


class ConfigAbsent(MissingError):
    code = "strategy_config_absent"
    english = "There is no strategy configuration '{config_id}' in this profile; the list shows those that are there."
    korean = "이 프로필에 전략 설정 '{config_id}'이(가) 없습니다. 목록에서 확인하세요."

    def __init__(self, config_id: str) -> None:
        super().__init__(field="id", config_id=config_id[:100])


class TextUnstorable(InputError):
    code = "text_unstorable"
    english = "The text {given} holds a character that cannot be stored (a zero character or half of a pair). Remove it."
    korean = "글 {given}에 저장할 수 없는 문자(널 문자 또는 짝이 없는 대리 문자)가 있습니다. 지우고 다시 보내세요."

    def __init__(self, given: str) -> None:
        super().__init__(given=ascii(given[:40]))


class RecordMalformed(InternalFault):
    code = "record_malformed"
    english = "A row on its way into the database is malformed: {problem}."
    korean = "데이터베이스에 넣을 행이 잘못되었습니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)
