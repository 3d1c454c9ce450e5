"""Situations of durable work: the queue cannot be reached, or a job cannot be carried out."""

from bokgi.errors.base import InputError, InternalFault
from bokgi.errors.records import DatabaseUnavailable


class JobsUnavailable(DatabaseUnavailable):
    code = "jobs_unavailable"
    english = "The job queue does not answer ({reason}). Check that the database runs and that its disk is not full, and try again: what was queued already is not queued twice."
    korean = "작업 대기열이 응답하지 않습니다({reason}). 데이터베이스가 실행 중인지, 디스크가 가득 차지 않았는지 확인하고 다시 시도하세요. 이미 등록된 작업이 두 번 등록되지는 않습니다."


class JobFailed(InternalFault):
    code = "job_failed"
    english = "The job {job_id} failed {attempts} times, the last time with {problem}; it is not tried again."
    korean = "작업 {job_id}이(가) {attempts}번 실패했습니다. 마지막 오류: {problem}. 더 이상 다시 시도하지 않습니다."

    def __init__(self, job_id: str, attempts: int, problem: str) -> None:
        super().__init__(job_id=job_id, attempts=attempts, problem=problem)


class JobKindUnknown(InternalFault):
    code = "job_kind_unknown"
    english = "The job {job_id} is of the kind {given}, which this worker does not know; it knows {allowed}. Start a worker of the release that queued it."
    korean = (
        "작업 {job_id}의 종류 {given}을(를) 이 작업자가 알지 못합니다. 아는 종류: {allowed}. 작업을 등록한 릴리스의 작업자를 실행하세요."
    )

    def __init__(self, job_id: str, given: str, allowed: tuple[str, ...]) -> None:
        super().__init__(job_id=job_id, given=repr(given), allowed=", ".join(allowed))


class JobPayloadInvalid(InputError):
    code = "job_payload_invalid"
    english = (
        "The job {job_id} cannot be queued: {problem}. A payload holds texts, finite numbers, true, false, null, lists and objects only."
    )
    korean = (
        "작업 {job_id}을(를) 등록할 수 없습니다: {problem}. 작업 내용에는 문자열, 유한한 수, 참/거짓, null, 목록, 객체만 쓸 수 있습니다."
    )

    def __init__(self, job_id: str, problem: str) -> None:
        super().__init__(field="payload", job_id=job_id, problem=problem)


class WorkerAlreadyStarted(InternalFault):
    code = "worker_already_started"
    english = "The worker {worker_id} cannot be started: a process carries out jobs for one worker only, and once. Start another process."
    korean = "작업자 {worker_id}을(를) 시작할 수 없습니다. 한 프로세스는 한 작업자만 한 번 실행합니다. 다른 프로세스를 시작하세요."

    def __init__(self, worker_id: str) -> None:
        super().__init__(worker_id=worker_id)
