"""Which assignment a link shows: one placed for it, a copy of an older link's, a whole unit, or one picked anew (L6).

Copies take over a configuration, and never anybody's work. Nothing is ever taken from another registration (P1).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from coexistence.content.models import Unit
from coexistence.courses import assignments
from coexistence.courses.models import Assignment, Course

from . import grades
from .errors import Code, Refusal
from .models import LineItem, Registration, ResourceLink
from .protocol.claims import Message, ResourceLinkClaim


def assignment_for(
    registration: Registration, course: Course, message: Message, claim: ResourceLinkClaim
) -> Assignment:
    """The assignment of a link that is seen for the first time.

    It is the one that was placed for the link; for any further link with its UUID a copy; for a link without one a copy
    of the link that the platform says it was copied from; else a whole unit.
    """
    placed = _placed(registration, message.assignment_uuid)
    if placed is not None and placed.course_id == course.pk and not hasattr(placed, "resource_link"):
        return placed
    original = _nearest(registration, message, claim, placed) or placed
    if original is not None:
        return assignments.clone(assignment=original, course=course)
    unit = Unit.objects.first()
    if unit is None:
        raise Refusal(Code.NO_CONTENT)
    title = _title(claim) or unit.title
    kind = Assignment.Kind.UNIT if unit.quiz_set.filter(course=None).exists() else Assignment.Kind.LESSON
    return assignments.place(course=course, unit=unit, kind=kind, title=title, points=assignments.DEFAULT_POINTS)


def _placed(registration: Registration, uuid: UUID | None) -> Assignment | None:
    if uuid is None:
        return None
    of_registration = Assignment.objects.filter(course__lti_context__deployment__registration=registration)
    return of_registration.select_related("resource_link").filter(uuid=uuid).first()


def _title(claim: ResourceLinkClaim) -> str:
    return (claim.title or "").strip()[: assignments.LONGEST_TITLE]


# --- Links that were copied -------------------------------------------------------------------------------------------


def _nearest(
    registration: Registration, message: Message, claim: ResourceLinkClaim, placed: Assignment | None
) -> Assignment | None:
    """The assignment of the link that this one was copied from, as the histories of link and context tell.

    A teacher may have changed a copy, and copied its course: so the nearest copy is taken, and not the first original.
    None where they tell of no link that we know, or of several.
    """
    links = ResourceLink.objects.select_related("assignment", "context").filter(
        context__deployment__registration=registration, replaced_at=None
    )
    if placed is not None:
        links = links.filter(Q(picked=placed.uuid) | Q(assignment=placed))
    return _of_link_history(links, message) or _of_context_history(links, message, claim, is_copy=placed is not None)


def _of_link_history(links: QuerySet[ResourceLink], message: Message) -> Assignment | None:
    ids, contexts = message.link_history, message.context_history
    for found in _by_rank(links.filter(resource_link_id__in=ids), ids, _link_id):
        # A link keeps its id in some platforms' copies; then the nearest of the contexts decides.
        named = [link for link in found if link.context.context_id in contexts]
        ranked = _by_rank(named, contexts, _context_id) if named else [found]
        return ranked[0][0].assignment if len(ranked[0]) == 1 else None
    return None


def _of_context_history(
    links: QuerySet[ResourceLink], message: Message, claim: ResourceLinkClaim, *, is_copy: bool
) -> Assignment | None:
    """By the link's title, where only one link of the nearest context has it."""
    contexts = message.context_history
    for found in _by_rank(links.filter(context__context_id__in=contexts), contexts, _context_id):
        same = [link for link in found if link.assignment.title == _title(claim)]
        if len(same) == 1:
            return same[0].assignment
        if is_copy and len(found) == 1:
            return found[0].assignment
        if same or is_copy:
            return None
    return None


def _by_rank(
    links: Iterable[ResourceLink], ids: Sequence[str], id_of: Callable[[ResourceLink], str]
) -> list[list[ResourceLink]]:
    """The links in the order of ``ids``; those with the same id together."""
    groups: dict[str, list[ResourceLink]] = {}
    for link in links:
        groups.setdefault(id_of(link), []).append(link)
    return [groups[each] for each in ids if each in groups]


def _link_id(link: ResourceLink) -> str:
    return link.resource_link_id


def _context_id(link: ResourceLink) -> str:
    return link.context.context_id


# --- Links for which something else was picked ------------------------------------------------------------------------


def follow(link: ResourceLink, uuid: UUID, *, now: datetime) -> None:
    """Let a link show what its custom parameters name now, in the launch's transaction.

    Moodle and Open edX let an instructor select content again for a link that exists. What stood there before keeps its
    attempts and scores; those not yet sent are kept back, since the link's column is another assignment's now.
    """
    current = (
        ResourceLink.objects.select_for_update(of=("self",))
        .select_related("assignment__origin")
        .filter(pk=link.pk, replaced_at=None)
        .first()
    )
    if current is None or current.picked == uuid:
        # Another launch was first.
        return
    known = {current.assignment.uuid, current.assignment.origin.uuid if current.assignment.origin else None}
    back = current.former.filter(picked=uuid).order_by("-replaced_at").first()
    placed = Assignment.objects.filter(uuid=uuid, course=current.assignment.course_id).first()
    if back is None and (placed is None or uuid in known):
        current.picked = uuid
        current.save(update_fields=["picked"])
        return
    current.replaced_at = now
    current.save(update_fields=["replaced_at"])
    if back is not None:
        shown = back
        shown.replaced_at = shown.replaced_by = None
        shown.save(update_fields=["replaced_at", "replaced_by"])
    else:
        assert placed is not None
        shown = _bound(current, placed, uuid)
    ResourceLink.objects.filter(Q(pk=current.pk) | Q(replaced_by=current)).exclude(pk=shown.pk).update(
        replaced_by=shown
    )
    _hand_on_column(current, shown)


def _bound(former: ResourceLink, placed: Assignment, uuid: UUID) -> ResourceLink:
    """A row for the same link with that assignment; with a copy of it where another link shows it already."""

    def make(assignment: Assignment) -> ResourceLink:
        return ResourceLink.objects.create(
            context_id=former.context_id,
            resource_link_id=former.resource_link_id,
            assignment=assignment,
            picked=uuid,
        )

    try:
        with transaction.atomic():
            return make(placed)
    except IntegrityError:
        return make(assignments.clone(assignment=placed, course=placed.course))


def _hand_on_column(former: ResourceLink, shown: ResourceLink) -> None:
    """Give the link's column to what it shows now; the former's scores that have not arrived go nowhere."""
    LineItem.objects.filter(resource_link=shown).update(find_code="")
    column = LineItem.objects.filter(resource_link=former).first()
    if column is None:
        return
    address = {"url": column.url, "container_url": column.container_url, "scopes": column.scopes, "gone": column.gone}
    grades.set_aside(line_item_id=column.pk)
    if not shown.assignment.is_graded:
        return
    handed_on, is_new = LineItem.objects.update_or_create(
        resource_link=shown,
        defaults=address,
        create_defaults={**address, "withheld": column.withheld, "withheld_until": column.withheld_until},
    )
    if handed_on.url and not is_new:
        grades.column_found(line_item_id=handed_on.pk, replaced=True)
