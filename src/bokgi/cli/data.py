"""`bokgi data`: the stored bars."""

from bokgi.cli.catalog import DATA
from bokgi.cli.frame import LazyGroup
from bokgi.cli.language import say

data = LazyGroup(
    "data",
    DATA,
    help=say(
        "Import bars, and list, show, check and export what is stored.",
        "봉 자료를 가져오고, 저장된 자료를 보고 검사하고 내보냅니다.",
    ),
)
