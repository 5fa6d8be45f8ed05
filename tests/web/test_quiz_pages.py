"""Taking the quiz as a browser without any script does, and what the script asks for."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from coexistence.courses.gradebook import GradeState, GradeStatus
from coexistence.quiz.models import Attempt
from tests.conftest import VisitClient
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.pages import Page, sound

JSON = {"Accept": "application/json"}


def form_of(page: Page) -> dict[str, list[str]]:
    """What the page's quiz form would send as it stands."""
    data: dict[str, list[str]] = {}
    select = ""
    for tag, attrs in page.found:
        name = attrs.get("name") or ""
        if tag == "select":
            select = name
        elif tag == "option" and "selected" in attrs and attrs["value"]:
            data.setdefault(select, []).append(attrs["value"])
        elif tag == "input":
            box = attrs.get("type") in {"radio", "checkbox"}
            if not box or "checked" in attrs:
                data.setdefault(name, []).append(attrs.get("value") or "")
    return data


def controls(page: Page, position: int) -> list[dict[str, str | None]]:
    return [
        attrs
        for tag, attrs in page.found
        if tag in {"input", "select"}
        and (attrs.get("name") or "").startswith(f"{position}-")
        and attrs.get("type") != "hidden"
    ]


@pytest.fixture
def taking(open_visit) -> VisitClient:
    """A learner who has begun a quiz: 1 single choice, 2 multiple choice, 3 true or false, 4 number, 5 order."""
    client = open_visit()
    client.send("quiz/begin/")
    return client


def fill(client: VisitClient) -> dict[str, list[str]]:
    """An answer to every item: the first option, the number 15.5, the order as it stands."""
    page = sound(client.page("quiz/take/"))
    data = form_of(page)
    for position in (1, 2, 3):
        first = controls(page, position)[0]
        data[first["name"] or ""] = [first["value"] or ""]
    data[controls(page, 4)[0]["name"] or ""] = ["15.5"]
    for place, select in enumerate(controls(page, 5), 1):
        data[select["name"] or ""] = [str(place)]
    return data


def hand_in(client: VisitClient) -> HttpResponse:
    return client.send("quiz/hand-in/", {**fill(client), "sure": "1"})


def test_the_start_page_says_what_the_quiz_is_worth_and_what_is_left(open_visit) -> None:
    client = open_visit()
    page = sound(client.page("quiz/"))
    assert "10 points" in page.text
    assert "the best attempt" in page.text
    assert "Begin the quiz" in page.text
    client.send("quiz/begin/")
    page = sound(client.page("quiz/"))
    assert "Go on with your attempt" in page.text
    assert page.has("a", href=client.path("quiz/take/"))


def test_every_item_is_a_labelled_group_and_holds_no_key(taking) -> None:
    response = taking.page("quiz/take/")
    page = sound(response)
    assert sum(tag == "fieldset" for tag, _ in page.found) == 5
    assert sum(tag == "legend" for tag, _ in page.found) == 5
    html = response.content.decode()
    assert not any(word in html for word in ("Feedback", "The reason", "misconception", "geneva", 'armistice"'))


def test_answers_are_saved_and_stand_in_the_form_again(taking) -> None:
    data = fill(taking)
    assert taking.send("quiz/save/", data)["Location"] == taking.path("quiz/take/")
    again = form_of(sound(taking.page("quiz/take/")))
    assert {k: v for k, v in again.items() if not k.endswith("-was")} == {
        k: v for k, v in data.items() if not k.endswith("-was")
    }
    assert "5 of 5 answered" in sound(taking.page("quiz/take/")).text


def test_an_old_form_in_another_window_does_not_undo_what_it_never_touched(taking) -> None:
    old = form_of(sound(taking.page("quiz/take/")))
    taking.send("quiz/save/", fill(taking))
    taking.send("quiz/save/", old)
    assert "5 of 5 answered" in sound(taking.page("quiz/take/")).text


def test_an_answer_that_makes_no_sense_is_kept_in_the_form_and_named(taking) -> None:
    data = fill(taking)
    name = controls(sound(taking.page("quiz/take/")), 4)[0]["name"] or ""
    page = sound(taking.send("quiz/save/", {**data, name: "a fortnight"}), status=422)
    assert page.has("a", href="#item-4")
    (control,) = controls(page, 4)
    assert control["value"] == "a fortnight"
    assert control["aria-invalid"] == "true"
    assert "4 of 5 answered" in page.text
    sound(taking.send("quiz/hand-in/", {**data, name: "a fortnight", "sure": "1"}), status=422)
    assert Attempt.objects.get().state == Attempt.State.OPEN


def test_the_script_gets_its_answers_as_json(taking) -> None:
    page = sound(taking.page("quiz/take/"))
    attempt = form_of(page)["attempt"]
    number = controls(page, 4)[0]["name"] or ""
    answer = taking.send("quiz/save/", {"attempt": attempt, "sequence": "5", number: "16"}, headers=JSON)
    assert answer.json() == {"kept": [4], "refused": {}}
    older = taking.send("quiz/save/", {"attempt": attempt, "sequence": "4", number: "17"}, headers=JSON)
    assert older.json()["kept"] == [4]
    assert controls(sound(taking.page("quiz/take/")), 4)[0]["value"] == "16"
    wrong = taking.send("quiz/save/", {"attempt": attempt, "sequence": "6", number: "soon"}, headers=JSON).json()
    assert wrong["refused"]["4"]["field"] == number
    taking.send("quiz/hand-in/", {"attempt": attempt, "sure": "1"})
    closed = taking.send("quiz/save/", {"attempt": attempt, "sequence": "7", number: "18"}, headers=JSON)
    assert closed.status_code == 409


def test_handing_in_asks_once_and_names_what_is_unanswered(taking) -> None:
    answer = taking.send("quiz/hand-in/", form_of(sound(taking.page("quiz/take/"))))
    # At an address of its own, so that reload and Back send nothing.
    assert answer["Location"] == taking.path("quiz/hand-in/")
    page = sound(taking.page("quiz/hand-in/"))
    assert "5 of 5 questions are unanswered" in page.text
    assert page.has("a", href=taking.path("quiz/take/") + "#item-3")
    assert Attempt.objects.get().state == Attempt.State.OPEN
    taking.send("quiz/hand-in/", fill(taking))
    page = sound(taking.page("quiz/hand-in/"))
    assert "answered all 5 questions" in page.text
    sure = taking.send("quiz/hand-in/", form_of(page))
    assert sure["Location"] == taking.path("quiz/result/1/")
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED
    assert taking.page("quiz/hand-in/")["Location"] == taking.path("quiz/")


def test_a_second_click_leads_to_the_result_and_changes_nothing(taking) -> None:
    data = fill(taking)
    first = taking.send("quiz/hand-in/", {**data, "sure": "1"})
    attempt = Attempt.objects.get()
    second = taking.send("quiz/hand-in/", {**data, "sure": "1"})
    assert first["Location"] == second["Location"]
    assert Attempt.objects.get().submitted_at == attempt.submitted_at
    assert taking.page("quiz/take/")["Location"] == taking.path("quiz/")


def test_the_result_says_the_score_and_where_it_is(taking, ledger) -> None:
    enrollment = taking.visit.enrollment
    ledger[enrollment.pk] = GradeStatus(GradeState.DELIVERED, "In the gradebook: so many of 10.")
    hand_in(taking)
    page = sound(taking.page("quiz/result/1/"))
    assert "of 10 points" in page.text
    assert "In the gradebook: so many of 10." in page.text
    assert "Feedback on" in page.text
    assert "Try again" in page.text


def test_right_answers_are_shown_only_when_no_attempt_is_left(taking) -> None:
    hand_in(taking)
    page = sound(taking.page("quiz/result/1/"))
    assert not page.has("div", **{"class": "expected"})
    assert "when you have no attempt left" in page.text
    taking.send("quiz/begin/")
    attempt = form_of(sound(taking.page("quiz/take/")))["attempt"]
    taking.send("quiz/hand-in/", {"attempt": attempt, "sure": "1"})
    page = sound(taking.page("quiz/result/2/"))
    assert page.has("div", **{"class": "expected"})
    assert "The reason" in page.text
    assert "Not answered" in page.text
    assert "What counts is the best attempt:" in page.text
    assert "Try again" not in page.text


def test_nobody_begins_more_often_than_allowed(taking) -> None:
    for _ in range(2):
        taking.send("quiz/begin/")
        attempt = form_of(sound(taking.page("quiz/take/")))["attempt"]
        taking.send("quiz/hand-in/", {"attempt": attempt, "sure": "1"})
    page = sound(taking.send("quiz/begin/"), status=409)
    assert "You have used all attempts" in page.text
    assert Attempt.objects.count() == 2


def test_a_quiz_that_cannot_be_taken_says_so(open_visit) -> None:
    client = open_visit(assignment=AssignmentFactory(types=[]))
    assert "cannot be taken at present" in sound(client.send("quiz/begin/"), status=409).text


@pytest.mark.parametrize("attempt", ["", "0", "x", "٣", "9" * 30])
def test_an_attempt_that_is_not_ones_own_is_nothing(taking, open_visit, attempt: str) -> None:
    other = open_visit()
    other.send("quiz/begin/")
    theirs = str(Attempt.objects.exclude(enrollment=taking.visit.enrollment).get().pk)
    for wrong in (attempt, theirs):
        for path in ("quiz/save/", "quiz/hand-in/"):
            sound(taking.send(path, {"attempt": wrong, "sure": "1"}), status=404)
    assert Attempt.objects.filter(state=Attempt.State.SUBMITTED).count() == 0


@pytest.mark.parametrize("path", ["quiz/begin/", "quiz/save/", "quiz/hand-in/"])
def test_a_form_without_our_token_changes_nothing(taking, path: str) -> None:
    attempt = Attempt.objects.get()
    answer = taking.post(taking.path(path), {"attempt": attempt.pk, "sure": "1"})
    assert "could not be sent" in sound(answer, status=403).text
    foreign = taking.send(path, {"attempt": attempt.pk, "sure": "1"}, headers={"Origin": "https://elsewhere.example"})
    sound(foreign, status=403)
    sound(Client().post(taking.path(path), {"attempt": attempt.pk, "sure": "1"}), status=403)
    assert Attempt.objects.get().state == Attempt.State.OPEN
    asked = taking.get(taking.path(path))
    assert asked.status_code == (200 if path == "quiz/hand-in/" else 405)
    assert Attempt.objects.get().state == Attempt.State.OPEN


def test_staff_are_told_that_it_is_a_trial(staff) -> None:
    assert "nothing is sent to the gradebook" in sound(staff.page("quiz/")).text


def test_a_trial_tells_no_gradebook_and_may_be_repeated(open_visit) -> None:
    assignment = AssignmentFactory(attempts_allowed=1)
    teacher = open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)
    for _ in range(2):
        teacher.send("quiz/begin/")
        assert "nothing is sent to the gradebook" in sound(teacher.page("quiz/take/")).text
        assert hand_in(teacher).status_code == 302
    page = sound(teacher.page("quiz/result/2/"))
    assert "nothing is sent to the gradebook" in page.text
    assert "Try again" in page.text
    assert Attempt.objects.filter(is_preview=True).count() == 2


def test_a_result_that_does_not_exist_is_not_found(taking) -> None:
    sound(taking.page("quiz/result/1/"), status=404)
    sound(taking.page("quiz/result/7/"), status=404)


@pytest.mark.parametrize(("path", "queries"), [("quiz/", 3), ("quiz/take/", 3)])
def test_pages_cost_a_fixed_number_of_queries(taking, django_assert_num_queries, path: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        taking.page(path)


def test_the_result_costs_a_fixed_number_of_queries(taking, django_assert_num_queries) -> None:
    hand_in(taking)
    assert Attempt.objects.get().score >= Decimal(0)
    with django_assert_num_queries(8):
        taking.page("quiz/result/1/")
