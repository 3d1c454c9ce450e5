"""One sample: everything that is measured, as facts with the values that the policy judges.

Convention: a part that cannot be measured leaves its values None and says why; it never takes the others with it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import psutil

from bokgi.errors.base import BokgiError
from bokgi.operations.log_agreement import INSTANCES, log_agrees
from bokgi.operations.policy import Metric
from bokgi.operations.watch.endpoints import OwnFigures, probe, small_run, total_of
from bokgi.operations.watch.kept_results import KeptResults, rows_and_answers
from bokgi.operations.watch.logged import counted_since
from bokgi.operations.watch.machine import CpuMeter, disks, memory_percent, sizes_of
from bokgi.operations.watch.result_folders import folders_gone
from bokgi.operations.watch.subject import Subject
from bokgi.operations.watch.written_log import ERRORS, NOT_FOUND, SERVER_ERRORS, UNREADABLE, WARNINGS, WrittenLog


class Sampler:
    """Takes samples of one subject."""

    def __init__(self, subject: Subject, cpu: CpuMeter) -> None:
        self._subject, self._cpu = subject, cpu
        self._asker = subject.target.asker
        self._log = WrittenLog(subject.log_files)  # before the figures: the log then holds all that they count
        self._figures = OwnFigures()
        self._sides: list[dict[str, Any]] = []
        self._figures.since_last(self._asker)
        self._missed = unwatched_errors(subject)
        self._kept = KeptResults.chosen(self._asker).since(subject.recorded)
        self._deleted = set(subject.removed)

    def facts(self) -> dict[str, Any]:
        """Measure everything once."""
        problems: dict[str, str] = {}
        values: dict[str, float | None] = dict.fromkeys((metric.value for metric in Metric), None)
        facts: dict[str, Any] = {"values": values, "prober": "ok"}
        for name, part in self._parts().items():
            try:
                seen, measured = part()
            except (OSError, BokgiError, psutil.Error) as error:
                problems[name] = f"{type(error).__name__}: {error}"[:300]
                continue
            facts |= seen
            values |= {metric.value: value for metric, value in measured.items()}
        return facts | ({"problems": problems} if problems else {})

    def _parts(self) -> Mapping[str, Callable[[], tuple[dict[str, Any], dict[Metric, float | None]]]]:
        return {
            "machine": self._machine,
            "disks": self._disks,
            "api": self._api,
            "log": self._written,
            "results": self._results,
        }

    def _machine(self) -> tuple[dict[str, Any], dict[Metric, float | None]]:
        measured: dict[Metric, float | None] = {Metric.CPU: self._cpu.since_last(), Metric.MEMORY: memory_percent()}
        return {"processes": sizes_of(self._subject.processes)}, measured

    def _disks(self) -> tuple[dict[str, Any], dict[Metric, float | None]]:
        found = disks(self._subject.written_paths)
        measured: dict[Metric, float | None] = {}
        if found:
            measured = {Metric.DISK: total_of(found, "percent"), Metric.INODES: total_of(found, "inodes_percent")}
        return {"disks": found}, measured

    def _api(self) -> tuple[dict[str, Any], dict[Metric, float | None]]:
        probed, run = probe(self._asker), small_run(self._asker)
        failed = probed.failed + (run["status"] != "completed")
        measured: dict[Metric, float | None] = {Metric.API_TIME: round(probed.slowest_seconds, 4), Metric.FAILED_PROBES: float(failed)}
        return {"probes": probed.answers, "small_run": run}, measured

    def _written(self) -> tuple[dict[str, Any], dict[Metric, float | None]]:
        """The log, and the service's own figures beside it: the larger of two counts is believed."""
        own = self._figures.since_last(self._asker)
        written = self._log.since_last()
        self._deleted |= written.deleted
        log: dict[str, Any] = {
            "bytes": written.size,
            "counts": dict(written.counts),
            "examples": list(written.examples),
            "requests": written.requests,
            INSTANCES: {name: dict(counts) for name, counts in written.instances.items()},
        }
        missed, self._missed = self._missed, None
        counted = float(written.counts[SERVER_ERRORS] + (missed or 0))
        measured: dict[Metric, float | None] = {
            Metric.NOT_FOUND: float(written.counts[NOT_FOUND]),
            Metric.LOG_ERRORS: float(written.counts[ERRORS] + written.counts[UNREADABLE]),
            Metric.LOG_WARNINGS: float(written.counts[WARNINGS]),
        }
        if own is not None:
            measured |= {
                Metric.SERVER_ERRORS: max(counted, float(own["server_errors"])),
                Metric.FAILED_BACKTESTS: None if own["runs_failed"] is None else float(own["runs_failed"]),
            }
        elif counted:
            measured[Metric.SERVER_ERRORS] = counted
        if missed is not None:
            log["server_errors_before"] = missed
        return {"log": log, "own_figures": self._crossed(own, log)}, measured

    def _crossed(self, own: Mapping[str, Any] | None, log: Mapping[str, Any]) -> dict[str, Any] | None:
        """The service's own figures, with the word whether the log agrees with them so far."""
        self._sides.append({"own_figures": own, "log": log})
        return None if own is None else {**own, "log_agrees": log_agrees(self._sides)}

    def _results(self) -> tuple[dict[str, Any], dict[Metric, float | None]]:
        lost = {**self._folders_gone(), **self._kept.lost(self._asker, self._subject.home, self._deleted)}
        facts: dict[str, Any] = {"checked": len(self._kept.hashes), "lost": lost, "hashes": self._kept.given}
        count = float(len(lost))
        if self._subject.records_url is not None:
            facts["database"] = rows_and_answers(self._asker, self._subject.records_url)
            count += not facts["database"]["agrees"]
        return {"results": facts}, {Metric.LOST_RESULTS: count if self._kept.hashes or count else None}

    def _folders_gone(self) -> dict[str, str]:
        """Of all completed runs, where rows and files can be looked at from here."""
        subject = self._subject
        if subject.records_url is None or subject.home is None:
            return {}
        gone = folders_gone(subject.records_url, subject.home) - subject.gone - self._deleted
        return dict.fromkeys(sorted(gone), "its folder is gone")


def unwatched_errors(subject: Subject) -> int | None:
    """Server errors between the switch and the beginning of the watch; None where the watch does not follow one."""
    since = subject.unwatched_since
    return None if since is None else counted_since(subject.log_files, since)[SERVER_ERRORS]
