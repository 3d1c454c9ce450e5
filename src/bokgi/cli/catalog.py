"""All commands: where each one is, and its line in `bokgi --help`.

The table is read without importing the commands, so that help and wrong input answer at once.
"""

from dataclasses import dataclass

from bokgi.cli.language import say


@dataclass(frozen=True, slots=True)
class Entry:
    """place : `module:attribute` of the click command"""

    name: str
    place: str
    english: str
    korean: str

    @property
    def line(self) -> str:
        return say(self.english, self.korean)


ROOT = (
    Entry(
        "serve",
        "bokgi.cli.serve:serve",
        "Start the service on this machine: pages, API and a worker.",
        "이 컴퓨터에서 서비스를 시작합니다: 화면, API, 작업자.",
    ),
    Entry(
        "backtest",
        "bokgi.cli.backtest:backtest",
        "Run a strategy over stored bars and show the result.",
        "저장된 봉 자료로 전략을 백테스트하고 결과를 보여 줍니다.",
    ),
    Entry(
        "search",
        "bokgi.cli.search:search",
        "Search for the best times or parameters, and say whether to believe them.",
        "가장 좋은 시각이나 매개변수를 찾고 믿을 만한지 알려 줍니다.",
    ),
    Entry(
        "backup",
        "bokgi.cli.backup:backup",
        "Write runs, results, lists and bars to one file, checked by opening it.",
        "실행, 결과, 목록, 봉 자료를 한 파일로 저장하고 다시 열어 확인합니다.",
    ),
    Entry(
        "data",
        "bokgi.cli.data:data",
        "Import bars, and list, show, check and export what is stored.",
        "봉 자료를 가져오고, 저장된 자료를 보고 검사하고 내보냅니다.",
    ),
    Entry(
        "demo",
        "bokgi.cli.demo:demo",
        "Backtest the synthetic demo market: a first result without data of your own.",
        "가상의 데모 시장을 백테스트합니다. 자료 없이 첫 결과를 볼 수 있습니다.",
    ),
    Entry(
        "instruments",
        "bokgi.cli.instruments:instruments",
        "Search for instruments by code, name or initial consonants.",
        "종목코드, 이름, 초성으로 종목을 찾습니다.",
    ),
    Entry(
        "strategies",
        "bokgi.cli.strategies:strategies",
        "List the strategies with their parameters, limits and defaults.",
        "전략과 그 매개변수, 허용 범위, 기본값을 보여 줍니다.",
    ),
    Entry(
        "api",
        "bokgi.cli.serve:api",
        "Start the pages and the API alone.",
        "화면과 API만 시작합니다.",
    ),
    Entry(
        "work",
        "bokgi.cli.serve:work",
        "Start a worker alone.",
        "작업자만 시작합니다.",
    ),
    Entry(
        "restore",
        "bokgi.cli.backup:restore",
        "Put a backup back into the home folder.",
        "백업을 홈 폴더로 되돌립니다.",
    ),
    Entry(
        "release",
        "bokgi.cli.release:release",
        "Put a git tag into service, watch it, and take it back when it is not well.",
        "git 태그를 배포하고 지켜보며, 이상이 있으면 되돌립니다.",
    ),
    Entry(
        "verify",
        "bokgi.cli.verify:verify",
        "Run a saved result again and compare it bit for bit.",
        "저장된 결과를 다시 실행하여 한 비트까지 같은지 확인합니다.",
    ),
)

DATA = (
    Entry(
        "import",
        "bokgi.cli.data_import:import_command",
        "Read files or folders of bars into the store, with a sentence for each file.",
        "파일이나 폴더의 봉 자료를 저장소로 가져오고 파일마다 결과를 알립니다.",
    ),
    Entry(
        "fetch",
        "bokgi.cli.data_fetch:fetch_command",
        "Fetch bars from a source of the network and continue what is stored.",
        "인터넷의 제공처에서 봉 자료를 받아 저장된 자료에 이어 붙입니다.",
    ),
    Entry(
        "held",
        "bokgi.cli.data_held:held",
        "Look at answers that contradict the past, and take, join or refuse them.",
        "과거와 맞지 않아 보류한 자료를 보고, 쓰거나 이어 붙이거나 거절합니다.",
    ),
    Entry(
        "universe",
        "bokgi.cli.data_universe:universe",
        "Which stocks belonged to a list or market, by date.",
        "날짜별로 어느 종목이 목록이나 시장에 속했는지 봅니다.",
    ),
    Entry(
        "watch",
        "bokgi.cli.data_watch:watch_command",
        "Watch a folder and import what is new in it.",
        "폴더를 지켜보며 새 파일을 가져옵니다.",
    ),
    Entry(
        "list",
        "bokgi.cli.data_views:list_command",
        "List the stored series.",
        "저장된 자료 목록을 보여 줍니다.",
    ),
    Entry(
        "show",
        "bokgi.cli.data_views:show_command",
        "Show the bars of one instrument.",
        "한 종목의 봉 자료를 보여 줍니다.",
    ),
    Entry(
        "check",
        "bokgi.cli.data_views:check_command",
        "Check stored bars and report their faults.",
        "저장된 봉 자료를 검사하고 문제를 알립니다.",
    ),
    Entry(
        "compare",
        "bokgi.cli.data_compare:compare_command",
        "Compare stored bars with a file of another source.",
        "저장된 봉 자료를 다른 출처의 파일과 견줍니다.",
    ),
    Entry(
        "export",
        "bokgi.cli.data_export:export_command",
        "Write stored bars to a CSV or Parquet file.",
        "저장된 봉 자료를 CSV 또는 Parquet 파일로 내보냅니다.",
    ),
)

HELD = (
    Entry(
        "list",
        "bokgi.cli.data_held:list_command",
        "List what waits, and the last decisions.",
        "보류된 자료와 지난 결정을 보여 줍니다.",
    ),
    Entry(
        "show",
        "bokgi.cli.data_held:show_command",
        "Show what taking an answer would change.",
        "새 값을 쓰면 무엇이 바뀌는지 보여 줍니다.",
    ),
    Entry(
        "take",
        "bokgi.cli.data_held:take_command",
        "Exchange the stored series for the answer.",
        "저장된 계열을 새 값으로 바꿉니다.",
    ),
    Entry(
        "join",
        "bokgi.cli.data_held:join_command",
        "Put the answer behind the stored bars as it is.",
        "새 봉을 저장된 봉 뒤에 그대로 이어 붙입니다.",
    ),
    Entry(
        "refuse",
        "bokgi.cli.data_held:refuse_command",
        "Keep the stored bars, and put the answer aside.",
        "저장된 봉을 그대로 두고 새 값을 거절합니다.",
    ),
)

UNIVERSE = (
    Entry(
        "list",
        "bokgi.cli.data_universe:list_command",
        "List the universes.",
        "유니버스 목록을 보여 줍니다.",
    ),
    Entry(
        "show",
        "bokgi.cli.data_universe:show_command",
        "Show the members on a day.",
        "어느 날의 구성 종목을 보여 줍니다.",
    ),
    Entry(
        "import",
        "bokgi.cli.data_universe:import_command",
        "Read members with their intervals.",
        "구성 종목과 기간을 가져옵니다.",
    ),
)

INSTRUMENTS = (
    Entry(
        "search",
        "bokgi.cli.instruments:search_command",
        "Find instruments by code, name, initial consonants or English name.",
        "종목코드, 이름, 초성, 영문 이름으로 종목을 찾습니다.",
    ),
)
