"""Which limits hold for whom."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from coexistence.courses.models import Accommodation, Assignment, Enrollment, Group
from coexistence.quiz import policy


def _here(assignment: Assignment) -> QuerySet[Accommodation]:
    """What is said of anybody in this assignment, or in every one of its course."""
    return Accommodation.objects.filter(Q(assignment=None) | Q(assignment=assignment), course=assignment.course_id)


def limits_of(*, assignment: Assignment, enrollment: Enrollment) -> policy.Limits:
    """The limits of one person. One query."""
    theirs = _here(assignment).filter(Q(enrollment=enrollment) | Q(group__members=enrollment))
    return policy.limits(assignment, theirs)


def class_limits(*, assignment: Assignment, enrollments: Collection[int]) -> dict[int, policy.Limits]:
    """The limits of each of these people (ids of enrollments). Two queries at most, for any number of them."""
    rows: dict[int, list[Accommodation]] = {enrollment: [] for enrollment in enrollments}
    of_groups: dict[int, list[Accommodation]] = {}
    for row in _here(assignment):
        if row.group_id is not None:
            of_groups.setdefault(row.group_id, []).append(row)
        elif row.enrollment_id in rows:
            rows[row.enrollment_id].append(row)
    members = Group.members.through.objects.filter(group__in=of_groups) if of_groups else ()
    for member in members:
        if member.enrollment_id in rows:
            rows[member.enrollment_id] += of_groups[member.group_id]
    return {enrollment: policy.limits(assignment, theirs) for enrollment, theirs in rows.items()}
