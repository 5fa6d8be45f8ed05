"""The rows that a launch finds or makes, each with what its message says of it; all in the launch's transaction.

Several launches may make the same row at once: a constraint lets one of them, and the others find it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from coexistence.courses.models import Course, Enrollment, Participant

from . import binding, columns, facts, grades
from .models import Context, Deployment, LineItem, LtiUser, Registration, ResourceLink
from .protocol.claims import Message, ResourceLinkClaim
from .protocol.roles import Standing

Row = TypeVar("Row", bound=Model)


def context(deployment: Deployment, message: Message) -> Context:
    """The context and its course, with their titles and services of now."""
    known = Context.objects.select_related("course").filter(deployment=deployment, context_id=facts.context_id(message))

    def make() -> Context:
        course = Course.objects.create(**facts.course_fields(message))
        return Context.objects.create(
            deployment=deployment, context_id=facts.context_id(message), course=course, **facts.context_fields(message)
        )

    context = known.first() or _make(make, otherwise=known.get)
    update(context, facts.context_fields(message))
    update(context.course, facts.course_fields(message))
    return context


def user(registration: Registration, sub: str, message: Message) -> LtiUser:
    """The user is (registration, sub), never an e-mail or a name (L2)."""
    known = LtiUser.objects.select_related("participant").filter(registration=registration, sub=sub)

    def make() -> LtiUser:
        participant = Participant.objects.create(**facts.participant_fields(message))
        return LtiUser.objects.create(registration=registration, sub=sub, participant=participant)

    user = known.first() or _make(make, otherwise=known.get)
    update(user.participant, facts.participant_fields(message))
    return user


def enrollment(course: Course, user: LtiUser, who: Standing) -> Enrollment:
    """The enrollment with this launch's roles in place of the former ones (L4)."""
    known = Enrollment.objects.filter(course=course, participant=user.participant)

    def make() -> Enrollment:
        return Enrollment.objects.create(
            course=course, participant=user.participant, **facts.enrollment_fields(who, was_staff=False)
        )

    enrollment = known.first() or _make(make, otherwise=known.get)
    update(enrollment, facts.enrollment_fields(who, was_staff=enrollment.was_staff))
    return enrollment


def link(
    registration: Registration, context: Context, message: Message, claim: ResourceLinkClaim, *, now: datetime
) -> ResourceLink:
    """The link, bound to its assignment, or to another one that has been picked for it since (L6)."""
    known = ResourceLink.objects.select_related("context", "assignment", "line_item").filter(
        context=context, resource_link_id=claim.id, replaced_at=None
    )

    def make() -> ResourceLink:
        return ResourceLink.objects.create(
            context=context,
            resource_link_id=claim.id,
            assignment=binding.assignment_for(registration, context.course, message, claim),
            picked=message.assignment_uuid,
        )

    def make_again() -> ResourceLink:
        # Either this link was made meanwhile, or another one took the assignment; then ours gets a copy.
        return known.first() or _make(make, otherwise=known.get)

    found = known.first() or _make(make, otherwise=make_again)
    if message.assignment_uuid is None or message.assignment_uuid == found.picked:
        return found
    binding.follow(found, message.assignment_uuid, now=now)
    return known.get()


def column(link: ResourceLink, message: Message) -> None:
    """Keep what is known of the link's gradebook column; scores that waited for one become due."""
    if not link.assignment.is_graded:
        return
    known = LineItem.objects.filter(resource_link=link)
    column = known.first() or _make(lambda: LineItem.objects.create(resource_link=link), otherwise=known.get)
    address = (column.url, column.gone)
    update(column, facts.column_fields(message))
    if column.url and (column.url, column.gone) != address:
        grades.column_found(line_item_id=column.pk, replaced=bool(address[0]) and address[0] != column.url)
    elif not column.url:
        columns.look_for(column, now=timezone.now())


def _make(make: Callable[[], Row], *, otherwise: Callable[[], Row]) -> Row:
    """What ``make`` creates, or where a constraint says that another launch was first, what ``otherwise`` finds."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        return otherwise()


def changes(row: Model, fields: dict[str, object]) -> list[str]:
    """The names of those fields in which the row says something else."""
    return [name for name, value in fields.items() if getattr(row, name) != value]


def update(row: Model, fields: dict[str, object]) -> None:
    """Bring the row up to ``fields``, saving only what changed."""
    changed = changes(row, fields)
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)
