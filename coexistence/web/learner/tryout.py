"""The quiz for whom nothing is recorded: visitors whom nobody knows, and staff who look at what students get.

All questions at once, scored from the form and forgotten.
"""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from coexistence.courses.models import Visit
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import policy
from coexistence.quiz.attempts import QuizUnavailableError
from coexistence.quiz.forms import answers_in
from coexistence.quiz.tryout import Tryout
from coexistence.web.parts import assignment_with

from .facts import facts
from .written import as_written


@visit_page()
@require_http_methods(["GET", "HEAD", "POST"])
def tryout(request: VisitRequest) -> HttpResponse:
    """The questions; posted, what the answers came to, or the form again where one of them cannot be read.

    ``draw`` counts the draws that a member of staff has seen: each shuffles anew, and draws other items from pools.
    """
    assignment = assignment_with(request.visit, "quiz")
    if not (request.visit.is_anonymous or request.visit.is_staff):
        raise Http404("tryout")
    draw = _draw(request)
    context = {"assignment": assignment, "draw": draw, "next_draw": draw + 1}
    if request.visit.is_staff:
        context["facts"] = facts(assignment, policy.limits(assignment, ()))
    try:
        trial = Tryout(assignment=assignment, seed=seed_of(request.visit, draw))
    except QuizUnavailableError as error:
        return render(request, "web/quiz/try.html", {**context, "problem": str(error)}, status=HTTPStatus.CONFLICT)
    refused = trial.fill(answers_in(request.POST))
    if request.method == "POST" and not refused:
        return render(request, "web/quiz/tried.html", {**context, "outcome": trial.outcome()})
    context |= {"items": as_written(trial.items(), refused, request.POST), "refused": refused}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "web/quiz/try.html", context, status=status)


def _draw(request: VisitRequest) -> int:
    text = request.GET.get("draw", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def seed_of(visit: Visit, draw: int = 0) -> int:
    """What the options are shuffled by for as long as the visit lasts; nobody can tell it from the visit's address."""
    return int.from_bytes(salted_hmac("coexistence.tryout", f"{visit.pk} {draw}").digest()[:7])
