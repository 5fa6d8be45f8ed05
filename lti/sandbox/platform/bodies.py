"""The bodies that a tool sends to the grade services, read strictly."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from lti.sandbox.errors import ServiceError
from lti.sandbox.vocabulary import CANVAS_SUBMISSION


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number")
    return value


def _time(value: object) -> datetime:
    if not isinstance(value, str) or "T" not in value:
        raise ValueError("must be an ISO 8601 time like 2026-03-01T10:00:02.000Z")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an ISO 8601 time like 2026-03-01T10:00:02.000Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Number = Annotated[Decimal, BeforeValidator(_number), Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
Time = Annotated[datetime, BeforeValidator(_time)]
Body = TypeVar("Body", bound=BaseModel)


class LineItemBody(BaseModel):
    """A line item as the tool describes it (AGS section 3.2)."""

    model_config = ConfigDict(extra="ignore")
    label: Annotated[StrictStr, Field(min_length=1, max_length=255)]
    scoreMaximum: Annotated[Number, Field(ge=0)]  # noqa: N815 (spelled as on the wire)
    tag: Annotated[StrictStr, Field(max_length=255)] | None = None
    resourceId: Annotated[StrictStr, Field(max_length=255)] | None = None  # noqa: N815
    resourceLinkId: Annotated[StrictStr, Field(max_length=64)] | None = None  # noqa: N815


class SubmissionTimes(BaseModel):
    """The standard ``submission`` member of a score."""

    submittedAt: Time | None = None  # noqa: N815


class CanvasSubmission(BaseModel):
    """Canvas's submission extension, as far as the gradebook shows it."""

    new_submission: StrictBool = True
    submitted_at: Time | None = None
    preserve_score: StrictBool = False
    prioritize_non_tool_grade: StrictBool = False


class ScoreBody(BaseModel):
    """A score (AGS section 3.4)."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    userId: Annotated[StrictStr, Field(min_length=1)]  # noqa: N815
    timestamp: Time
    activityProgress: StrictStr  # noqa: N815
    gradingProgress: StrictStr  # noqa: N815
    scoreGiven: Number | None = None  # noqa: N815
    scoreMaximum: Number | None = None  # noqa: N815
    comment: StrictStr | None = None
    submission: SubmissionTimes | None = None
    canvas: CanvasSubmission | None = Field(default=None, alias=CANVAS_SUBMISSION)

    @property
    def submitted_at(self) -> datetime | None:
        """When the work was handed in, as far as the tool says."""
        if self.canvas is not None and self.canvas.submitted_at is not None:
            return self.canvas.submitted_at
        return self.submission.submittedAt if self.submission else None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read(body: bytes, model: type[Body]) -> Body:
    """The body as ``model``; ServiceError 400 naming the member at fault."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ServiceError(400, "The body is not JSON.", code="bad_request") from None
    if not isinstance(found, dict):
        raise ServiceError(400, "The body must be a JSON object.", code="bad_request")
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ServiceError(400, f"{place}: {first['msg']}", code="bad_request") from error
