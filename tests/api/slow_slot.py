"""A slot for tests: `python -m tests.api.slow_slot PRIVATE DESCRIPTOR STATE` answers /slow late and tells STATE its phases."""

import asyncio
import sys
from pathlib import Path

from fastapi import FastAPI

from bokgi.api.listening import inherited
from bokgi.api.slot_server import Doors, run_slot
from bokgi.operations.slots.slot_state import Phase

SLOW_SECONDS = 2.0


def main(private: str, descriptor: str, state: str) -> None:
    """Be the slot until told to end."""
    app = FastAPI()

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(SLOW_SECONDS)
        return "done"

    def tell(phase: Phase, _draining: int) -> None:
        with Path(state).open("a", encoding="utf-8") as file:
            file.write(f"{phase}\n")

    doors = Doors(Path(private), inherited(int(descriptor)))
    run_slot(app, doors, tell=tell, is_healthy=lambda: True, on_taking=lambda: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
