"""A checked message becomes rows, in one transaction, and a visit. Nothing else writes launch rows.

The common launch, of a known person at a known link with nothing changed, reads with one statement and writes the
visit only. Everything new or changed is written together with it, safely beside other launches doing the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from coexistence.courses import visits
from coexistence.courses.models import Visit
from coexistence.courses.models.course import STAFF_ROLES
from coexistence.prepared import Prepared
from coexistence.quiz import accommodations

from . import deployments, facts, platforms, records
from .errors import Code, Refusal
from .models import DeepLinkRequest, Deployment, Registration, ResourceLink
from .origins import frame_ancestors
from .protocol.claims import DEEP_LINKING, SUBMISSION_REVIEW, Message
from .protocol.message import Received
from .protocol.roles import Standing, standing

#: Of a visit that is for content selection.
SELECT_PAGE = "select/"


@dataclass(frozen=True, slots=True)
class Opened:
    """A visit, and the secret that goes into the visitor's cookie and is kept nowhere.

    ``page`` is the one to begin with, below the visit's own path.
    """

    visit: Visit
    secret: str
    page: str = ""


def open_launch(received: Received, *, now: datetime) -> Opened | None:
    """The visit of a launch; None where its roles give access to nothing, and then nothing is recorded (L3).

    Somebody without an id (as in a public course of Canvas) gets a visit that leaves nothing of them behind. Raises
    ``Refusal`` for a deployment that may not launch, for content selection by somebody who may not place anything, and
    for a message that has opened a visit already; of these only a new deployment is recorded, as pending.
    """
    try:
        return _open(received, standing(received.message.roles), now)
    except Refusal as refusal:
        refusal.registration_id = received.registration.pk
        raise


def _open(received: Received, who: Standing, now: datetime) -> Opened | None:
    registration, message = received.registration, received.message
    known = _known(registration, message)
    deployment = None
    if known is not None:
        deployments.check(known["deployment_state"], message.deployment_id)
    elif deployment := deployments.seen(registration, message.deployment_id):
        deployments.check(deployment.state, message.deployment_id)
    selecting = message.message_type == DEEP_LINKING
    if selecting:
        _check_selection(message, who)
    elif message.sub is not None and not who.has_access:
        return None
    if known is not None and not _is_news(registration, known, message, who):
        opened = _visit(received, who, known.get("enrollment_id"), known["assignment_id"], now)
        _dates(registration, message, who, known.get("enrollment_id"), known["assignment_id"], now)
        return opened
    with transaction.atomic():
        deployment = (
            deployment
            or deployments.seen(registration, message.deployment_id)
            or deployments.first(registration, message.deployment_id)
        )
        records.update(registration, facts.registration_fields(registration, message))
        context = records.context(deployment, message)
        enrollment_id = None
        if message.sub is not None:
            user = records.user(registration, message.sub, message)
            enrollment_id = records.enrollment(context.course, user, who).pk
        if selecting:
            return _selection(received, who, enrollment_id, deployment, now)
        assert message.resource_link is not None
        link = records.link(registration, context, message, message.resource_link, now=now)
        # Before the column: a submission, too, takes its attempt first and then the column.
        _dates(registration, message, who, enrollment_id, link.assignment_id, now)
        records.column(link, message)
        return _visit(received, who, enrollment_id, link.assignment_id, now)


def _check_selection(message: Message, who: Standing) -> None:
    """Whether this person may place something, and the platform takes what there is to place."""
    if message.sub is None:
        raise Refusal(Code.ANONYMOUS)
    if STAFF_ROLES.isdisjoint(who.roles):
        raise Refusal(Code.NOT_STAFF)
    settings = message.deep_linking_settings
    if settings is None or "ltiResourceLink" not in settings.accept_types:
        raise Refusal(Code.NOTHING_ACCEPTED)


# --- What is known already ------------------------------------------------------------------------------------------


#: All that a launch compares, and what a visit needs, under the names of the columns.
_OF_LINK = {
    "deployment_state": F("context__deployment__state"),
    "memberships_url": F("context__memberships_url"),
    "title": F("context__course__title"),
    "label": F("context__course__label"),
    "quiz": F("assignment__quiz"),
    "column": F("line_item"),
    "url": F("line_item__url"),
    "container_url": F("line_item__container_url"),
    "scopes": F("line_item__scopes"),
    "gone": F("line_item__gone"),
}
_OF_PERSON = {
    "enrollment_id": F("context__course__enrollments__id"),
    "roles": F("context__course__enrollments__roles"),
    "is_test": F("context__course__enrollments__is_test"),
    "was_staff": F("context__course__enrollments__was_staff"),
    "name": F("context__course__enrollments__participant__name"),
}


def _links(registration: int, deployment: str, context: str, link: str) -> QuerySet[ResourceLink]:
    return ResourceLink.objects.filter(
        replaced_at=None,
        resource_link_id=link,
        context__context_id=context,
        context__deployment__registration=registration,
        context__deployment__deployment_id=deployment,
    )


_LINK: Prepared[Any] = Prepared(
    lambda registration, deployment, context, link: _links(registration, deployment, context, link).values(
        "assignment_id", "picked", **_OF_LINK
    ),
    texts=("deployment", "context", "link"),
    numbers=("registration",),
)
_LINK_AND_PERSON: Prepared[Any] = Prepared(
    lambda registration, deployment, context, link, sub: (
        _links(registration, deployment, context, link)
        .filter(
            context__course__enrollments__participant__lti_user__registration=registration,
            context__course__enrollments__participant__lti_user__sub=sub,
        )
        .values("assignment_id", "picked", **_OF_LINK, **_OF_PERSON)
    ),
    texts=("deployment", "context", "link", "sub"),
    numbers=("registration",),
)


def _known(registration: Registration, message: Message) -> Mapping[str, Any] | None:
    """What is kept of a link and of the person, if there is one, in one statement; None where either of them is new."""
    if message.resource_link is None or message.message_type == DEEP_LINKING:
        return None
    link = {
        "deployment": message.deployment_id,
        "context": facts.context_id(message),
        "link": message.resource_link.id,
    }
    known: Mapping[str, Any] | None = (
        _LINK.first(registration=registration.pk, **link)
        if message.sub is None
        else _LINK_AND_PERSON.first(registration=registration.pk, **link, sub=message.sub)
    )
    return known


def _is_news(registration: Registration, known: Mapping[str, Any], message: Message, who: Standing) -> bool:
    """Whether the message says anything that the rows do not say yet."""
    said = (
        facts.context_fields(message)
        | facts.course_fields(message)
        | facts.participant_fields(message)
        | (facts.enrollment_fields(who, was_staff=known["was_staff"]) if message.sub is not None else {})
        | facts.link_fields(message)
        | (facts.column_fields(message) if known["column"] else {})
    )
    return bool(
        facts.registration_fields(registration, message)
        or any(known[name] != value for name, value in said.items())
        or (known["quiz"] and not known["column"])
    )


def _dates(
    registration: Registration,
    message: Message,
    who: Standing,
    enrollment_id: int | None,
    assignment_id: int,
    now: datetime,
) -> None:
    """Keep the learner's own dates of the assignment, where the platform tells them; one statement if they are known.

    Those that a teacher's launch brings are not a learner's.
    """
    if enrollment_id is None or who.is_test or not STAFF_ROLES.isdisjoint(who.roles):
        return
    dates = facts.dates(message)
    if any(dates.values()) or platforms.of(registration.platform).tells_dates:
        accommodations.record_platform_dates(assignment_id=assignment_id, enrollment_id=enrollment_id, now=now, **dates)


# --- The visit ------------------------------------------------------------------------------------------------------


def _visit(
    received: Received, who: Standing, enrollment_id: int | None, assignment_id: int | None, now: datetime
) -> Opened:
    registration, message = received.registration, received.message
    selection = message.deep_linking_settings if assignment_id is None else None
    addresses = (message.return_url, selection.deep_link_return_url if selection else "")
    visit = Visit(
        enrollment_id=enrollment_id,
        assignment_id=assignment_id,
        # Rights belong to a person; what may be read without any is the same for everyone.
        roles=sorted(who.roles) if enrollment_id else [],
        purpose=Visit.Purpose.SELECT if selection else Visit.Purpose.LEARN,
        frame_ancestors=frame_ancestors(registration, addresses),
        return_url=message.return_url,
        locale=message.language,
        frame_token=message.frame_token,
        login=received.state.digest,
    )
    try:
        return Opened(visit, visits.begin(visit, now=now), page=_first_page(message, visit))
    except visits.OpenedAlreadyError:
        raise Refusal(Code.REPLAYED) from None


def _first_page(message: Message, visit: Visit) -> str:
    """A platform's gradebook asks to see a submission: the class for those who teach, else the person's own quiz."""
    if message.message_type == DEEP_LINKING:
        return SELECT_PAGE
    if message.message_type == SUBMISSION_REVIEW and visit.assignment is not None and visit.assignment.is_graded:
        return "grades/" if visit.is_staff else "quiz/"
    return ""


def _selection(
    received: Received, who: Standing, enrollment_id: int | None, deployment: Deployment, now: datetime
) -> Opened:
    message = received.message
    assert message.deep_linking_settings is not None
    opened = _visit(received, who, enrollment_id, None, now)
    DeepLinkRequest.objects.create(
        visit=opened.visit,
        deployment=deployment,
        settings=message.deep_linking_settings.model_dump(mode="json"),
        placement=(message.placement or "")[:100],
    )
    return opened
