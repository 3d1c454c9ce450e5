"""`bokgi release report` and `verify`: what the evidence says, and whether a report says the same."""

from pathlib import Path

import click
from securesystemslib.signer import SSlibKey

from bokgi.cli.frame import Command
from bokgi.cli.language import current_language, say
from bokgi.cli.release_options import host_option
from bokgi.cli.release_words import FAILED, INCONCLUSIVE, PASSED
from bokgi.config.settings import Settings
from bokgi.errors.base import Language
from bokgi.errors.operations import EvidenceAbsent
from bokgi.operations.anchored import against, anchors_in, read_anchor
from bokgi.operations.evidence_log import LOG_NAME, write_synced
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.judge import State
from bokgi.operations.release_log import attempts
from bokgi.operations.report import Assessment, Form, assessed, render
from bokgi.operations.report.words import STATES
from bokgi.operations.seals import public_path, read_public_key
from bokgi.operations.verification import Evidence, verified

EXIT_CODES = {State.PASS: PASSED, State.WARN: PASSED, State.INCONCLUSIVE: INCONCLUSIVE, State.FAIL: FAILED}
SHOWN = 20


def report_name(language: Language, form: Form) -> str:
    """File of a report, beside its evidence."""
    return f"report.{language.value}.{form.value}"


def evidence_of(host: HostFolder, tag: str) -> Path:
    """The evidence of the last attempt, or of the last of a tag.

    Raises
    ------
    EvidenceAbsent
    """
    found = [
        attempt.folder for attempt in attempts(host.evidence) if tag in ("", attempt.tagged.tag, attempt.tagged.name, attempt.folder.name)
    ]
    if not found:
        raise EvidenceAbsent(str(host.evidence / tag), LOG_NAME)
    return found[-1]


def write_reports(folder: Path, key: SSlibKey) -> Assessment:
    """Render the report in every language and form beside its evidence."""
    found = assessed(verified(folder, key))
    for language in Language:
        for form in Form:
            write_synced(folder / report_name(language, form), render(found, language, form).encode())
    return found


def reported(host: HostFolder, folder: Path) -> None:
    """Write the reports of a release of this host, and say where."""
    write_reports(folder, read_public_key(public_path(host.key)))
    click.echo(str(folder / report_name(current_language(), Form.HTML)))


@click.command(
    "report",
    cls=Command,
    help=say(
        "Write the report of the last release, or of TAG, beside its evidence: Korean and English, Markdown and HTML. "
        "Exit code 0: it passed, 1: it failed, 3: it cannot be decided.",
        "마지막 배포 또는 TAG의 보고서를 증거 폴더에 씁니다(한국어·영어, Markdown·HTML). 종료 코드 0: 통과, 1: 실패, 3: 판정 불가.",
    ),
)
@click.argument("tag", required=False, default="")
@host_option
@click.option("--show", is_flag=True, help=say("Print it, too.", "화면에도 출력합니다."))
@click.pass_obj
def report_command(_settings: Settings, /, tag: str, host: HostFolder, show: bool) -> int:
    """Write the report."""
    folder = evidence_of(host, tag)
    found = write_reports(folder, read_public_key(public_path(host.key)))
    language = current_language()
    click.echo(str(folder / report_name(language, Form.HTML)))
    if show:
        click.echo(render(found, language))
    _say_state(found)
    return EXIT_CODES[found.state]


@click.command(
    "verify",
    cls=Command,
    help=say(
        "Check the evidence in FOLDER (a copy anywhere) against the public KEY, judge it again, and compare the reports beside it byte for "
        "byte. Exit code 0: all agrees; 1: it does not.",
        "FOLDER의 증거(어디에 복사했든)를 공개 키 KEY로 확인하고 다시 판정하여 옆의 보고서와 한 바이트까지 비교합니다. "
        "종료 코드 0: 모두 같음, 1: 다름.",
    ),
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("Public key of the host (key.pub).", "호스트의 공개 키(key.pub)."),
)
@click.option(
    "--anchor",
    multiple=True,
    metavar="COUNT:HEAD",
    help=say("Number of records and hash from a notice; the evidence must hold them.", "알림에 적힌 기록 수와 해시. 증거에 있어야 합니다."),
)
@click.option(
    "--repository",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Clone of the repository to which the evidence was tagged (push_tags); FOLDER keeps its name for this.",
        "증거가 태그로 고정된 저장소의 복제본(push_tags). FOLDER의 이름이 그대로여야 합니다.",
    ),
)
@click.pass_obj
def verify_command(_settings: Settings, /, folder: Path, key: Path, anchor: tuple[str, ...], repository: Path | None) -> int:
    """Verify one folder of evidence."""
    read = verified(folder, read_public_key(key))
    as_recorded = assessed(read)
    evidence = _anchored(read, folder, anchor, repository)
    found = assessed(evidence)
    click.echo(
        say(
            f"{len(evidence.records)} records, {evidence.sealed} below a valid seal.",
            f"기록 {len(evidence.records)}개, 서명된 기록 {evidence.sealed}개.",
        )
    )
    for finding in evidence.findings[:SHOWN]:
        click.echo(f"  {finding.flaw}{'' if finding.seq is None else f' #{finding.seq}'}: {finding.detail}")
    differing = [name for name, text in _reports(folder, as_recorded) if (folder / name).read_bytes() != text]
    for name in differing:
        click.echo(say(f"  {name} says something else than the evidence.", f"  {name}의 내용이 증거와 다릅니다."))
    _say_state(found)
    return PASSED if evidence.is_sound and not differing else FAILED


def _anchored(evidence: Evidence, folder: Path, given: tuple[str, ...], repository: Path | None) -> Evidence:
    """The evidence held against the anchors that a person gave, where there are any."""
    if not given and repository is None:
        return evidence
    anchors = [read_anchor(text) for text in given]
    if repository is not None and evidence.records:
        anchors += anchors_in(repository, str(evidence.records[0].facts.get("tag")), folder)
    click.echo(say(f"Held against {len(anchors)} anchors.", f"고정값 {len(anchors)}개와 비교했습니다."))
    return against(evidence, anchors)


def _reports(folder: Path, found: Assessment) -> list[tuple[str, bytes]]:
    """What each report that lies beside the evidence must be."""
    names = [(report_name(language, form), language, form) for language in Language for form in Form]
    return [(name, render(found, language, form).encode()) for name, language, form in names if (folder / name).is_file()]


def _say_state(found: Assessment) -> None:
    korean, english = STATES[found.state]
    click.echo(say(f"Verdict: {english}", f"판정: {korean}"))
