"""Taking the quiz: one form or one item a page, saved as it is filled in, handed in once."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import attempts, policy, selectors
from coexistence.quiz.forms import answers_in, sequence_in
from coexistence.quiz.items.base import AnswerError
from coexistence.quiz.models import Attempt
from coexistence.quiz.selectors import ItemOnPage, ReviewedItem
from coexistence.web.parts import assignment_with, enrollment_of

from .written import as_written


@visit_page()
@require_safe
def take(request: VisitRequest) -> HttpResponseBase:
    """The open attempt as a form, filled with what was saved; on to the start page where there is none."""
    attempt = _open(request)
    if attempt is None:
        return redirect("web:quiz", launch=request.launch)
    if attempt.state != Attempt.State.OPEN:
        return _late(request, attempt.number)
    return _form(request, attempt, selectors.taking(attempt))


@visit_page()
@require_POST
def save(request: VisitRequest) -> HttpResponseBase:
    """Save what the form brought.

    Asked for JSON (by our script), the answer is ``{"kept": [position], "refused": {position: {"field", "message"}}}``,
    with the ``deadline`` in milliseconds where the form asks for the clock; or ``{"closed": message, "code"}`` with
    409. Else it is the form again.
    """
    wants_json = request.accepts("application/json") and not request.accepts("text/html")
    try:
        saved = _save(request)
    except attempts.AttemptClosedError as error:
        if wants_json:
            return JsonResponse({"closed": str(error), "code": error.code}, status=HTTPStatus.CONFLICT)
        return _to_result(request, late=True)
    if wants_json:
        refused = {at: {"field": error.field, "message": error.message} for at, error in saved.refused.items()}
        clock = {"deadline": _milliseconds(_open(request))} if "clock" in request.POST else {}
        return JsonResponse({"kept": sorted(saved.kept | saved.outdated), "refused": refused, **clock})
    return _refused(request, saved) or redirect("web:quiz_take", launch=request.launch)


@visit_page()
@require_POST
def turn(request: VisitRequest) -> HttpResponseBase:
    """Save the item on the page, and go to the one at the position ``to``."""
    try:
        saved = _save(request)
        if refused := _refused(request, saved):
            return refused
        attempts.turn(
            attempt_id=_attempt_id(request),
            enrollment=enrollment_of(request.visit),
            position=_number(request, "to"),
            now=timezone.now(),
        )
    except attempts.AttemptClosedError:
        return _to_result(request, late=True)
    return redirect("web:quiz_take", launch=request.launch)


@visit_page()
@require_POST
def check(request: VisitRequest) -> HttpResponseBase:
    """Save the form, and fix the answer at the position ``check``, so that what may be said of it now is shown."""
    position = _number(request, "check")
    try:
        saved = _save(request)
        if refused := _refused(request, saved):
            return refused
        attempts.check(
            attempt_id=_attempt_id(request),
            enrollment=enrollment_of(request.visit),
            position=position,
            now=timezone.now(),
        )
    except attempts.AttemptClosedError:
        return _to_result(request, late=True)
    except attempts.NothingCheckedError as error:
        attempt = _open(request)
        assert attempt is not None
        said = {"problem": str(error)}
        return _form(request, attempt, selectors.taking(attempt), said=said, status=HTTPStatus.CONFLICT)
    return redirect(reverse("web:quiz_take", kwargs={"launch": request.launch}) + f"#item-{position}")


@visit_page()
@require_POST
def note(request: VisitRequest) -> HttpResponse:
    """Note that the learner left the page, or came back to it; our script tells."""
    kind = request.POST.get("kind", "")
    if kind not in {"left", "returned"}:
        raise Http404("kind")
    assignment_with(request.visit, "quiz")
    try:
        attempts.note(
            attempt_id=_attempt_id(request), enrollment=enrollment_of(request.visit), kind=kind, now=timezone.now()
        )
    except attempts.AttemptNotFoundError as error:
        raise Http404(str(error)) from None
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@visit_page()
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: VisitRequest) -> HttpResponseBase:
    """Say what is unanswered, and ask once whether to submit; a form is saved first, with ``sure`` in it submitted.

    When the time is over nothing is asked any more. A page that takes it for over (``time_up``) while it was extended
    is shown again, with the time that is left.
    """
    if request.method != "POST":
        return _hand_in_page(request)
    try:
        saved = _save(request)
    except attempts.AttemptClosedError as error:
        # Handed in before, perhaps by a second click: the result is what the person wants to see.
        return _to_result(request, late=isinstance(error, attempts.TimeUpError))
    attempt, now = _open(request), timezone.now()
    is_over = attempt is not None and attempt.deadline is not None and now >= attempt.deadline
    if not is_over:
        if "time_up" in request.POST:
            return redirect("web:quiz_take", launch=request.launch)
        if refused := _refused(request, saved):
            return refused
        if "sure" not in request.POST:
            return redirect("web:quiz_hand_in", launch=request.launch)
    submitted = attempts.submit(attempt_id=_attempt_id(request), enrollment=enrollment_of(request.visit), now=now)
    return redirect("web:quiz_result", launch=request.launch, number=submitted.number)


def _hand_in_page(request: VisitRequest) -> HttpResponseBase:
    """The question before submitting, at an address of its own: reloading it or going back to it sends nothing."""
    attempt = _open(request)
    if attempt is None:
        return redirect("web:quiz", launch=request.launch)
    if attempt.state != Attempt.State.OPEN:
        return _late(request, attempt.number)
    items = selectors.taking(attempt)
    context = {
        "attempt": attempt,
        "assignment": attempt.assignment,
        "total": len(items),
        "unanswered": [item.position for item in items if not item.answered],
        "is_preview": attempt.enrollment.is_preview,
    }
    return render(request, "web/quiz/hand_in.html", context)


def _open(request: VisitRequest) -> Attempt | None:
    """The attempt that the visitor is in; submitted where its time was found to be over just now."""
    assignment, enrollment, now = assignment_with(request.visit, "quiz"), enrollment_of(request.visit), timezone.now()
    attempt = selectors.open_attempt(assignment=assignment, enrollment=enrollment)
    if attempt is not None and policy.is_over(attempt.deadline, now):
        return attempts.expire(assignment=assignment, enrollment=enrollment, now=now)
    return attempt


def _attempt_id(request: VisitRequest) -> int:
    """The attempt that the form belongs to; whether it is the visitor's own, ``attempts`` looks after."""
    return _number(request, "attempt")


def _number(request: VisitRequest, field: str) -> int:
    text = request.POST.get(field, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404(field)
    return int(text)


def _save(request: VisitRequest) -> attempts.Saved:
    assignment_with(request.visit, "quiz")
    try:
        return attempts.save(
            attempt_id=_attempt_id(request),
            enrollment=enrollment_of(request.visit),
            answers=answers_in(request.POST),
            sequence=sequence_in(request.POST),
            now=timezone.now(),
        )
    except attempts.AttemptNotFoundError as error:
        raise Http404(str(error)) from None


def _refused(request: VisitRequest, saved: attempts.Saved) -> HttpResponse | None:
    """The form again with what could not be saved, as it was written; None where everything could."""
    if not saved.refused:
        return None
    attempt = _open(request)
    if attempt is None or attempt.state != Attempt.State.OPEN:
        return None
    items = as_written(selectors.taking(attempt), saved.refused, request.POST)
    return _form(request, attempt, items, saved.refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _form(
    request: VisitRequest,
    attempt: Attempt,
    items: Sequence[ItemOnPage],
    refused: Mapping[int, AnswerError] = MappingProxyType({}),
    *,
    said: Mapping[str, Any] = MappingProxyType({}),
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    assignment = attempt.assignment
    shown = [item for item in items if item.position == attempt.position] if assignment.one_a_page else items
    context = {
        "assignment": assignment,
        "attempt": attempt,
        "items": shown,
        "places": items if assignment.one_a_page and assignment.may_go_back else [],
        "total": len(items),
        "answered": sum(item.answered for item in items),
        "answered_elsewhere": sum(item.answered for item in items) - sum(item.answered for item in shown),
        "previous": attempt.position - 1 if assignment.one_a_page and assignment.may_go_back else 0,
        "next": attempt.position + 1 if assignment.one_a_page and attempt.position < len(items) else 0,
        "refused": refused,
        "checks": policy.checks(assignment),
        "checked": _checked(attempt, shown),
        "deadline": _milliseconds(attempt),
        "now": int(timezone.now().timestamp() * 1000),
        "is_preview": attempt.enrollment.is_preview,
        **said,
    }
    return render(request, "web/quiz/take.html", context, status=status)


def _checked(attempt: Attempt, items: Sequence[ItemOnPage]) -> dict[int, ReviewedItem]:
    """What may be seen already of the answers that were checked, by position. One query where there are any."""
    positions = [item.position for item in items if item.is_checked]
    if not positions:
        return {}
    found = {}
    for response in attempt.responses.filter(position__in=positions).select_related("revision", "scored_by"):
        attempts.score(response)
        found[response.position] = selectors.checked(response, attempt)
    return found


def _milliseconds(attempt: Attempt | None) -> int | None:
    """When the attempt ends, in milliseconds as browsers count them; ``None`` where no clock ends it."""
    if attempt is None or attempt.deadline is None:
        return None
    return int(attempt.deadline.timestamp() * 1000)


def _to_result(request: VisitRequest, *, late: bool) -> HttpResponseBase:
    """On to the result of the attempt that the form belongs to; ``late`` says there that the form came too late."""
    assignment = assignment_with(request.visit, "quiz")
    attempt_id = _attempt_id(request)
    for attempt in selectors.attempts_of(assignment=assignment, enrollment=enrollment_of(request.visit)):
        if attempt.pk == attempt_id and attempt.state == Attempt.State.SUBMITTED:
            if late:
                return _late(request, attempt.number)
            return redirect("web:quiz_result", launch=request.launch, number=attempt.number)
    return redirect("web:quiz", launch=request.launch)


def _late(request: VisitRequest, number: int) -> HttpResponseBase:
    address = reverse("web:quiz_result", kwargs={"launch": request.launch, "number": number})
    return redirect(f"{address}?late=1")
