"""Who may be graded where, and what each platform answers where that is not so."""

from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Course, LineItem, Membership, Person


def learner(*, item: LineItem, user_id: str, manner: Manner) -> Person:
    """The person that a score for ``user_id`` is for; ServiceError where this cell takes none."""
    if manner.is_canvas:
        _check_course(item.course)
        if item.activity is not None and not item.activity.published:
            message = "cannot be changed at this time: This assignment is still unpublished"
            raise ServiceError(
                422, message, body={"errors": [{"field": "grade", "message": message, "error_code": None}]}
            )
    membership = (
        Membership.objects.select_related("person")
        .filter(course=item.course_id, person_id=int(user_id), role__in=manner.gradable, active=True)
        .first()
        if user_id.isascii() and user_id.isdigit() and len(user_id) < 18
        else None
    )
    if membership is None or (manner.is_moodle and item.course.is_concluded):
        raise _unknown(manner)
    return membership.person


def _check_course(course: Course) -> None:
    if course.state == Course.State.CONCLUDED:
        raise ServiceError(
            422,
            "This course has concluded. AGS requests will no longer be accepted for this course.",
            code="unprocessable_entity",
        )
    if course.state == Course.State.CONCLUDED_BEFORE:
        message = "The specified resource does not exist."
        raise ServiceError(404, message, body={"errors": [{"message": message}]})


def _unknown(manner: Manner) -> ServiceError:
    if manner.is_moodle:
        return ServiceError(
            400, "Incorrect score received: the user is not a student of this course.", code="bad_request"
        )
    return ServiceError(422, "User not found in course or is not a student", code="unprocessable_entity")
