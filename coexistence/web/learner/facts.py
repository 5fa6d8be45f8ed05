"""What is known of a quiz before it is begun, as short lines: the limits of everyone, and the learner's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coexistence.content import plans
from coexistence.courses.models import Assignment, Shown
from coexistence.quiz import attempts, policy, selectors
from coexistence.quiz.policy import Limit, Refusal

Late = Assignment.Late


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is about, what holds, and what there is to say about that."""

    label: str
    value: str
    note: str = ""


def facts(
    assignment: Assignment, limits: policy.Limits, *, left: int | None = None, is_open: bool = False
) -> list[Fact]:
    """Everything that a learner with these limits should know. ``left`` is the number of attempts left, if counted."""
    found = [
        Fact(_("Questions"), str(plans.size(assignment.quiz.plan) if assignment.quiz else 0), _pages(assignment)),
        Fact(_("Worth"), _points(assignment.points), _pass_mark(assignment)),
    ]
    if assignment.is_practice:
        found.append(Fact(_("Attempts"), _("any number"), _("for practice; no score is sent to the gradebook")))
    else:
        found.append(_limited(_("Attempts"), limits.attempts, str, _("any number")))
        if limits.attempts.value is None or limits.attempts.value > 1:
            found.append(Fact(_("What counts"), assignment.get_counts_display()))
        if left is not None:
            found.append(Fact(_("Attempts left"), str(left), _("one is open") if is_open else ""))
    if assignment.wait:
        found.append(Fact(_("Between attempts"), _minutes(timedelta(minutes=assignment.wait))))
    found.append(_limited(_("Time"), limits.time, _minutes, _("no limit")))
    dates = ((_("Opens"), limits.opens_at), (_("Due"), limits.due_at), (_("Closes"), limits.closes_at))
    found += [_limited(label, limit, _moment, "") for label, limit in dates if limit.value is not None]
    if limits.due_at.value is not None:
        found.append(Fact(_("Late work"), late_words(assignment), _grace(assignment)))
    return found


def late_words(assignment: Assignment) -> str:
    """What becomes of late work."""
    if assignment.late == Late.PERCENT:
        return _("%(percent)s %% of the score off for each day begun") % {"percent": assignment.late_percent}
    return assignment.get_late_display()


def keys_words(assignment: Assignment) -> str:
    """When right answers are shown that are not shown yet."""
    if assignment.show_keys == Shown.NEVER:
        return _("Right answers are not shown.")
    if assignment.show_keys == Shown.CLOSED:
        return _("Right answers are shown when the quiz has closed.")
    return _("Right answers are shown when you have no attempt left.")


def refusal(standing: selectors.Standing) -> str:
    """Why no attempt can be begun now, in words; empty where one can, or is open."""
    match standing.allowance.refusal, standing.allowance.again_at:
        case Refusal.NO_ATTEMPTS_LEFT, _:
            return str(attempts.NoAttemptsLeftError())
        case Refusal.CLOSED, _:
            return str(attempts.QuizClosedError())
        case Refusal.NOT_OPEN_YET, datetime() as again_at:
            return str(attempts.NotOpenYetError(again_at))
        case Refusal.WAIT, datetime() as again_at:
            return str(attempts.WaitError(again_at))
    return ""


def _limited(label: str, limit: Limit[Any], words: Callable[[Any], str], unlimited: str) -> Fact:
    value = unlimited if limit.value is None else words(limit.value)
    if limit.is_changed:
        everyone = unlimited if limit.base is None else words(limit.base)
        said = _("%(why)s; everyone: %(limit)s") if everyone else "%(why)s"
        return Fact(label, value, said % {"why": limit.reason.label, "limit": everyone})
    from_course = limit.value is not None and limit.reason == policy.Reason.COURSE
    return Fact(label, value, str(limit.reason.label) if from_course else "")


def _pages(assignment: Assignment) -> str:
    if not assignment.one_a_page:
        return ""
    return _("one at a time") if assignment.may_go_back else _("one at a time, without going back")


def _pass_mark(assignment: Assignment) -> str:
    if assignment.pass_percent is None:
        return ""
    return _("%(percent)s %% are needed to pass") % {"percent": assignment.pass_percent}


def _grace(assignment: Assignment) -> str:
    if not assignment.late_grace:
        return ""
    return _("nothing is late within %(time)s after the due time") % {
        "time": _minutes(timedelta(minutes=assignment.late_grace))
    }


def _minutes(time: timedelta) -> str:
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    said = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return said if not seconds else _("%(minutes)s, %(seconds)s s") % {"minutes": said, "seconds": seconds}


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y, H:i T")


def _points(points: int) -> str:
    return ngettext("%(count)s point", "%(count)s points", points) % {"count": points}
