"""What is granted in a course, to whom, as its staff see it."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from coexistence.courses.models import Accommodation, Assignment, Course, Enrollment, Role
from coexistence.quiz.models import Attempt

DATES = ("opens_at", "due_at", "closes_at")


def course_dates(assignment: Assignment) -> dict[str, list[tuple[datetime, int]]]:
    """The dates that the platform has told, by the name of the setting whose place they take where it is empty: each
    with the number of learners whom it was told for, earliest first. One query."""
    told = Accommodation.objects.filter(assignment=assignment, source=Accommodation.Source.PLATFORM)
    rows = list(told.values(*DATES))
    return {name: sorted(Counter(row[name] for row in rows if row[name] is not None).items()) for name in DATES}


def in_force(course: Course) -> list[Accommodation]:
    """What staff have granted in the course, with whom it is for, where it holds and who said so; people before
    groups, each by name. One query."""
    rows = Accommodation.objects.filter(course=course, source=Accommodation.Source.STAFF)
    brought = rows.select_related("enrollment__participant", "group", "assignment", "by__participant")
    return sorted(brought, key=lambda row: (row.group is not None, whose(row).casefold(), row.pk))


def whose(row: Accommodation) -> str:
    """The name of the person or group, whom the row brings along."""
    return str(row.group) if row.group is not None else str(row.enrollment.participant)  # type: ignore[union-attr]


def learners(course: Course) -> list[Enrollment]:
    """Those who learn in the course, by name. One query."""
    everyone = Enrollment.objects.filter(course=course).select_related("participant")
    found = [one for one in everyone if Role.LEARNER in one.roles and not one.is_preview]
    return sorted(found, key=lambda one: (str(one.participant).casefold(), one.pk))


def running(row: Accommodation) -> int:
    """How many attempts are going on for which the row has a say. One query."""
    open_ = Attempt.objects.filter(state=Attempt.State.OPEN, assignment__course=row.course_id)
    if row.assignment_id is not None:
        open_ = open_.filter(assignment=row.assignment_id)
    members = Q(enrollment=row.enrollment_id) if row.group_id is None else Q(enrollment__groups=row.group_id)
    return open_.filter(members).count()
