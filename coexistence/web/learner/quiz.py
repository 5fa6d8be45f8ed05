"""The quiz around its attempts: what is known before one begins, what came of each, and the receipt of it."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from coexistence.courses.gradebook import gradebook
from coexistence.courses.models import Assignment
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import attempts, policy, receipts, selectors
from coexistence.quiz.models import Attempt
from coexistence.web.parts import assignment_with, enrollment_of

from .facts import facts, keys_words, refusal


@visit_page()
@require_safe
def start(request: VisitRequest) -> HttpResponseBase:
    """What there is to know before starting, where the visitor stands, and the button to begin, go on or try again."""
    assignment = assignment_with(request.visit, "quiz")
    if request.visit.is_anonymous:
        return redirect("web:quiz_try", launch=request.launch)
    return _start_page(request, assignment)


@visit_page()
@require_POST
def begin(request: VisitRequest) -> HttpResponseBase:
    """Begin an attempt, or go on with the open one."""
    assignment = assignment_with(request.visit, "quiz")
    code = request.POST.get("code", "")
    try:
        attempts.start(assignment=assignment, enrollment=enrollment_of(request.visit), now=timezone.now(), code=code)
    except attempts.AccessCodeError as error:
        context = {"code": code, "code_problem": str(error)}
        return _start_page(request, assignment, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except attempts.StartRefusedError as error:
        return _start_page(request, assignment, {"problem": str(error)}, status=HTTPStatus.CONFLICT)
    return redirect("web:quiz_take", launch=request.launch)


@visit_page()
@require_GET
def result(request: VisitRequest, number: int) -> HttpResponse:
    """A submitted attempt: its score and how that came about, whether it is in the gradebook, and what else may be
    seen of it now."""
    assignment, standing, attempt = _submitted(request, number)
    review = selectors.review(attempt, for_staff=request.visit.is_staff, standing=standing)
    shows_score = review.visible.score and not attempt.ungraded
    context = {
        **_context(request, assignment, standing),
        "attempt": attempt,
        "review": review,
        "lines": selectors.explain(attempt).lines if shows_score else [],
        "passed": policy.passed(review.worth.share, assignment) if review.score is not None else None,
        "receipt": receipts.receipt(attempt),
        "keys_when": keys_words(assignment),
        "came_late": "late" in request.GET,
    }
    return render(request, "web/quiz/result.html", context)


@visit_page()
@require_GET
def receipt(request: VisitRequest, number: int) -> HttpResponse:
    """That an attempt was submitted, on a page to be printed or kept."""
    assignment, _, attempt = _submitted(request, number)
    context = {"assignment": assignment, "attempt": attempt, "receipt": receipts.receipt(attempt)}
    return render(request, "web/quiz/receipt.html", context)


def _submitted(request: VisitRequest, number: int) -> tuple[Assignment, selectors.Standing, Attempt]:
    """The visitor's submitted attempt of that number, with where they stand."""
    assignment = assignment_with(request.visit, "quiz")
    standing = selectors.standing(assignment=assignment, enrollment=enrollment_of(request.visit))
    attempt = next((one for one in standing.attempts if one.number == number), None)
    if attempt is None or attempt.state != Attempt.State.SUBMITTED:
        raise Http404(number)
    return assignment, standing, attempt


def _start_page(
    request: VisitRequest,
    assignment: Assignment,
    said: dict[str, str] | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    enrollment, now = enrollment_of(request.visit), timezone.now()
    standing = selectors.standing(assignment=assignment, enrollment=enrollment, now=now)
    if standing.open and policy.is_over(standing.open.deadline, now):
        attempts.expire(assignment=assignment, enrollment=enrollment, now=now)
        standing = selectors.standing(assignment=assignment, enrollment=enrollment, now=now)
    context = {
        **_context(request, assignment, standing),
        "facts": facts(assignment, standing.limits, left=standing.attempts_left, is_open=standing.open is not None),
        "refusal": refusal(standing),
        **(said or {}),
    }
    return render(request, "web/quiz/start.html", context, status=status)


def _context(request: VisitRequest, assignment: Assignment, standing: selectors.Standing) -> dict[str, Any]:
    """What the start page and the result share: where the visitor stands, here and in the gradebook."""
    enrollment = enrollment_of(request.visit)
    status = None
    if standing.counted and not enrollment.is_preview:
        status = gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[enrollment.pk]).get(enrollment.pk)
    shows_score = standing.visible.score or request.visit.is_staff
    return {
        "assignment": assignment,
        "standing": standing,
        "submitted": [
            (attempt, selectors.scaled_score(attempt, assignment) if shows_score and not attempt.ungraded else None)
            for attempt in standing.attempts
            if attempt.state == Attempt.State.SUBMITTED
        ],
        "score": standing.score if shows_score else None,
        "is_preview": enrollment.is_preview,
        "asks_code": bool(assignment.access_code) and not enrollment.is_preview,
        "status": status,
    }
