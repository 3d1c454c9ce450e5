"""The process that renders downloads never outlives the one that answers."""

import subprocess
import sys
import time

import psutil

PARENT = """
import os, sys, time
from pathlib import Path
from bokgi.services.rendering import Rendering

if __name__ == "__main__":
    print(Rendering(Path(sys.argv[1]))._started().submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_a_killed_service_leaves_no_rendering_process(tmp_path: object) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the rendering process lives on"
        time.sleep(0.02)
