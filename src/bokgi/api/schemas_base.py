"""What all schemas share: strict answers without undeclared keys, instants and days as text, and request bodies in the OpenAPI document.

Convention: an answer is exactly what its schema says. A request's schema describes the body; the services check it, so that every
sentence is theirs. Request schemas are therefore put into the document here and never into a route's signature.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

REFERENCE = "#/components/schemas/{model}"
BACKTEST_ID = "bt-2026-02-08-547"
Code = Annotated[str, Field(description="Stock code, six characters for Korean shares.", examples=["005930", "0126Z0"])]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-02-08T14:35:22.453Z"])]
"""UTC with milliseconds and Z."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2025-10-16"])]
BacktestId = Annotated[str, Field(pattern=r"^bt-\d{4}-\d{2}-\d{2}-\d{3,}$", description="Id of the backtest.", examples=[BACKTEST_ID])]
Figure = int | float | None
"""A plain number, null where undefined."""


class Answer(BaseModel):
    """The body of an answer: no key is missing, none comes unannounced."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Request(BaseModel):
    """The body of a request, for the OpenAPI document."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=type[Request])
_REQUESTS: dict[str, type[Request]] = {}


def request_body(model: type[Request], *, media_type: str = "application/json") -> dict[str, Any]:
    """The `openapi_extra` of a route that reads this body."""
    _REQUESTS[model.__name__] = model
    reference = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {media_type: {"schema": reference}}}}


def request_schemas() -> dict[str, Any]:
    """Schemas of all request bodies by name, for the components of the document."""
    models = [(model, "validation") for _, model in sorted(_REQUESTS.items())]
    _, definitions = models_json_schema(models, ref_template=REFERENCE)  # type: ignore[arg-type]  # a list of pairs is invariant in its literal
    schemas: dict[str, Any] = definitions.get("$defs", {})
    return schemas
