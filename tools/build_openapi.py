"""Write `web/openapi.json`, the snapshot of the API that the web client is typed by; `--check` only says whether it is up to date."""

import json
import sys
import tempfile
from pathlib import Path

from bokgi.api.application import create_app
from bokgi.bootstrap.build import build
from bokgi.config.settings import Settings
from bokgi.errors.base import Language

SNAPSHOT = Path(__file__).parents[1] / "web" / "openapi.json"


def document() -> str:
    """The OpenAPI document of the application, built over an empty home folder."""
    with tempfile.TemporaryDirectory() as folder:
        application = build(Settings(home=Path(folder), cache=Path(folder), language=Language.ENGLISH))
        try:
            described = create_app(application).openapi()
        finally:
            application.close()
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the snapshot."""
    if "--check" in arguments:
        return 0 if SNAPSHOT.exists() and SNAPSHOT.read_text("utf-8") == document() else 1
    SNAPSHOT.write_text(document(), "utf-8")
    print(f"wrote {SNAPSHOT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
