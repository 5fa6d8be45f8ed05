"""The quiz's settings as a learner meets them: what is known before, the clock, one item a page, and what is shown."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coexistence.content.models import Item
from coexistence.quiz import accommodations, receipts
from coexistence.quiz.models import Attempt, AttemptEvent, Response
from tests.conftest import VisitClient
from tests.factories import AssignmentFactory, EnrollmentFactory, revise
from tests.web.pages import sound
from tests.web.test_quiz_pages import JSON, controls, form_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


Learner = Callable[..., VisitClient]


@pytest.fixture
def learner(open_visit, clock) -> Learner:
    """A function that opens a learner's visit to a quiz of five items with these settings."""

    def at(**settings: Any) -> VisitClient:
        visit: VisitClient = open_visit(assignment=AssignmentFactory(**settings))
        return visit

    return at


def begun(client: VisitClient) -> Attempt:
    assert client.send("quiz/begin/").status_code == 302
    return Attempt.objects.get(enrollment=client.visit.enrollment, state="open")


def accommodate(client: VisitClient, **terms: Any) -> None:
    visit = client.visit
    assert visit.enrollment
    here = visit.assignment if {"due_at", "closes_at", "excused"} & set(terms) else None
    accommodations.grant(
        course=visit.course, enrollment=visit.enrollment, assignment=here, by=None, now=datetime.now(UTC), **terms
    )


def test_all_that_is_known_before_starting_is_said(learner: Learner) -> None:
    client = learner(
        time_limit=30,
        opens_at=NOON - MINUTE,
        due_at=NOON + timedelta(days=7),
        closes_at=NOON + timedelta(days=14),
        late="percent",
        late_percent=10,
        late_grace=15,
        wait=90,
        pass_percent=60,
        counts="last",
        one_a_page=True,
        may_go_back=False,
    )
    text = " ".join(sound(client.page("quiz/")).text.split())
    for words in (
        "10 points 60 % are needed to pass",
        "one at a time, without going back",
        "Attempts 2",
        "the last attempt",
        "Between attempts 90 minutes",
        "Time 30 minutes",
        "Opens 2 March 2026, 11:59 UTC",
        "Due 9 March 2026, 12:00 UTC",
        "Closes 16 March 2026, 12:00 UTC",
        "10 % of the score off for each day begun nothing is late within 15 minutes",
    ):
        assert words in text
    accommodate(client, time_factor=Decimal("1.5"), extra_attempts=1)
    text = " ".join(sound(client.page("quiz/")).text.split())
    assert "Time 45 minutes for you, in this course; everyone: 30 minutes" in text
    assert "Attempts 3 for you, in this course; everyone: 2" in text


def test_dates_of_the_course_are_called_so(learner: Learner) -> None:
    client = learner()
    accommodations.record_platform_dates(
        assignment_id=client.visit.assignment_id,
        enrollment_id=client.visit.enrollment_id,
        opens_at=None,
        due_at=NOON + MINUTE,
        closes_at=None,
        now=NOON,
    )
    assert "12:01 UTC from the course" in " ".join(sound(client.page("quiz/")).text.split())


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"opens_at": NOON + MINUTE}, "This quiz opens on March 2, 2026"),
        ({"closes_at": NOON}, "This quiz has closed"),
        ({"due_at": NOON - MINUTE, "late": "refuse"}, "This quiz has closed"),
        ({"wait": 10}, "You may begin the next attempt on"),
        ({"attempts_allowed": 1}, "You have used all attempts"),
    ],
)
def test_why_none_can_be_begun_is_said(learner: Learner, rules: dict[str, Any], words: str) -> None:
    client = learner(**rules)
    if "wait" in rules or "attempts_allowed" in rules:
        attempt = begun(client)
        client.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1"})
    page = sound(client.page("quiz/"))
    assert words in page.text
    assert not page.has("button", type="submit")
    assert words in sound(client.send("quiz/begin/"), status=409).text


def test_who_is_excused_is_told(learner: Learner) -> None:
    client = learner()
    accommodate(client, excused=True)
    assert "You are excused from this quiz." in sound(client.page("quiz/")).text


def test_practice_is_called_practice(learner: Learner) -> None:
    client = learner(is_practice=True, attempts_allowed=1)
    attempt = begun(client)
    client.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1"})
    page = sound(client.page("quiz/"))
    assert "for practice; no score is sent to the gradebook" in page.text
    assert "Try again" in page.text
    assert "Right answers are shown." in sound(client.page("quiz/result/1/")).text


def test_an_access_code_is_asked_for_and_what_was_written_stays(learner: Learner) -> None:
    client = learner(access_code="red square")
    assert sound(client.page("quiz/")).has("input", name="code")
    page = sound(client.send("quiz/begin/", {"code": 'red "sq'}), status=422)
    assert (page.says("code"), "code-error" in page.values("id")) == ('red "sq', True)
    assert not Attempt.objects.exists()
    assert client.send("quiz/begin/", {"code": " red square "})["Location"] == client.path("quiz/take/")
    assert not sound(client.page("quiz/")).has("input", name="code")


def test_the_end_stands_on_the_page_and_follows_an_extension(learner: Learner, clock) -> None:
    client = learner(time_limit=30)
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    assert "12:30 UTC" in page.text
    ends = int((NOON + 30 * MINUTE).timestamp() * 1000)
    assert page.values("data-deadline") == [str(ends)]
    assert page.values("data-now") == [str(int(NOON.timestamp() * 1000))]
    accommodate(client, extra_minutes=15)
    number = controls(page, 4)[0]["name"]
    saved = client.send("quiz/save/", {"attempt": attempt.pk, "sequence": 1, "clock": 1, number: "16"}, headers=JSON)
    assert saved.json() == {"kept": [4], "refused": {}, "deadline": ends + 15 * 60_000}
    # A page that has not heard of it takes the time for over, and is shown again.
    clock.move_to(NOON + 31 * MINUTE)
    answer = client.send("quiz/hand-in/", {"attempt": attempt.pk, "time_up": "1"})
    assert answer["Location"] == client.path("quiz/take/")
    assert "12:45 UTC" in sound(client.page("quiz/take/")).text


def test_at_the_limit_the_page_hands_in_with_what_makes_sense(learner: Learner, clock) -> None:
    client = learner(time_limit=30)
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    number, box = controls(page, 4)[0]["name"], controls(page, 3)[0]
    clock.move_to(NOON + 30 * MINUTE + timedelta(seconds=5))
    form = {"attempt": attempt.pk, "time_up": "1", number: "soon", box["name"]: box["value"]}
    assert client.send("quiz/hand-in/", form)["Location"] == client.path("quiz/result/1/")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_at) == ("submitted", NOON + 30 * MINUTE)
    assert list(Response.objects.exclude(answer=None).values_list("position", "in_grace")) == [(3, True)]


@pytest.mark.parametrize("path", ["save", "turn", "check", "hand-in"])
def test_a_form_that_comes_too_late_is_answered_with_what_was_saved(learner: Learner, clock, path: str) -> None:
    client = learner(time_limit=30)
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    number = controls(page, 4)[0]["name"]
    client.send("quiz/save/", {"attempt": attempt.pk, number: "15.5"})
    clock.move_to(NOON + 40 * MINUTE)
    late = client.send(f"quiz/{path}/", {"attempt": attempt.pk, number: "3", "to": 2, "check": 4})
    page = sound(client.get(late["Location"]))
    assert "what came later could not be taken" in page.text
    assert ", by the end of the time" in page.text
    assert "15.5" in page.text
    told = client.send("quiz/save/", {"attempt": attempt.pk, "sequence": 9, number: "3"}, headers=JSON)
    assert (told.status_code, told.json()["code"]) == (409, "time_up")


@pytest.mark.parametrize("path", ["quiz/", "quiz/take/", "quiz/hand-in/"])
def test_no_page_shows_an_attempt_as_open_whose_time_is_over(learner: Learner, clock, path: str) -> None:
    client = learner(time_limit=30)
    begun(client)
    clock.move_to(NOON + 31 * MINUTE)
    answer = client.page(path)
    page = sound(answer) if path == "quiz/" else sound(client.get(answer["Location"]))
    assert "Attempt 1" in page.text if path == "quiz/" else "The time was over." in page.text
    assert not Attempt.objects.filter(state="open").exists()


def test_one_question_at_a_time_back_and_forth(learner: Learner) -> None:
    client = learner(one_a_page=True)
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    assert page.values("data-item") == ["1"]
    assert "0 of 5 answered" in page.text
    box = controls(page, 1)[0]
    assert client.send("quiz/turn/", {**form_of(page), box["name"]: box["value"], "to": "4"}).status_code == 302
    page = sound(client.page("quiz/take/"))
    assert page.values("data-item") == ["4"]
    assert "1 of 5 answered" in page.text
    assert [attrs["value"] for tag, attrs in page.found if tag == "button" and attrs.get("name") == "to"] == [
        "3", "5", "1", "2", "3", "4", "5",
    ]  # fmt: skip
    # What cannot be read keeps the page where it is, as it was written.
    number = controls(page, 4)[0]["name"]
    wrong = sound(client.send("quiz/turn/", {**form_of(page), number: "soon", "to": "5"}), status=422)
    assert (wrong.values("data-item"), wrong.says(number)) == (["4"], "soon")
    assert sound(client.page("quiz/hand-in/")).has("button", name="to", value="2")
    client.send("quiz/turn/", {"attempt": attempt.pk, "to": "1"})
    assert sound(client.page("quiz/take/")).says(box["name"]) == box["value"]
    sound(client.send("quiz/turn/", {"attempt": attempt.pk, "to": "x"}), status=404)


def test_without_going_back_the_server_holds_the_line(learner: Learner) -> None:
    client = learner(one_a_page=True, may_go_back=False)
    attempt = begun(client)
    first = controls(sound(client.page("quiz/take/")), 1)[0]
    client.send("quiz/turn/", {"attempt": attempt.pk, "to": "2"})
    client.send("quiz/turn/", {"attempt": attempt.pk, "to": "1"})
    page = sound(client.page("quiz/take/"))
    assert page.values("data-item") == ["2"]
    assert [attrs["value"] for tag, attrs in page.found if tag == "button" and attrs.get("name") == "to"] == ["3"]
    late = client.send(
        "quiz/save/", {"attempt": attempt.pk, "sequence": 1, first["name"]: first["value"]}, headers=JSON
    )
    assert "gone on from this question" in late.json()["refused"]["1"]["message"]
    page = sound(client.page("quiz/hand-in/"))
    assert "cannot be answered any more" in page.text
    assert not page.has("button", name="to", value="1")


def test_an_answer_is_checked_where_feedback_comes_at_once(learner: Learner) -> None:
    client = learner(show_feedback="during", show_score="during")
    begun(client)
    page = sound(client.page("quiz/take/"))
    box = controls(page, 1)[0]
    answer = client.send("quiz/check/", {**form_of(page), box["name"]: box["value"], "check": "1"})
    assert answer["Location"] == client.path("quiz/take/") + "#item-1"
    page = sound(client.page("quiz/take/"))
    assert page.values("data-item") == ["2", "3", "4", "5"]
    assert "Feedback on" in page.text
    assert "1 of 5 answered" in page.text
    unanswered = sound(client.send("quiz/check/", {**form_of(page), "check": "2"}), status=409)
    assert "cannot be checked before you submit" in unanswered.text
    hidden = learner()
    begun(hidden)
    assert not sound(hidden.page("quiz/take/")).has("button", name="check")


def test_leaving_and_coming_back_is_noted(learner: Learner) -> None:
    client = learner()
    attempt = begun(client)
    for kind in ("left", "returned"):
        assert client.send("quiz/note/", {"attempt": attempt.pk, "kind": kind}).status_code == 204
    assert [event.kind for event in AttemptEvent.objects.order_by("pk")] == ["started", "left", "returned"]
    sound(client.send("quiz/note/", {"attempt": attempt.pk, "kind": "closed"}), status=404)
    sound(client.send("quiz/note/", {"attempt": 0, "kind": "left"}), status=404)
    assert client.post(client.path("quiz/note/"), {"attempt": attempt.pk, "kind": "left"}).status_code == 403


def handed_in(client: VisitClient) -> None:
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    client.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1", controls(page, 4)[0]["name"]: "15.5"})


def test_a_late_result_says_what_was_taken_off_line_by_line(learner: Learner) -> None:
    client = learner(due_at=NOON - timedelta(hours=30), late="percent", late_percent=10, pass_percent=20)
    handed_in(client)
    text = " ".join(sound(client.page("quiz/result/1/")).text.split())
    for words in ("1.6 of 10", "late", "not passed", "1 d 6 h after it was due", "10% each", "rounded once"):
        assert words in text


@pytest.mark.parametrize("name", ["show_score", "show_answers", "show_feedback"])
def test_what_is_not_shown_yet_stands_nowhere(learner: Learner, clock, name: str) -> None:
    client = learner(**{name: "closed"}, closes_at=NOON + 60 * MINUTE)
    handed_in(client)
    said = " ".join((sound(client.page("quiz/result/1/")).text + sound(client.page("quiz/")).text).split())
    hidden = {
        "show_score": ["2 of 10", "2 of 2", "rounded once", "Your score so far"],
        "show_answers": ["15.5", "Feedback on", "The reason"],
        "show_feedback": ["Your answer: right", "The reason", "How the points came about"],
    }[name]
    assert not any(words in said for words in hidden)
    clock.move_to(NOON + 90 * MINUTE)
    said = " ".join((sound(client.page("quiz/result/1/")).text + sound(client.page("quiz/")).text).split())
    assert any(words in said for words in hidden)


def test_an_essay_waits_and_a_poll_is_not_graded(learner: Learner) -> None:
    client = learner(types=("open_response", "poll", "true_false"))
    attempt = begun(client)
    page = sound(client.page("quiz/take/"))
    essay = next(attrs["name"] for tag, attrs in page.found if tag == "textarea")
    vote = controls(page, 2)[0]
    client.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1", essay: "It did.", vote["name"]: vote["value"]})
    page = sound(client.page("quiz/result/1/"))
    for words in ("1 answer waits to be graded by a person", "Waits for a person to grade it", "Not graded"):
        assert words in page.text
    assert "of 10 points" not in page.text
    assert "waits to be graded" in sound(client.page("quiz/")).text


def test_how_sure_somebody_is_stands_beside_and_is_kept(learner: Learner) -> None:
    client = learner(types=("true_false",))
    revise(Item.objects.get(), confidence=True)
    begun(client)
    page = sound(client.page("quiz/take/"))
    assert "How sure are you?" in page.text
    client.send("quiz/save/", {**form_of(page), "1-sure": "fairly"})
    page = sound(client.page("quiz/take/"))
    assert page.says("1-sure") == "fairly"
    assert "0 of 1 answered" in page.text


def test_a_receipt_can_be_kept(learner: Learner) -> None:
    client = learner()
    handed_in(client)
    code = receipts.receipt(Attempt.objects.get())
    page = sound(client.page("quiz/result/1/"))
    assert page.has("a", href=client.path("quiz/result/1/receipt/"))
    for path in ("quiz/result/1/", "quiz/result/1/receipt/"):
        assert code in sound(client.page(path)).text
    sound(client.page("quiz/result/2/receipt/"), status=404)


def test_a_preview_as_a_student_records_nothing(open_visit) -> None:
    assignment = AssignmentFactory(time_limit=20, one_a_page=True, access_code="x")
    teacher = open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)
    assert sound(teacher.page("settings/")).has("a", href=teacher.path("quiz/try/"))
    page = sound(teacher.page("quiz/try/"))
    for words in ("Nothing of it is recorded.", "20 minutes", "one question at a time", "access code first"):
        assert words in page.text
    number = controls(page, 4)[0]["name"] or ""
    outcome = sound(teacher.send("quiz/try/", {number: "15.5"}))
    assert "of 10 points" in outcome.text
    other = sound(teacher.page("quiz/try/?draw=1"))
    assert controls(other, 1)[0]["value"] not in {box["value"] for box in controls(page, 1)}
    assert not Attempt.objects.exists()
    learner = open_visit(assignment=assignment)
    sound(learner.page("quiz/try/"), status=404)


def counted(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as found:
        call()
    frames = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(not query["sql"].startswith(frames) for query in found)


def test_what_the_requests_of_an_attempt_of_thirty_cost(learner: Learner) -> None:
    """The services' 6, 3 and 12, and what a request adds: finding the visit, and where it asks, the clock."""
    client = learner(types=("true_false", "numeric", "single_choice") * 10, time_limit=60)
    assert counted(lambda: client.send("quiz/begin/")) <= 7
    page = sound(client.page("quiz/take/"))
    attempt = {"attempt": Attempt.objects.get().pk}
    boxes = [controls(page, position)[0] for position in range(1, 31)]
    answer = {boxes[0]["name"]: boxes[0]["value"]}
    assert counted(lambda: client.send("quiz/save/", {**attempt, "sequence": 1, **answer}, headers=JSON)) <= 4
    timed = {**attempt, "sequence": 2, "clock": 1, boxes[3]["name"]: boxes[3]["value"]}
    assert counted(lambda: client.send("quiz/save/", timed, headers=JSON)) <= 5
    assert counted(lambda: client.page("quiz/take/")) == 3
    everything = {box["name"]: box["value"] or "7" for box in boxes}
    assert counted(lambda: client.send("quiz/save/", {**attempt, **everything})) <= 4
    # With finding the visit, saving nothing more, and looking whether the time is over.
    assert counted(lambda: client.send("quiz/hand-in/", {**attempt, "sure": "1"})) <= 11
    assert Attempt.objects.get().state == "submitted"
