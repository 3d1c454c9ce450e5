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
    Entry(
        "plan",
        "bokgi.cli.release_deploy:plan_command",
        "Check all that must hold before a tag is released.",
        "태그를 배포하기 전에 모든 조건을 점검합니다.",
    ),
    Entry(
        "deploy",
        "bokgi.cli.release_deploy:deploy_command",
        "Put a tag into service without losing a request.",
        "태그를 요청 하나 잃지 않고 배포합니다.",
    ),
    Entry(
        "rollback",
        "bokgi.cli.release_deploy:rollback_command",
        "Go back to an earlier release.",
        "이전 배포로 되돌립니다.",
    ),
    Entry(
        "resume",
        "bokgi.cli.release_deploy:resume_command",
        "Go on with a release that was interrupted.",
        "중단된 배포를 이어 갑니다.",
    ),
    Entry(
        "abort",
        "bokgi.cli.release_deploy:abort_command",
        "Take back a release that was interrupted.",
        "중단된 배포를 되돌립니다.",
    ),
    Entry(
        "status",
        "bokgi.cli.release_views:status_command",
        "Show which release serves, and its slots.",
        "운영 중인 배포와 슬롯을 보여 줍니다.",
    ),
    Entry(
        "history",
        "bokgi.cli.release_views:history_command",
        "List releases, made and planned.",
        "지난 배포와 예정된 배포를 보여 줍니다.",
    ),
    Entry(
        "prune",
        "bokgi.cli.release_views:prune_command",
        "Remove unpacked releases that are not needed any more.",
        "더 필요 없는 배포 폴더를 지웁니다.",
    ),
    Entry(
        "units",
        "bokgi.cli.release_views:units_command",
        "Write systemd units for this host.",
        "이 호스트의 systemd 유닛을 씁니다.",
    ),
    Entry(
        "run",
        "bokgi.cli.release_deploy:run_command",
        "Deploy a tag, watch it, keep it or take it back, and report.",
        "태그를 배포하고 지켜본 뒤 유지하거나 되돌리고 보고합니다.",
    ),
    Entry(
        "smoke",
        "bokgi.cli.release_looking:smoke_command",
        "Go the user's flow at the release that serves.",
        "운영 중인 배포에서 사용자 절차를 실행합니다.",
    ),
    Entry(
        "watch",
        "bokgi.cli.release_looking:watch_command",
        "Watch the release that serves.",
        "운영 중인 배포를 지켜봅니다.",
    ),
    Entry(
        "daily",
        "bokgi.cli.release_looking:daily_command",
        "The check of today.",
        "오늘의 점검을 합니다.",
    ),
    Entry(
        "weekly",
        "bokgi.cli.release_looking:weekly_command",
        "Compare the week with the day of the release.",
        "지난 한 주를 배포일과 비교합니다.",
    ),
    Entry(
        "monthly",
        "bokgi.cli.release_schedule:monthly_command",
        "Analyse the month beside the month before.",
        "지난 한 달의 성능을 그 전달과 비교합니다.",
    ),
    Entry(
        "quarterly",
        "bokgi.cli.release_schedule:quarterly_command",
        "Check the security of this host and of what serves.",
        "이 호스트와 운영 중인 배포의 보안을 점검합니다.",
    ),
    Entry(
        "report",
        "bokgi.cli.release_report:report_command",
        "Write the report of a release.",
        "배포 보고서를 씁니다.",
    ),
    Entry(
        "verify",
        "bokgi.cli.release_report:verify_command",
        "Check evidence anywhere and judge it again.",
        "증거를 어디서든 확인하고 다시 판정합니다.",
    ),
    Entry(
        "approve",
        "bokgi.cli.release_statements:approve_command",
        "Approve of the release that serves.",
        "운영 중인 배포를 승인합니다.",
    ),
    Entry(
        "remark",
        "bokgi.cli.release_statements:remark_command",
        "Add a remark of yours to the report.",
        "보고서에 본인의 의견을 남깁니다.",
    ),
    Entry(
        "sort",
        "bokgi.cli.release_statements:sort_command",
        "Say which kind an item of feedback is.",
        "의견의 종류를 바로잡습니다.",
    ),
)
