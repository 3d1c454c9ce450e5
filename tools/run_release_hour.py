"""The full hour: two releases of this project on a host of their own, a fault in the first repaired in the second, watched for an hour.

Keeps the report and its evidence in docs/examples. The limits are those of the default policy; on a machine that does other work beside
it, `--shared-machine` makes processor, memory and time of answers warnings, which the report shows by the hash of its policy.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.operations.drilled_host import DrilledHost, drilled_host  # noqa: E402  # after the path to it is known
from tests.operations.release_repository import ReleaseRepository  # noqa: E402  # the same
from tests.operations.test_release_run import LINK, blind_flow, warn_only  # noqa: E402  # the same

EXAMPLES = ROOT / "docs" / "examples"
ARCHIVE = "release-hour"
PAST_THE_HOUR_SECONDS = 900.0


def main() -> int:
    """Release, watch, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--for", dest="length", default="1h")
    parser.add_argument("--every", default="5m")
    parser.add_argument("--shared-machine", action="store_true")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="hour-") as folder:
        repository = ReleaseRepository(Path(folder) / "repository")
        repository.release("v0.2.0", LINK)
        repository.release("v0.3.0")
        root = Path(folder) / "host"
        with drilled_host(root, repository.folder, blind_flow()) as host:
            if given.shared_machine:
                warn_only(root / "policy.yaml")
            print(host.tool("deploy", "v0.2.0")[1])
            (root / "smoke.yaml").unlink()
            code = _run(host, "run", "v0.3.0", "--for", given.length, "--every", given.every)
            evidence = host.attempts()[-1].folder
        _keep(evidence, root / "key.pub")
    return code


def _run(host: DrilledHost, *words: str) -> int:
    """A command whose words are shown as they come."""
    process = host.start(*words)
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
    return process.wait(PAST_THE_HOUR_SECONDS)


def _keep(evidence: Path, key: Path) -> None:
    """The reports as they are, and all evidence with the key in an archive to verify."""
    EXAMPLES.mkdir(exist_ok=True)
    shutil.copy(key, evidence / "key.pub")
    program = [sys.executable, "-m", "bokgi.cli", "release", "verify", str(evidence), "--key", str(evidence / "key.pub")]
    subprocess.run(program, check=False)
    for report in evidence.glob("report.*.md"):
        shutil.copy(report, EXAMPLES / f"{ARCHIVE}.{report.name}")
    shutil.make_archive(str(EXAMPLES / ARCHIVE), "zip", evidence)
    print(f"Kept: {EXAMPLES.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
