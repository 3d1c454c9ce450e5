"""Situations of backup and restore. A refused or interrupted restore has changed nothing, or is finished by the next one."""

from bokgi.errors.base import DataError, EnvironmentFault, InputError


class BackupBroken(DataError):
    code = "backup_broken"
    english = "The backup {file} is damaged: {problem}. Nothing was changed; use another backup."
    korean = "백업 {file}이(가) 손상되었습니다: {problem}. 바뀐 것은 없습니다. 다른 백업을 쓰세요."

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(field="backup", file=file, problem=" ".join(problem.split())[:300])


class BackupTooNew(DataError):
    code = "backup_too_new"
    english = "The backup {file} was written by a newer Bokgi ({found}; this one reads {known}). Update Bokgi."
    korean = "백업 {file}은(는) 더 새로운 복기가 만들었습니다({found}, 이 버전은 {known}까지 읽습니다). 복기를 갱신하세요."

    def __init__(self, file: str, found: str, known: str) -> None:
        super().__init__(field="backup", file=file, found=found, known=known)


class BackupAbsent(InputError):
    code = "backup_absent"
    english = "There is no file {file}; give one that 'bokgi backup' wrote."
    korean = "{file} 파일이 없습니다. 'bokgi backup'으로 만든 파일을 지정하세요."

    def __init__(self, file: str) -> None:
        super().__init__(field="backup", file=file)


class BackupUnwritable(EnvironmentFault):
    code = "backup_unwritable"
    english = "The backup cannot be written to {file} ({reason}); what was there before is intact. Free space, or choose another place."
    korean = "백업을 {file}에 쓸 수 없습니다({reason}). 전에 있던 파일은 그대로입니다. 공간을 비우거나 다른 위치를 지정하세요."

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(field="backup", file=file, reason=reason)


class RestoreUnwritable(EnvironmentFault):
    code = "restore_unwritable"
    english = "The backup cannot be restored to {home} ({reason}). Free space or allow writing there, and run the same command again."
    korean = "백업을 {home}에 되돌릴 수 없습니다({reason}). 공간을 비우거나 쓰기 권한을 준 뒤 같은 명령을 다시 실행하세요."

    def __init__(self, home: str, reason: str) -> None:
        super().__init__(field="home", home=home, reason=reason)


class HomeInUse(EnvironmentFault):
    code = "home_in_use"
    english = "The folder {home} is in use ({holder}). Stop the service and its workers first, or restore to another folder with --home."
    korean = "{home} 폴더를 사용 중입니다({holder}). 서비스와 작업자를 먼저 끝내거나 --home으로 다른 폴더를 지정하세요."

    def __init__(self, home: str, holder: str) -> None:
        super().__init__(field="home", home=home, holder=holder)


class HomeNotEmpty(InputError):
    code = "home_not_empty"
    english = "{home} holds {found} already. Give --replace to put the backup in their place, or another folder with --home."
    korean = "{home}에 이미 {found}이(가) 있습니다. 백업으로 바꾸려면 --replace를 주거나 --home으로 다른 폴더를 지정하세요."

    def __init__(self, home: str, found: str) -> None:
        super().__init__(field="home", home=home, found=found)


class NothingToBackUp(InputError):
    code = "nothing_to_back_up"
    english = "{home} holds no database yet, so there is nothing to back up. Give the folder of the service with --home."
    korean = "{home}에 아직 데이터베이스가 없어 백업할 것이 없습니다. --home으로 서비스 폴더를 지정하세요."

    def __init__(self, home: str) -> None:
        super().__init__(field="home", home=home)


class BackupRunning(EnvironmentFault):
    code = "backup_running"
    english = "Another backup or restore of {home} is running. Try again when it is done."
    korean = "{home}의 다른 백업이나 복원이 진행 중입니다. 끝난 뒤 다시 하세요."

    def __init__(self, home: str) -> None:
        super().__init__(field="home", home=home)
