"""Situations of releasing and watching: evidence, policies, keys."""

from collections.abc import Sequence

from bokgi.errors.base import DataError, EnvironmentFault, InputError, MissingError


class EvidenceUnwritable(EnvironmentFault):
    code = "evidence_unwritable"
    english = "Evidence cannot be written to {folder}: {problem}. Without evidence nothing is released; make room or allow writing there."
    korean = "{folder}에 증거를 기록할 수 없습니다: {problem}. 증거 없이는 배포하지 않습니다. 공간을 비우거나 쓰기 권한을 주세요."

    def __init__(self, folder: str, problem: str) -> None:
        super().__init__(folder=folder, problem=problem)


class EvidenceHeld(EnvironmentFault):
    code = "evidence_held"
    english = "Another process writes the evidence in {folder} at this moment. Wait until it has ended; 'bokgi release status' names it."
    korean = "다른 프로세스가 {folder}에 증거를 기록하고 있습니다. 끝날 때까지 기다리세요. 'bokgi release status'가 누구인지 알려 줍니다."

    def __init__(self, folder: str) -> None:
        super().__init__(folder=folder)


class EvidenceBroken(DataError):
    code = "evidence_broken"
    english = (
        "The evidence in {folder} is broken at record {seq}: {problem}. Nothing is written behind it; 'bokgi release verify' says all."
    )
    korean = "{folder}의 증거가 {seq}번 기록에서 깨져 있습니다: {problem}. 뒤에 이어 쓰지 않습니다. 'bokgi release verify'로 확인하세요."

    def __init__(self, folder: str, seq: int, problem: str) -> None:
        super().__init__(folder=folder, seq=seq, problem=problem)


class EvidenceAbsent(MissingError):
    code = "evidence_absent"
    english = "There is no evidence in {folder}: it holds no file {name}. Give the folder of a release."
    korean = "{folder}에 증거가 없습니다({name} 파일 없음). 배포의 증거 폴더를 지정하세요."

    def __init__(self, folder: str, name: str) -> None:
        super().__init__(field="folder", folder=folder, name=name)


class AnchorRefused(InputError):
    code = "anchor_refused"
    english = "'{text}' is no anchor: give the number of records and the hash from a notice, as in 42:<64 hexadecimal digits>."
    korean = "'{text}'은(는) 고정값이 아닙니다. 알림에 적힌 기록 수와 해시를 42:<16진수 64자리> 꼴로 입력하세요."

    def __init__(self, text: str) -> None:
        super().__init__(field="anchor", text=text)


class FeedbackItemUnknown(MissingError):
    code = "feedback_item_unknown"
    english = "No item {identity} of {source} was read for this release. Items of it: {known}."
    korean = "이 배포에서 {source}의 의견 {identity}을(를) 읽은 적이 없습니다. 읽은 의견: {known}."

    def __init__(self, source: str, identity: str, known: Sequence[str]) -> None:
        super().__init__(field="id", source=source, identity=identity, known=", ".join(known[-8:]) or "-")


class PolicyRefused(InputError):
    code = "policy_refused"
    english = "The policy {source} cannot be used: {place}: {problem}."
    korean = "정책 {source}을(를) 쓸 수 없습니다: {place}: {problem}."

    def __init__(self, source: str, place: str, problem: str) -> None:
        super().__init__(field=place, source=source, place=place, problem=problem)


class KeyRefused(DataError):
    code = "key_refused"
    english = "The key {path} cannot be used: {problem}. 'bokgi release init' makes a pair of keys."
    korean = "키 {path}을(를) 쓸 수 없습니다: {problem}. 'bokgi release init'이 키를 만듭니다."

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(field="key", path=path, problem=problem)


class ReleaseAbsent(MissingError):
    code = "release_absent"
    english = "No release {name} has evidence on this host. GET /api/ops lists those that have."
    korean = "이 호스트에 {name} 배포의 증거가 없습니다. GET /api/ops가 있는 것을 알려 줍니다."

    def __init__(self, name: str) -> None:
        super().__init__(field="name", name=name)


class RecordAbsent(MissingError):
    code = "record_absent"
    english = "The release {name} has no record {seq}: its {count} records are numbered from 0."
    korean = "{name} 배포에 {seq}번 기록이 없습니다. 기록 {count}개의 번호는 0부터입니다."

    def __init__(self, name: str, seq: int, count: int) -> None:
        super().__init__(field="seq", name=name, seq=seq, count=count)


class BodyAbsent(MissingError):
    code = "body_absent"
    english = "No record of the release {name} cites a body {sha256} that is there."
    korean = "{name} 배포의 기록이 인용한 {sha256} 본문이 없습니다."

    def __init__(self, name: str, sha256: str) -> None:
        super().__init__(field="sha256", name=name, sha256=sha256)


class HostFolderUnset(MissingError):
    code = "host_folder_unset"
    english = "This service was not put here by 'bokgi release': BOKGI_HOST_FOLDER names no host folder, so there are no releases to show."
    korean = "이 서비스는 'bokgi release'로 배포되지 않았습니다. BOKGI_HOST_FOLDER에 호스트 폴더가 없어 보여 줄 배포가 없습니다."

    def __init__(self) -> None:
        super().__init__(field="BOKGI_HOST_FOLDER")
