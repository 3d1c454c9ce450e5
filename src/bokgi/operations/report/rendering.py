"""All sections of the report in their order, in one of two languages and forms."""

from enum import StrEnum

from bokgi.errors.base import Language
from bokgi.operations.evidence_log import Record
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report.about_release import deployed_files, duration, history, overview, pre_deploy, service_start, sign_off
from bokgi.operations.report.about_use import api_times, before_after, feedback, log_table, performance, smoke
from bokgi.operations.report.about_verdict import acceptance, recommendations, rollback, summary, verdict
from bokgi.operations.report.assessment import Assessment
from bokgi.operations.report.claims import cited_as
from bokgi.operations.report.document import Document
from bokgi.operations.report.markdown import to_markdown
from bokgi.operations.report.page import to_html
from bokgi.operations.report.week import week

SECTIONS = (
    overview,
    duration,
    pre_deploy,
    deployed_files,
    service_start,
    smoke,
    api_times,
    log_table,
    performance,
    feedback,
    acceptance,
    before_after,
    verdict,
    rollback,
    week,
    history,
    recommendations,
    summary,
    sign_off,
)


class Form(StrEnum):
    """What a report is written as."""

    MARKDOWN = "md"
    HTML = "html"


def document_of(found: Assessment, language: Language = Language.KOREAN) -> Document:
    """The report before it has a form."""

    def say(korean: str, english: str) -> str:
        return korean if language is Language.KOREAN else english

    begun = found.first(Kind.BEGUN)
    tag = "" if begun is None else f" {begun.facts['tag']}"
    sections = tuple(section(say, found) for section in SECTIONS)
    records = tuple(_listed(record) for record in found.evidence.records)
    return Document(say(f"배포 보고서{tag}", f"Release report{tag}"), language, sections, records)


def render(found: Assessment, language: Language = Language.KOREAN, form: Form = Form.MARKDOWN) -> str:
    """The report as a text."""
    document = document_of(found, language)
    return to_html(document) if form is Form.HTML else to_markdown(document)


def _listed(record: Record) -> tuple[int, str, str, str, str]:
    at = record.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return record.seq, at, record.kind.value, cited_as(record).sha256, record.to_line().decode()
