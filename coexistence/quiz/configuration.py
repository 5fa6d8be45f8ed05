"""Changing an assignment that people are at: what that will do to them, said before it is done, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext, ngettext

from coexistence.courses import assignments
from coexistence.courses.assignments import Settings
from coexistence.courses.models import Assignment, Enrollment

from . import attempts, policy
from .models import Attempt

#: Settings on which running attempts' deadlines, or what was due, depend.
_LIMITS = {"time_limit", "closes_at", "due_at", "late", "late_grace"}
#: Settings on which the scores that count depend.
_SCORES = {"points", "counts", "due_at", "late", "late_percent", "late_grace"}


@dataclass(frozen=True, slots=True)
class _People:
    """Who is at the assignment: previews are left out."""

    running: int
    begun: int
    scored: int
    most: int


def change(
    *,
    assignment: Assignment,
    kind: str,
    title: str,
    points: int,
    now: datetime,
    by: Enrollment | None = None,
    **settings: Unpack[Settings],
) -> Assignment:
    """Change what an assignment is, with all that follows for its attempts, in one transaction.

    Running attempts have the new limits at once, and scores that came out differently are told in one list. Raises
    ``AssignmentError``.
    """
    before = _values(assignment)
    with transaction.atomic():
        assignments.configure(assignment=assignment, kind=kind, title=title, points=points, **settings)
        changed = {name for name, value in _values(assignment).items() if value != before[name]}
        if changed & _LIMITS:
            attempts.refresh(assignment=assignment, now=now, by=by)
        if changed & _SCORES and assignment.is_graded:
            attempts.recount(assignment=assignment)
    return assignment


def consequences(assignment: Assignment, *, points: int | None = None, **settings: Unpack[Settings]) -> list[str]:
    """What these settings would do to the attempts that there are, in sentences; empty where they do nothing to them.

    ``assignment`` is as it is stored. Writes nothing. One query.
    """
    before = _values(assignment)
    wanted = {**before, **settings, **({} if points is None else {"points": points})}
    changed = {name for name, value in wanted.items() if value != before[name]}
    if not changed:
        return []
    people = _people(assignment)
    said: list[str] = []
    if people.running and changed & {"time_limit", "closes_at", "late", "late_grace", "due_at"}:
        said.append(_for_running(people, before, wanted))
    if people.scored:
        said += _for_scores(people, changed, wanted)
    if people.begun:
        said += _for_begun(people, changed, wanted)
    return said


def shows_keys_early(show_keys: str) -> str:
    """What to say beside a setting that shows right answers to learners who have attempts left; else empty."""
    if not policy.shows_keys_early(show_keys):
        return ""
    return gettext("Learners see the right answers while they, or others, may still have attempts left.")


def _for_running(people: _People, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    count = {"count": people.running}
    if wanted["time_limit"] != before["time_limit"]:
        if wanted["time_limit"] is None:
            message = ngettext(
                "%(count)s attempt that is going on will have no time limit any more.",
                "%(count)s attempts that are going on will have no time limit any more.",
                people.running,
            )
        else:
            message = ngettext(
                "%(count)s attempt that is going on will have a limit of %(minutes)s minutes from its beginning; if "
                "that has passed, it ends at once.",
                "%(count)s attempts that are going on will have a limit of %(minutes)s minutes from their beginning; "
                "where that has passed, they end at once.",
                people.running,
            )
        return message % {**count, "minutes": wanted["time_limit"]}
    return (
        ngettext(
            "%(count)s attempt that is going on will follow the new dates; if it would have ended already, it ends at "
            "once.",
            "%(count)s attempts that are going on will follow the new dates; those that would have ended already end "
            "at once.",
            people.running,
        )
        % count
    )


def _for_scores(people: _People, changed: set[str], wanted: Mapping[str, Any]) -> list[str]:
    count = {"count": people.scored}
    said = []
    if "points" in changed:
        message = ngettext(
            "The score of %(count)s learner will be sent again, out of %(points)s points.",
            "The scores of %(count)s learners will be sent again, out of %(points)s points.",
            people.scored,
        )
        said.append(message % {**count, "points": wanted["points"]})
    if "counts" in changed:
        message = ngettext(
            "The score of %(count)s learner will be made anew: %(policy)s will count. It may fall or rise.",
            "The scores of %(count)s learners will be made anew: %(policy)s will count. They may fall or rise.",
            people.scored,
        )
        said.append(message % {**count, "policy": Assignment.Counts(wanted["counts"]).label})
    if changed & {"due_at", "late", "late_percent", "late_grace"}:
        message = ngettext(
            "What was submitted by %(count)s learner will be late, or not, by the new rule; its score may change.",
            "What was submitted by %(count)s learners will be late, or not, by the new rule; their scores may change.",
            people.scored,
        )
        said.append(message % count)
    if changed & {"show_score", "show_answers", "show_feedback", "show_keys"}:
        message = ngettext(
            "%(count)s learner who has submitted will see what the new settings show.",
            "%(count)s learners who have submitted will see what the new settings show.",
            people.scored,
        )
        said.append(message % count)
    return said


def _for_begun(people: _People, changed: set[str], wanted: Mapping[str, Any]) -> list[str]:
    said: list[str] = []
    allowed = wanted["attempts_allowed"]
    if "attempts_allowed" in changed and allowed is not None and people.most > allowed:
        said.append(
            gettext("Some learners have used more than %(allowed)s attempts. All of those stay, and none is added.")
            % {"allowed": allowed}
        )
    if "is_practice" in changed and wanted["is_practice"]:
        said.append(gettext("Attempts from now on are for practice. Scores in the gradebook stay as they are."))
    elif "is_practice" in changed:
        said.append(gettext("Attempts from now on are graded. Those made for practice will never count."))
    if "access_code" in changed and wanted["access_code"]:
        said.append(gettext("The access code is asked for before new attempts; those that are going on need none."))
    if "may_go_back" in changed and not wanted["may_go_back"] and people.running:
        said.append(gettext("Who is in an attempt can no longer go back to questions that they have left."))
    return said


def _people(assignment: Assignment) -> _People:
    rows: Sequence[tuple[int, str, bool]] = list(
        Attempt.objects.filter(assignment=assignment, is_preview=False).values_list(
            "enrollment_id", "state", "is_practice"
        )
    )
    graded = [learner for learner, _, is_practice in rows if not is_practice]
    return _People(
        running=sum(state == Attempt.State.OPEN for _, state, _ in rows),
        begun=len({learner for learner, _, _ in rows}),
        scored=len({learner for learner, state, _ in rows if state == Attempt.State.SUBMITTED}),
        most=max((graded.count(learner) for learner in set(graded)), default=0),
    )


def _values(assignment: Assignment) -> dict[str, Any]:
    return {name: getattr(assignment, name) for name in ("points", *assignments.SETTINGS)}
