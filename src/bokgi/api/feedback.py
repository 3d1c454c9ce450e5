"""What users say of the service."""

from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.json_bodies import Body, check_fields, free_text_field
from bokgi.api.schemas_base import Answer, Instant, Request, request_body
from bokgi.reports.formats import utc_text
from bokgi.services.feedback import CONTACT_CHARACTERS, PAGE_CHARACTERS, TEXT_CHARACTERS

router = APIRouter(tags=["feedback"])


class FeedbackRequest(Request):
    """An item of feedback."""

    kind: Literal["bug", "idea", "question", "praise", "other"]
    text: str = Field(min_length=1, max_length=TEXT_CHARACTERS, examples=["The chart does not fit on my screen."])
    page: str | None = Field(None, max_length=PAGE_CHARACTERS, description="Where it was said.", examples=["/results/bt-2026-02-08-547"])
    contact: str | None = Field(None, max_length=CONTACT_CHARACTERS, description="How to answer; only if wished.")


class FeedbackAnswer(Answer):
    """The item was kept."""

    success: Literal[True] = True
    id: str = Field(examples=["fb-1"])
    created_at: Instant


@router.post("/api/feedback", operation_id="sendFeedback", openapi_extra=request_body(FeedbackRequest))
def send_feedback(application: TheApplication, profile: TheProfile, body: Body) -> FeedbackAnswer:
    """Keep what a user says, with the version it was said of."""
    check_fields(body, tuple(FeedbackRequest.model_fields))
    for name, longest in (("text", TEXT_CHARACTERS), ("page", PAGE_CHARACTERS), ("contact", CONTACT_CHARACTERS)):
        free_text_field(body, name, longest)
    row = application.feedback.add(profile, body.get("kind"), body.get("text"), body.get("page"), body.get("contact"))
    return FeedbackAnswer(id=row.id, created_at=utc_text(row.created_at))
