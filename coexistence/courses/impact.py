"""Whom a change of a unit's content touches: the assignments that show it."""

from collections.abc import Mapping, Set
from typing import Any

from coexistence.content.models import Event, Item, Quiz, Section, Unit

from .models import Assignment

Kind = Assignment.Kind
MOST_NAMED = 20


def assignments_touched(*, unit: Unit, changed: Mapping[Any, Set[str]], **kwargs: Any) -> list[str]:
    """A line for each assignment of ``unit`` with what of it changes, or how many they are where they are many.

    One query. A receiver of ``unit_changed``.
    """
    found = []
    for assignment in Assignment.objects.filter(unit=unit).select_related("course", "quiz").order_by("pk"):
        what = _changed_in(assignment, changed)
        if what:
            found.append(f"touches {assignment.title!r} in {assignment.course} ({', '.join(what)})")
    if len(found) > MOST_NAMED:
        return [f"touches {len(found)} assignments"]
    return found


def _changed_in(assignment: Assignment, changed: Mapping[Any, Set[str]]) -> list[str]:
    what = []
    if assignment.kind in {Kind.UNIT, Kind.LESSON} and changed.keys() - {Item, Quiz}:
        what.append("lesson")
    elif assignment.kind == Kind.TIMELINE and changed.keys() & {Event, Section, Unit}:
        what.append("timeline")
    quiz = assignment.quiz
    if quiz is not None:
        asked = {pick.get("item") for part in quiz.plan for pick in part["items"]}
        if quiz.slug in changed.get(Quiz, ()) or asked & changed.get(Item, frozenset()):
            what.append("quiz; attempts that have begun keep their questions")
    return what
