"""Situations of putting a release on a host: the host folder, the holder of its socket, the steps of a release."""

from bokgi.errors.base import DataError, EnvironmentFault, InputError, MissingError


class SocketPathTooLong(InputError):
    code = "socket_path_too_long"
    english = "The path {path} is too long for a socket: the system allows {limit} characters. Choose a host folder with a shorter path."
    korean = "{path} 경로가 소켓으로 쓰기에 너무 깁니다(최대 {limit}자). 경로가 더 짧은 호스트 폴더를 지정하세요."

    def __init__(self, path: str, limit: int) -> None:
        super().__init__(field="folder", path=path, limit=limit)


class HolderAbsent(EnvironmentFault):
    code = "holder_absent"
    english = "Nobody holds the service of {folder} ({problem}). Start it with 'bokgi release hold', or by its systemd unit."
    korean = "{folder}의 서비스를 맡은 프로세스가 없습니다({problem}). 'bokgi release hold'나 systemd 유닛으로 시작하세요."

    def __init__(self, folder: str, problem: str) -> None:
        super().__init__(folder=folder, problem=problem)


class HolderRunning(EnvironmentFault):
    code = "holder_running"
    english = "Another process holds the service already: it answers at {place}. One holder a host folder is enough."
    korean = "이미 다른 프로세스가 서비스를 맡고 있습니다({place}에서 응답). 호스트 폴더마다 하나면 됩니다."

    def __init__(self, place: str) -> None:
        super().__init__(place=place)


class HolderRefused(EnvironmentFault):
    code = "holder_refused"
    english = "The holder did not carry out the order for {name}: {problem}."
    korean = "{name}에 대한 명령이 실행되지 않았습니다: {problem}."

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name=name, problem=problem)


class HostAbsent(MissingError):
    code = "host_absent"
    english = "{folder} is no host folder: it holds no {name}. 'bokgi release init {folder} --repository GIT' makes one."
    korean = "{folder}은(는) 호스트 폴더가 아닙니다({name} 없음). 'bokgi release init {folder} --repository GIT'으로 만드세요."

    def __init__(self, folder: str, name: str) -> None:
        super().__init__(field="folder", folder=folder, name=name)


class HostExists(InputError):
    code = "host_exists"
    english = "{folder} is a host folder already; choose another, or work with this one."
    korean = "{folder}은(는) 이미 호스트 폴더입니다. 다른 폴더를 지정하거나 이 폴더를 그대로 쓰세요."

    def __init__(self, folder: str) -> None:
        super().__init__(field="folder", folder=folder)


class HostSettingRefused(DataError):
    code = "host_setting_refused"
    english = "The host file {path} cannot be used: {place}: {problem}."
    korean = "호스트 파일 {path}을(를) 쓸 수 없습니다: {place}: {problem}."

    def __init__(self, path: str, place: str, problem: str) -> None:
        super().__init__(field=place, path=path, place=place, problem=problem)


class HostStateDamaged(DataError):
    code = "host_state_damaged"
    english = "The file {path} is damaged ({problem}). Move it away: which release serves is asked of the holder, and 'bokgi release rollback TAG' names the one to go back to."
    korean = "{path} 파일이 손상되었습니다({problem}). 다른 곳으로 옮기세요. 운영 중인 배포는 담당 프로세스가 알려 주며, 되돌릴 배포는 'bokgi release rollback TAG'로 지정합니다."

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path=path, problem=problem)


class RepositoryRefused(InputError):
    code = "repository_refused"
    english = "Git cannot read {repository}: {problem}."
    korean = "git이 {repository}을(를) 읽지 못합니다: {problem}."

    def __init__(self, repository: str, problem: str) -> None:
        super().__init__(field="repository", repository=repository, problem=problem)


class TagUnknown(MissingError):
    code = "tag_unknown"
    english = "There is no tag {tag} in {repository}. Tags there: {known}."
    korean = "{repository}에 {tag} 태그가 없습니다. 있는 태그: {known}."

    def __init__(self, tag: str, repository: str, known: str) -> None:
        super().__init__(field="tag", tag=tag, repository=repository, known=known or "-")


class ReleaseLocked(EnvironmentFault):
    code = "release_locked"
    english = "The host is locked: {operator} works on {what} (process {pid} on {host}, since {since}). Wait, or take the lock with --break-lock, which is recorded."
    korean = "호스트가 잠겨 있습니다: {operator}이(가) {what} 작업 중입니다(프로세스 {pid}, {host}, {since}부터). 기다리거나 --break-lock으로 잠금을 넘겨받으세요(기록됩니다)."

    def __init__(self, operator: str, what: str, pid: int, host: str, since: str) -> None:
        super().__init__(operator=operator, what=what, pid=pid, host=host, since=since)


class ReleaseUnfinished(InputError):
    code = "release_unfinished"
    english = "The release of {tag} was interrupted after '{step}'. Go on with 'bokgi release resume', or take it back with 'bokgi release abort'."
    korean = "{tag} 배포가 '{step}' 뒤에 중단되어 있습니다. 'bokgi release resume'으로 이어 가거나 'bokgi release abort'로 되돌리세요."

    def __init__(self, tag: str, step: str) -> None:
        super().__init__(field="tag", tag=tag, step=step)


class NothingToResume(InputError):
    code = "nothing_to_resume"
    english = "There is no interrupted release in {folder}."
    korean = "{folder}에 중단된 배포가 없습니다."

    def __init__(self, folder: str) -> None:
        super().__init__(field="folder", folder=folder)


class ReleaseIsBad(InputError):
    code = "release_is_bad"
    english = "The release {name} failed before ({reason}) and is never chosen again. Mend the fault and give the repair a new tag."
    korean = "{name} 배포는 이전에 실패했으므로({reason}) 다시 쓰지 않습니다. 고친 뒤 새 태그로 배포하세요."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(field="tag", name=name, reason=reason)


class AlreadyLive(InputError):
    code = "already_live"
    english = "The release {name} serves already. 'bokgi release watch' watches it; a change needs a new tag."
    korean = "{name} 배포는 이미 운영 중입니다. 지켜보려면 'bokgi release watch'를 쓰고, 바꾼 것은 새 태그로 배포하세요."

    def __init__(self, name: str) -> None:
        super().__init__(field="tag", name=name)


class NoReleaseToGoBackTo(InputError):
    code = "no_release_to_go_back_to"
    english = "There is no release to go back to{word}. On this host: {known}."
    korean = "되돌아갈 배포가 없습니다{word}. 이 호스트의 배포: {known}."

    def __init__(self, tag: str, known: str) -> None:
        super().__init__(field="tag", word=f" ({tag})" if tag else "", known=known or "-")


class WatchLengthsRefused(InputError):
    code = "watch_lengths_refused"
    english = "A watch of {length:g} s with a sample every {step:g} s never ends on a sample. Give a length that is a multiple of the step, as in --for 1h --every 5m."
    korean = "{length:g}초 관찰을 {step:g}초 간격으로 나눌 수 없습니다. --for 1h --every 5m처럼 길이가 간격의 배수가 되게 하세요."

    def __init__(self, length: float, step: float) -> None:
        super().__init__(field="for", length=length, step=step)


class UnpackFailed(EnvironmentFault):
    code = "unpack_failed"
    english = "The release {name} could not be unpacked: {problem}."
    korean = "{name} 배포를 풀지 못했습니다: {problem}."

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name=name, problem=problem)


class ReleaseAltered(DataError):
    code = "release_altered"
    english = "The unpacked release {name} is not what was unpacked: {files}. It is not started; remove its folder and deploy anew."
    korean = "풀어 놓은 {name} 배포가 처음과 다릅니다: {files}. 시작하지 않습니다. 폴더를 지우고 다시 배포하세요."

    def __init__(self, name: str, files: str) -> None:
        super().__init__(name=name, files=files)


class UnitsInvalid(DataError):
    code = "units_invalid"
    english = "The generated units do not stand up to systemd-analyze: {problem}."
    korean = "생성한 유닛이 systemd-analyze 검사를 통과하지 못했습니다: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)
