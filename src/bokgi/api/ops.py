"""The releases of this host as the operator's page shows them. Nothing here changes anything."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import Response

from bokgi.api.data import Page, PageSize
from bokgi.api.dependencies import TheApplication
from bokgi.api.errors import ErrorBody
from bokgi.api.schemas_ops import (
    FeedbackInbox,
    FeedbackItem,
    Flaw,
    JudgedLimit,
    OpsAnswer,
    RecordAnswer,
    RecordLine,
    ReleaseAnswer,
    ReleaseLine,
)
from bokgi.config.settings import Settings
from bokgi.errors.operations import HostFolderUnset
from bokgi.operations.evidence_log import Record
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.judge import Finding
from bokgi.operations.record_kinds import Kind
from bokgi.operations.seals import public_path, read_public_key
from bokgi.operations.timeline import Release, Timeline, flaws_of
from bokgi.operations.verified_cache import VerifiedCache
from bokgi.reports.formats import utc_text

VERIFIED: VerifiedCache[Release] = VerifiedCache()
"""Of this process: a page that is open asks every five seconds, and evidence changes seldom."""
router = APIRouter(tags=["releases"])
ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "Nothing of this name was recorded here"}}
Name = Annotated[str, InPath(description="The release.", examples=["v1.2.0-4f2c8a01"])]
Seq = Annotated[int, InPath(description="Number of the record, from 0.", examples=[12])]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
Digest = Annotated[str, InPath(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the body.")]


@router.get("/api/ops", operation_id="listReleases", responses=ABSENT)
def list_releases(application: TheApplication, page: Page = 1, page_size: PageSize = 20) -> OpsAnswer:
    """The timeline of releases, each verified at this moment."""
    timeline = _timeline(application.settings)
    lines = [_line(release) for release in timeline.releases((page - 1) * page_size, page_size)]
    current = application.settings.release or None
    return OpsAnswer(current=current, page=page, page_size=page_size, total=len(timeline.names()), releases=lines)


@router.get("/api/ops/feedback", operation_id="listFeedback")
def list_feedback(application: TheApplication, page: Page = 1, page_size: PageSize = 20) -> FeedbackInbox:
    """What users said in the form of the application, newest first."""
    found = application.feedback.page(page, page_size)
    items = [
        FeedbackItem(id=row.id, created_at=utc_text(row.created_at), kind=row.kind, text=row.text, page=row.page, version=row.version)
        for row in found.rows
    ]
    return FeedbackInbox(page=page, page_size=page_size, total=found.total, items=items)


@router.get("/api/ops/releases/{name}", operation_id="getRelease", responses=ABSENT)
def get_release(application: TheApplication, name: Name) -> ReleaseAnswer:
    """A release: every record, the samples of its watch, and what the judge makes of them."""
    release = _timeline(application.settings).release(name)
    steps = [_record(release, record) for record in release.evidence.records if record.kind is not Kind.SAMPLE]
    samples = [_record(release, record) for record in release.samples]
    findings = release.judgement.findings if release.judgement else ()
    return ReleaseAnswer(
        release=_line(release),
        steps=steps,
        samples=samples,
        judged=[_judged(release, finding) for finding in findings],
        flaws=[Flaw.model_validate(flaw) for flaw in flaws_of(release)],
    )


@router.get("/api/ops/releases/{name}/records/{seq}", operation_id="getRecord", responses=ABSENT)
def get_record(application: TheApplication, name: Name, seq: Seq) -> RecordAnswer:
    """The record that a tick cites."""
    record, is_believed = _timeline(application.settings).record(name, seq)
    return RecordAnswer(release=name, record=_to_line(record, is_believed=is_believed), bodies=sorted(set(record.cited)))


@router.get("/api/ops/releases/{name}/bodies/{sha256}", operation_id="getBody", response_class=Response, responses=ABSENT | BYTES)
def get_body(application: TheApplication, name: Name, sha256: Digest) -> Response:
    """The bytes behind a hash, to be saved: they came from outside and are shown by no browser."""
    content = _timeline(application.settings).body(name, sha256)
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": f'attachment; filename="{sha256}"'})


def _timeline(settings: Settings) -> Timeline:
    if settings.host_folder is None:
        raise HostFolderUnset
    host = HostFolder.opened(settings.host_folder)
    return Timeline(host.evidence, read_public_key(public_path(host.key)), VERIFIED)


def _line(release: Release) -> ReleaseLine:
    facts, judgement, ended_at = release.began.facts, release.judgement, release.ended_at
    return ReleaseLine(
        name=release.name,
        tag=str(facts.get("tag", "")),
        commit=str(facts.get("commit", "")),
        version=str(facts.get("version", "")),
        began_at=utc_text(release.began.at),
        ended_at=utc_text(ended_at) if ended_at else None,
        outcome=release.outcome,
        verdict=release.verdict.name if release.verdict is not None else None,
        watched_seconds=judgement.duration.watched_seconds if judgement else None,
        planned_seconds=judgement.duration.planned_seconds if judgement else None,
        records=len(release.evidence.records),
        sealed=release.evidence.sealed,
        flaws=len(release.evidence.findings),
    )


def _record(release: Release, record: Record) -> RecordLine:
    return _to_line(record, is_believed=release.evidence.is_believed(record))


def _to_line(record: Record, *, is_believed: bool) -> RecordLine:
    return RecordLine(seq=record.seq, kind=record.kind.value, at=utc_text(record.at), is_believed=is_believed, facts=dict(record.facts))


def _judged(release: Release, finding: Finding) -> JudgedLimit:
    limits = {limit.metric.value: limit.words for limit in release.found.policy.limits} if release.found.policy else {}
    records = release.evidence.records
    is_proved = bool(finding.cited) and all(release.evidence.is_believed(records[seq]) for seq in finding.cited)
    return JudgedLimit(
        name=finding.name,
        state=finding.state.name,
        condition=limits.get(finding.name),
        worst=finding.worst,
        cited=list(finding.cited),
        broken=list(finding.broken),
        is_proved=is_proved,
    )
