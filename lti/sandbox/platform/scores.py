"""The score service: one message becomes one cell of the gradebook, in Moodle's way or in Canvas's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone

from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Grade, LineItem
from lti.sandbox.platform import eligibility
from lti.sandbox.platform.bodies import CanvasSubmission, ScoreBody
from lti.sandbox.wire import passed

ACTIVITY_PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING_PROGRESS = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
# Canvas counts an attempt only when something was handed in.
HANDED_IN = ("Submitted", "Completed")
_PLACES = Decimal("0.00001")


@dataclass(frozen=True)
class _Outcome:
    """What a score does to its cell: the new score, or the one that stays."""

    score: Decimal | None
    posted_score: Decimal | None
    posted_maximum: Decimal | None
    by_hand: bool = False


def post(*, item: LineItem, body: ScoreBody, manner: Manner) -> Grade:
    """Take a score in; ServiceError as the platform would answer. Returns the cell as it now is."""
    if manner.is_moodle:
        _check_moodle(body)
    else:
        _check_canvas(item, body)
    passed("The score is complete and its numbers make sense.")
    learner = eligibility.learner(item=item, user_id=body.userId, manner=manner)
    passed("userId is a student of this course, and the activity takes scores.")
    with transaction.atomic():
        grade = Grade.objects.filter(line_item=item, person=learner).first()
        if grade is None:
            grade = Grade(line_item=item, person=learner)
        elif grade.locked and manner.entry_overrides:
            # Seen on a real site: Moodle fails over a locked grade.
            raise ServiceError(500, "The grade is locked in the gradebook.", code="internal_server_error")
        elif grade.timestamp is not None and _stale(body.timestamp, grade.timestamp, manner):
            raise ServiceError(
                manner.stale_status,
                f"timestamp {body.timestamp.isoformat()} is not newer than the last score's, "
                f"{grade.timestamp.isoformat()}.",
                code="stale",
            )
        passed("timestamp is newer than the last score’s.")
        outcome = _moodle(item, body, grade) if manner.is_moodle else _canvas(item, body, grade)
        grade.score, grade.posted_score, grade.posted_maximum, grade.by_hand = (
            outcome.score,
            outcome.posted_score,
            outcome.posted_maximum,
            outcome.by_hand,
        )
        grade.activity_progress, grade.grading_progress = body.activityProgress, body.gradingProgress
        if manner.is_moodle:
            grade.comments = [body.comment] if body.comment else []
        else:
            _submit(grade, body)
            if body.comment:
                grade.comments = [*grade.comments, body.comment]
        grade.timestamp = body.timestamp
        grade.save()
    return grade


def _check_moodle(body: ScoreBody) -> None:
    if not (body.userId.isascii() and body.userId.isdigit() and len(body.userId) < 18):
        raise ServiceError(502, f"userId {body.userId[:50]!r} is not a number.", code="bad_gateway")
    if body.scoreGiven is not None and body.scoreMaximum is None:
        raise ServiceError(400, "scoreMaximum: missing beside scoreGiven.", code="bad_request")


def _check_canvas(item: LineItem, body: ScoreBody) -> None:
    for name, value, known in (
        ("activityProgress", body.activityProgress, ACTIVITY_PROGRESS),
        ("gradingProgress", body.gradingProgress, GRADING_PROGRESS),
    ):
        if value not in known:
            raise ServiceError(400, f"{name} {value[:50]!r} must be one of {', '.join(known)}.", code="bad_request")
    if body.scoreGiven is not None and body.scoreMaximum is None:
        raise ServiceError(422, "ScoreMaximum is required if ScoreGiven is given.", code="unprocessable_entity")
    for name, number in (("ScoreGiven", body.scoreGiven), ("ScoreMaximum", body.scoreMaximum)):
        if number is not None and number < 0:
            raise ServiceError(422, f"{name} must be greater than or equal to 0.", code="unprocessable_entity")
    if body.scoreMaximum == 0 and item.score_maximum > 0:
        raise ServiceError(422, "ScoreMaximum must be greater than 0.", code="unprocessable_entity")
    if body.submitted_at is not None and body.submitted_at > timezone.now() + timedelta(minutes=1):
        raise ServiceError(400, "submitted_at must not lie in the future.", code="bad_request")


def _stale(given: datetime, last: datetime, manner: Manner) -> bool:
    if manner.equal_timestamp_is_stale:
        return int(given.timestamp()) <= int(last.timestamp())
    return given < last


def scaled(item: LineItem, given: Decimal, maximum: Decimal) -> Decimal:
    """A posted score in the column's own points."""
    # Moodle takes a score out of 0 as it is.
    value = given * item.score_maximum / maximum if maximum else given
    return value.quantize(_PLACES, rounding=ROUND_HALF_UP)


def _moodle(item: LineItem, body: ScoreBody, grade: Grade) -> _Outcome:
    if body.gradingProgress != "FullyGraded" or body.scoreGiven is None or body.scoreMaximum is None:
        tool = _Outcome(None, None, None)
    else:
        score = scaled(item, body.scoreGiven, body.scoreMaximum)
        tool = _Outcome(min(max(score, Decimal(0)), item.score_maximum), body.scoreGiven, body.scoreMaximum)
    if grade.by_hand:
        # Taken and remembered, but an overridden grade stays what the teacher made it.
        return _Outcome(grade.score, tool.posted_score, tool.posted_maximum, by_hand=True)
    return tool


def _canvas(item: LineItem, body: ScoreBody, grade: Grade) -> _Outcome:
    kept = _Outcome(grade.score, grade.posted_score, grade.posted_maximum, grade.by_hand)
    if grade.by_hand and body.canvas is not None and body.canvas.prioritize_non_tool_grade:
        return kept
    final = body.gradingProgress in ("FullyGraded", "PendingManual")
    if not final or body.scoreGiven is None or body.scoreMaximum is None:
        if body.canvas is not None and body.canvas.preserve_score:
            return kept
        return _Outcome(None, None, None)
    return _Outcome(scaled(item, body.scoreGiven, body.scoreMaximum), body.scoreGiven, body.scoreMaximum)


def _submit(grade: Grade, body: ScoreBody) -> None:
    """Canvas: a post is a new submission, and an attempt, unless it says otherwise or repeats its time."""
    extension = body.canvas or CanvasSubmission()
    if not extension.new_submission or body.activityProgress not in HANDED_IN:
        return
    if body.submitted_at is not None and grade.submitted_at == body.submitted_at:
        return
    grade.attempts += 1
    grade.submitted_at = body.submitted_at or body.timestamp
