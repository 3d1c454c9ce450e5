"""The commands below `bokgi release`: where each one is, and its line in the help."""

from bokgi.cli.catalog import Entry

RELEASE = (
    Entry(
        "init",
        "bokgi.cli.release_host:init_command",
        "Make a host folder for the releases of a git repository.",
        "git 저장소의 배포를 위한 호스트 폴더를 만듭니다.",
    ),
    Entry(
        "hold",
        "bokgi.cli.release_host:hold_command",
        "Hold the service's socket and keep its slots, until Ctrl-C.",
        "서비스의 소켓을 맡고 슬롯을 실행 상태로 유지합니다(Ctrl-C까지).",
    ),
)
