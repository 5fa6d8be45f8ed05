"""Who learns where."""

from .accommodation import Accommodation, Group
from .assignment import Assignment
from .course import Course, Enrollment, Participant, Role
from .settings import QuizSettings, Shown
from .visit import Visit

__all__ = [
    "Accommodation",
    "Assignment",
    "Course",
    "Enrollment",
    "Group",
    "Participant",
    "QuizSettings",
    "Role",
    "Shown",
    "Visit",
]
