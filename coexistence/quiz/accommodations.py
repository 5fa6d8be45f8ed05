"""What one person or group may do otherwise: granting it and taking it back, also while they are at a quiz."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from coexistence.courses.models import Accommodation, Assignment, Course, Enrollment, Group

from . import attempts

Source = Accommodation.Source
MOST_MINUTES = 7 * 24 * 60


class Terms(TypedDict, total=False):
    """What may be granted; see ``Accommodation``. What is left out is taken back."""

    time_factor: Decimal | None
    extra_minutes: int | None
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    extra_attempts: int | None
    excused: bool
    note: str


_NOTHING: Terms = {
    "time_factor": None,
    "extra_minutes": None,
    "opens_at": None,
    "due_at": None,
    "closes_at": None,
    "extra_attempts": None,
    "excused": False,
    "note": "",
}


class AccommodationError(ValueError):
    """Something that cannot be granted. ``code`` is the field that is wrong, or ``course``, ``whose``, ``nothing``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def grant(
    *,
    course: Course,
    enrollment: Enrollment | None = None,
    group: Group | None = None,
    assignment: Assignment | None = None,
    by: Enrollment | None,
    now: datetime,
    **terms: Unpack[Terms],
) -> Accommodation:
    """Say what holds for a person or a group of the course, in place of what was said before.

    Without an ``assignment`` it holds in every timed one, present and future; with one it is an exception there.
    Running attempts have the new limits at once. Raises ``AccommodationError``.
    """
    whole: Terms = {**_NOTHING, **terms}
    _check(course, enrollment, group, assignment, whole)
    with transaction.atomic():
        row, _ = Accommodation.objects.update_or_create(
            course=course,
            enrollment=enrollment,
            group=group,
            assignment=assignment,
            source=Source.STAFF,
            defaults={**whole, "by": by, "changed_at": now},
        )
        _apply(course, assignment, _people(row), by, now)
    return row


def withdraw(*, accommodation: Accommodation, by: Enrollment | None, now: datetime) -> None:
    """Take back what was granted; a running attempt has the limits of everyone again, and ends no earlier than now."""
    with transaction.atomic():
        people = _people(accommodation)
        course, assignment = accommodation.course, accommodation.assignment
        accommodation.delete()
        _apply(course, assignment, people, by, now)


def save_group(
    *, course: Course, name: str, members: Collection[Enrollment], now: datetime, by: Enrollment | None = None
) -> Group:
    """The course's group of that name, with these members in place of former ones. Raises ``AccommodationError``."""
    if not 1 <= len(name.strip()) <= 100:
        raise AccommodationError("name", gettext("Give the group a name of 1 to 100 characters."))
    if any(member.course_id != course.pk for member in members):
        raise AccommodationError("course", gettext("A group has members of its own course."))
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(course=course, name=name.strip())
        before = set(group.members.values_list("pk", flat=True))
        group.members.set(members)
        moved = before ^ {member.pk for member in members}
        if moved and group.accommodations.exists():
            _apply(course, None, moved, by, now)
    return group


def delete_group(*, group: Group, now: datetime, by: Enrollment | None = None) -> None:
    """Dissolve a group, and with it what was granted to it."""
    with transaction.atomic():
        course, people = group.course, set(group.members.values_list("pk", flat=True))
        group.delete()
        _apply(course, None, people, by, now)


def record_platform_dates(
    *,
    assignment_id: int,
    enrollment_id: int,
    opens_at: datetime | None,
    due_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> bool:
    """Keep the dates that the platform has told for this learner of a graded assignment; whether they are news.

    They hold where neither the assignment nor an accommodation has a date of its own, and are shown as "from the
    course". One query where they are no news.
    """
    wanted: dict[str, Any] = {"opens_at": opens_at, "due_at": due_at, "closes_at": closes_at}
    key: dict[str, Any] = {"assignment_id": assignment_id, "enrollment_id": enrollment_id, "source": Source.PLATFORM}
    known = Accommodation.objects.filter(**key).values(*wanted).first() or dict.fromkeys(wanted)
    if known == wanted:
        return False
    assignment = Assignment.objects.select_related("course").get(pk=assignment_id)
    if not assignment.is_graded or Enrollment.objects.get(pk=enrollment_id).is_preview:
        return False
    with transaction.atomic():
        if any(wanted.values()):
            Accommodation.objects.update_or_create(
                **key, course_id=assignment.course_id, defaults={**wanted, "changed_at": now}
            )
        else:
            Accommodation.objects.filter(**key).delete()
        _apply(assignment.course, assignment, {enrollment_id}, None, now)
    return True


def _people(row: Accommodation) -> set[int]:
    if row.group is not None:
        return set(row.group.members.values_list("pk", flat=True))
    assert row.enrollment_id is not None
    return {row.enrollment_id}


def _apply(
    course: Course, assignment: Assignment | None, people: Collection[int], by: Enrollment | None, now: datetime
) -> None:
    """Refresh the attempts that these people have, and tell what counts for them: they may be excused no longer."""
    chosen = Q(pk=assignment.pk) if assignment else Q(attempts__enrollment__in=people)
    for one in Assignment.objects.filter(chosen, course=course).distinct():
        attempts.refresh(assignment=one, enrollments=people, now=now, by=by)
        attempts.tell(assignment=one, enrollments=people, reason="limits")


def _check(
    course: Course, enrollment: Enrollment | None, group: Group | None, assignment: Assignment | None, terms: Terms
) -> None:
    if (enrollment is None) == (group is None):
        raise AccommodationError("whose", gettext("Choose a person or a group."))
    if any(one is not None and one.course_id != course.pk for one in (enrollment, group, assignment)):
        raise AccommodationError("course", gettext("People, groups and assignments are those of one course."))
    dates = [terms["opens_at"], terms["due_at"], terms["closes_at"]]
    for code, is_wrong, message in (
        (
            "extra_minutes",
            terms["time_factor"] is not None and terms["extra_minutes"] is not None,
            gettext("Give extra time as a factor or in minutes, not both."),
        ),
        (
            "time_factor",
            terms["time_factor"] is not None and not 1 <= terms["time_factor"] <= 10,
            gettext("The time can be multiplied by 1 to 10."),
        ),
        (
            "extra_minutes",
            terms["extra_minutes"] is not None and not 0 <= terms["extra_minutes"] <= MOST_MINUTES,
            gettext("Give 0 to %(most)s extra minutes.") % {"most": MOST_MINUTES},
        ),
        (
            "extra_attempts",
            terms["extra_attempts"] is not None and not 0 <= terms["extra_attempts"] <= 1000,
            gettext("Give 0 to 1000 extra attempts."),
        ),
        (
            "assignment",
            assignment is None and (any(dates) or terms["excused"]),
            gettext("Dates, and being excused, belong to one assignment; choose it."),
        ),
        (
            "nothing",
            all(terms[name] == _NOTHING[name] for name in _NOTHING if name != "note"),  # type: ignore[literal-required]
            gettext("Say what is to be different: time, dates, attempts, or that they are excused."),
        ),
        ("closes_at", list(filter(None, dates)) != sorted(filter(None, dates)), gettext("Put the dates in order.")),
    ):
        if is_wrong:
            raise AccommodationError(code, message)
