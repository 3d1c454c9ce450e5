"""One service a folder, one process a worker."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bokgi.bootstrap.locks import Holder, holder_of, take_free_worker_lock, take_service_lock, take_worker_lock
from bokgi.errors.processes import ServiceAlreadyRunning, WorkerIdTaken

HOLD = """
import sys, time
from pathlib import Path
from bokgi.bootstrap.locks import Holder, take_service_lock
lock = take_service_lock(Path(sys.argv[1]), Holder.me("127.0.0.1", 3210))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_service_on_a_folder_is_told_who_holds_it(tmp_path: Path) -> None:
    with take_service_lock(tmp_path, Holder(4711, "127.0.0.1", 3000, "2026-01-02T03:04:05+00:00")):
        with pytest.raises(ServiceAlreadyRunning) as caught:
            take_service_lock(tmp_path, Holder.me())
        for word in (str(tmp_path), "process 4711", "127.0.0.1", "port 3000", "2026-01-02T03:04:05"):
            assert word in str(caught.value)


def test_the_lock_ends_with_its_holder_however_it_ends(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ServiceAlreadyRunning, match=f"process {holder.pid} .* port 3210"):
        take_service_lock(tmp_path, Holder.me())
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with take_service_lock(tmp_path, Holder.me("127.0.0.1", 1)) as lock:
        assert holder_of(lock.path).pid == os.getpid()


def test_a_lock_may_be_given_back_and_taken_again(tmp_path: Path) -> None:
    for _ in range(3):
        lock = take_service_lock(tmp_path, Holder.me())
        lock.close()
        lock.close()
    assert holder_of(tmp_path / "locks" / "serve.lock").pid == os.getpid()


def test_two_folders_do_not_know_each_other(tmp_path: Path) -> None:
    with take_service_lock(tmp_path / "one", Holder.me()), take_service_lock(tmp_path / "two", Holder.me()) as second:
        assert second.path == tmp_path / "two" / "locks" / "serve.lock"


def test_the_name_of_a_worker_belongs_to_one_process(tmp_path: Path) -> None:
    with take_worker_lock(tmp_path, "host-1.0-serve"):
        with pytest.raises(WorkerIdTaken, match=str(os.getpid())):
            take_worker_lock(tmp_path, "host-1.0-serve")
        with take_worker_lock(tmp_path, "host-1.0-other") as other:
            assert other.path.name == "host-1.0-other.lock"


def test_workers_without_a_name_take_the_first_free_one(tmp_path: Path) -> None:
    (first, one), (second, two) = take_free_worker_lock(tmp_path, "h-"), take_free_worker_lock(tmp_path, "h-")
    assert (first, second) == ("h-1", "h-2")
    one.close()
    third, three = take_free_worker_lock(tmp_path, "h-")
    assert third == "h-1"
    for lock in (two, three):
        lock.close()


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1, "nonsense": 2}', "[]"])
def test_a_lock_file_that_says_nothing_names_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.lock"
    path.write_text(content)
    assert holder_of(path).pid == 0
