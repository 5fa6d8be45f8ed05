"""Before it may be known, nothing that leaves the server gives an answer away: every page, header and redirect."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from coexistence.content.models import Item, Section
from coexistence.courses.models import Assignment
from coexistence.courses.visits import open_visit as opened
from coexistence.quiz import selectors
from coexistence.quiz.models import Attempt
from tests.conftest import VisitClient
from tests.factories import EnrollmentFactory
from tests.quiz.items.bodies import TYPES
from tests.quiz.items.examples import examples
from tests.quiz.items.placing import placed
from tests.quiz.items.secrets import leaks, plain

JSON = {"Accept": "application/json"}
SCRIPTS = ["autosave.js", "clock.js", "presence.js", "frame.js"]


def everything(response: HttpResponse) -> str:
    """All that a browser gets to know of an answer."""
    head = "\n".join(f"{name}: {value}" for name, value in response.items())
    cookies = response.cookies.output()
    return f"{response.status_code} {response.reason_phrase}\n{head}\n{cookies}\n\n{response.content.decode()}"


def answers(attempt: Attempt) -> dict[str, Any]:
    """Something in every control: the first that is offered, or what can be read as a date, a number and a word."""
    data: dict[str, Any] = {}
    for item in selectors.taking(attempt):
        for place, control in enumerate(item.controls):
            # The places of an ordering are no places twice.
            offered = [choice.value for choice in control.choices]
            data[control.name] = offered[place % len(offered)] if offered else "1931"
    return data


def walk(client: VisitClient) -> Iterator[HttpResponse]:
    """Every answer from the first page to the question before submitting, with what is sent well and badly."""
    yield client.page()
    yield client.page("quiz/")
    yield client.send("quiz/begin/", {"code": "wrong"})
    yield client.send("quiz/begin/", {"code": "open"})
    attempt = Attempt.objects.get(enrollment=client.visit.enrollment, state="open")
    form: dict[str, Any] = {"attempt": attempt.pk}
    given = answers(attempt)
    wrong = dict.fromkeys(given, "no such thing")
    for position in range(1, attempt.responses.count() + 1):
        yield client.page("quiz/take/")
        one = {name: value for name, value in given.items() if name.startswith(f"{position}-")}
        bad = {name: wrong[name] for name in one}
        yield client.send("quiz/save/", {**form, **bad})
        yield client.send("quiz/turn/", {**form, **bad, "to": position + 1})
        yield client.send("quiz/save/", {**form, "sequence": 2 * position, "clock": 1, **bad}, headers=JSON)
        yield client.send("quiz/save/", {**form, "sequence": 2 * position + 1, "clock": 1, **one}, headers=JSON)
        yield client.send("quiz/check/", {**form, "check": position})
        yield client.send("quiz/turn/", {**form, "to": position + 1})
    yield client.page("quiz/take/")
    yield client.send("quiz/note/", {**form, "kind": "left"})
    yield client.send("quiz/hand-in/", {**form, **wrong})
    yield client.send("quiz/hand-in/", {**form, **given})
    yield client.page("quiz/hand-in/")
    yield client.page("quiz/result/1/")


RULES: dict[str, dict[str, Any]] = {
    "one page": {},
    "one at a time": {"one_a_page": True},
    "onwards": {"one_a_page": True, "may_go_back": False},
}
HIDDEN = {"show_feedback": "closed", "show_keys": "closed", "access_code": "open", "time_limit": 60}


@pytest.mark.parametrize("rules", RULES)
def test_no_answer_of_the_server_gives_a_key_away(open_visit, rules: str) -> None:
    assignment = placed(kind="unit", **HIDDEN, **RULES[rules])
    client = open_visit(assignment=assignment)
    bodies = list(examples().values())
    assert sorted(examples()) == TYPES
    for response in walk(client):
        assert leaks(everything(response), *bodies) == [], response.request["PATH_INFO"]
    attempt = Attempt.objects.get()
    assert attempt.responses.exclude(answer=None).count() >= len(TYPES) - 2
    given = {plain(str(value)) for value in answers(attempt).values()}
    handed_in = client.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1"})
    after = ["quiz/result/1/", "quiz/result/1/receipt/", "quiz/", "quiz/take/", "quiz/hand-in/"]
    again = client.send("quiz/save/", {"attempt": attempt.pk, "sequence": 99, "1-x": "1"}, headers=JSON)
    for response in [handed_in, again, *map(client.page, after)]:
        assert leaks(everything(response), *bodies, but=given) == [], response.request["PATH_INFO"]


def test_trying_without_a_record_gives_no_key_away(open_visit) -> None:
    assignment = placed(kind="unit")
    teacher = open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)
    bodies = list(examples().values())
    # What is said to everyone once they have handed in is no secret, nor what there is to say about a poll.
    said = {item.feedback for item in bodies} | {item.reason for item in bodies if item.type == "poll"}
    for client in (teacher, nobody(assignment)):
        form = client.page("quiz/try/")
        assert leaks(everything(form), *bodies) == []
        wrong = {f"{position}-{name}": "?" for position in range(1, 14) for name in ("number", "choice", "date")}
        assert leaks(everything(client.send("quiz/try/", wrong)), *bodies) == []
        assert leaks(everything(client.send("quiz/try/")), *bodies, but=[plain(text or "") for text in said]) == []


def nobody(assignment: Assignment) -> VisitClient:
    """A visitor whom nobody knows."""
    visit, secret = opened(
        enrollment=None,
        assignment=assignment,
        roles=[],
        purpose="learn",  # type: ignore[arg-type]
        frame_ancestors=[],
        return_url="",
        locale="",
        now=timezone.now(),
    )
    client = VisitClient(enforce_csrf_checks=True)
    client.visit = visit
    client.cookies["visit"] = secret
    return client


def test_a_check_in_the_lesson_gives_no_key_away_before_it_is_answered(open_visit) -> None:
    assignment = placed(kind="unit")
    section = Section.objects.get(unit=assignment.unit)
    slugs = list(Item.objects.values_list("slug", flat=True))
    marks = (f'<div class="check" data-ref="check" data-slug="{slug}" data-kind="look-back"></div>' for slug in slugs)
    # Only the checks: the lesson's own text teaches what they ask.
    section.html = "".join(marks)
    section.data["checks"] = slugs
    section.save()
    Item.objects.update(use="check")
    client = open_visit(assignment=assignment)
    page = client.page(f"lesson/{section.slug}/")
    bodies = list(examples().values())
    assert page.content.decode().count("check-item") == len(TYPES)
    assert leaks(everything(page), *bodies, but=slugs) == []


@pytest.mark.django_db
def test_the_public_api_and_the_scripts_give_no_key_away(client: Client) -> None:
    placed(kind="unit")
    bodies = list(examples().values())
    slugs = [item.id for item in bodies]
    for path in ("", "quiz/", "people/", "glossary/"):
        response = client.get(f"/api/v1/units/every-type/{path}")
        assert response.status_code == 200
        assert leaks(everything(response), *bodies, but=slugs) == []
    for name in SCRIPTS:
        found = finders.find(f"web/{name}")
        assert found
        assert leaks(Path(found).read_text(), *bodies) == []
