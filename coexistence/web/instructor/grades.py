"""The assignment's page for those who teach: who, how often, with which score, and whether the gradebook has it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coexistence.courses.gradebook import GradeState, GradeStatus, gradebook
from coexistence.courses.models import Assignment
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import policy, selectors
from coexistence.quiz.models import Attempt
from coexistence.quiz.selectors import StudentResult
from coexistence.web.instructor.passback import DONE
from coexistence.web.parts import assignment_of


@dataclass(frozen=True, slots=True)
class Sat:
    """One attempt in the list; ``is_late`` as the late policy takes it."""

    attempt: Attempt
    is_late: bool

    @property
    def is_open(self) -> bool:
        return self.attempt.state == Attempt.State.OPEN


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the list; ``granted`` says what holds otherwise for them than for everyone."""

    result: StudentResult
    status: GradeStatus | None
    attempts: Sequence[Sat]
    granted: Sequence[str]

    @property
    def submitted(self) -> int:
        return len(self.result.attempts) - (self.result.open is not None)

    @property
    def accepted(self) -> Decimal | None:
        return self.status.acknowledged if self.status else None

    @property
    def seen(self) -> Decimal | None:
        """What the gradebook was seen to hold, out of the points that this tool sends, or as it stands there."""
        status = self.status
        if status is None or status.seen is None:
            return None
        if not status.seen_maximum or not status.maximum:
            return status.seen
        return round(status.seen * status.maximum / status.seen_maximum, 2)

    @property
    def agrees(self) -> bool:
        """Whether the three values are the same, as far as they are known."""
        known = [value for value in (self.accepted, self.seen) if value is not None]
        return all(value == self.result.score for value in known)


def _line(result: StudentResult, status: GradeStatus | None, assignment: Assignment) -> Line:
    sat = [Sat(one, policy.lateness(one, assignment) > timedelta(0)) for one in result.attempts]
    return Line(result=result, status=status, attempts=sat, granted=_granted(result.limits))


def _granted(limits: policy.Limits) -> list[str]:
    said = [_("excused")] if limits.excused else []
    if limits.time.is_changed and limits.time.value is not None:
        said.append(_("%(minutes)s min") % {"minutes": f"{limits.time.value / timedelta(minutes=1):g}"})
    if limits.attempts.is_changed:
        said.append(_("%(count)s attempts") % {"count": limits.attempts.value})
    for limit, words in (
        (limits.opens_at, _("opens %(when)s")),
        (limits.due_at, _("due %(when)s")),
        (limits.closes_at, _("closes %(when)s")),
    ):
        if limit.is_changed and limit.value is not None:
            said.append(words % {"when": date_format(localtime(limit.value), "j F, H:i")})
    return said


@dataclass(frozen=True, slots=True)
class Summary:
    """How many scores are where."""

    scores: int
    delivered: int
    waiting: int
    kept_back: int
    stuck: int
    superseded: int

    @property
    def all_there(self) -> bool:
        return self.scores > 0 and self.delivered == self.scores


def _summary(lines: Sequence[Line]) -> Summary:
    states = Counter(line.status.state for line in lines if line.status)
    return Summary(
        scores=sum(line.result.score is not None for line in lines),
        delivered=states[GradeState.DELIVERED],
        waiting=states[GradeState.WAITING],
        kept_back=states[GradeState.KEPT_BACK],
        stuck=states[GradeState.HELD] + states[GradeState.REFUSED],
        superseded=sum(
            line.status.state == GradeState.SUPERSEDED and line.status.attention for line in lines if line.status
        ),
    )


def _after_the_date(assignment: Assignment, *, now: datetime) -> datetime | None:
    """The date after which scores may go to the gradebook, as most would want it; None where none is to come."""
    return next((date for date in (assignment.due_at, assignment.closes_at) if date is not None and date > now), None)


@visit_page(staff=True)
@require_safe
def grades(request: VisitRequest) -> HttpResponse:
    """Everyone by name, learners first and trials apart, with totals."""
    assignment = assignment_of(request.visit)
    results = selectors.class_results(assignment) if assignment.is_graded else []
    statuses = (
        gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[r.enrollment.pk for r in results])
        if results
        else {}
    )
    lines = sorted(
        (_line(result, statuses.get(result.enrollment.pk), assignment) for result in results),
        key=lambda line: str(line.result.enrollment.participant).casefold(),
    )
    learners = [line for line in lines if not line.result.enrollment.is_preview]
    scores = [line.result.score for line in learners if line.result.score is not None]
    return render(
        request,
        "web/instructor/grades.html",
        {
            "assignment": assignment,
            "learners": learners,
            "previews": [line for line in lines if line.result.enrollment.is_preview and line.result.attempts],
            "running": [line for line in learners if line.result.open is not None],
            "waiting": sum(line.result.ungraded for line in learners),
            "submitted": len(scores),
            "working": sum(line.result.open is not None for line in learners),
            "mean": sum(scores) / len(scores) if scores else None,
            "summary": _summary(learners),
            "keep_until": _after_the_date(assignment, now=timezone.now()),
            "column": gradebook().column(assignment_id=assignment.pk) if assignment.is_graded else None,
            "done": DONE.get(request.GET.get("done", ""), ""),
        },
    )
