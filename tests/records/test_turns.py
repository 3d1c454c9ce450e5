"""Threads write in the order they came."""

import threading
import time

from bokgi.errors.records import DatabaseUnavailable
from bokgi.records.database import Database
from bokgi.records.runs import NewRun, RunRows
from bokgi.records.turns import Turns


def test_the_turn_goes_to_who_waits_longest() -> None:
    turns, order, threads = Turns(), list[int](), list[threading.Thread]()
    assert turns.take(0)

    def work(number: int) -> None:
        assert turns.take(10)
        order.append(number)
        turns.give()

    for number in range(8):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert turns.take(0), "and nobody holds it in the end"


def test_who_gives_up_leaves_the_queue() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    assert not turns._waiting
    turns.give()
    assert turns.take(0)


def test_many_threads_write_without_losing_a_number(database: Database, new_run: NewRun) -> None:
    runs, failures = RunRows(database), list[DatabaseUnavailable]()
    given: list[str] = []

    def work() -> None:
        for _ in range(10):
            try:
                given.append(runs.add(new_run)[0].id)
            except DatabaseUnavailable as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(set(given)) == len(given) == 120
