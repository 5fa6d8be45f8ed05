"""The score and result services in both manners."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from lti.sandbox.models import Grade, LineItem, Person
from lti.sandbox.vocabulary import CANVAS_SUBMISSION, RESULTS_TYPE, SCORE_TYPE

from .school import ISSUER, FakeTool, column

EARLY, LATER = "2026-03-01T10:00:00.200Z", "2026-03-01T10:00:01.000Z"


@pytest.fixture
def item(tool: FakeTool) -> LineItem:
    return column(tool)


def url(tool: FakeTool, item: LineItem, tail: str, *, canvas: bool = False) -> str:
    if canvas:
        return f"{ISSUER}/api/lti/courses/1/line_items/{item.pk}{tail}"
    return f"{ISSUER}/mod/lti/services.php/1/lineitems/{item.pk}/lineitem{tail}?type_id={tool.row.deployment_id}"


@pytest.fixture
def post(tool: FakeTool, item: LineItem, learner: Person) -> Callable[..., HttpResponse]:
    """Post a good final score of the learner; keywords change it, ``None`` leaves a member out."""

    def post_(*, canvas: bool = False, content_type: str = SCORE_TYPE, **changes: Any) -> HttpResponse:
        body = {
            "userId": learner.subject,
            "scoreGiven": 8,
            "scoreMaximum": 10,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": EARLY,
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return tool.call("POST", url(tool, item, "/scores", canvas=canvas), body, content_type=content_type)

    return post_


# --- Moodle -----------------------------------------------------------------------------------------------------


def test_moodle_says_nothing(post: Callable[..., HttpResponse], learner: Person) -> None:
    answer = post(scoreGiven=4, scoreMaximum=5, comment="Well done")
    assert (answer.status_code, answer.content) == (200, b"")
    grade = Grade.objects.get()
    assert (grade.person, grade.score, grade.comments) == (learner, Decimal(8), ["Well done"])


def test_moodle_refuses_the_same_second(post: Callable[..., HttpResponse]) -> None:
    post()
    for stamp in (EARLY, "2026-03-01T10:00:00.900Z", "2026-03-01T09:00:00Z", "2026-03-01T11:00:00+01:00"):
        answer = post(timestamp=stamp, scoreGiven=1)
        assert (answer.status_code, answer.json()) == (409, [])
    assert Grade.objects.get().score == 8
    assert post(timestamp=LATER, scoreGiven=1).status_code == 200
    assert Grade.objects.get().score == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"gradingProgress": "PendingManual"},
        {"gradingProgress": "Pending"},
        {"gradingProgress": "NotReady"},
        {"scoreGiven": None, "scoreMaximum": None},
    ],
)
def test_moodle_clears_for_anything_not_final(post: Callable[..., HttpResponse], changes: dict[str, Any]) -> None:
    post(comment="Well done")
    assert post(timestamp=LATER, **changes).status_code == 200
    grade = Grade.objects.get()
    assert grade.score is None
    assert grade.comments == []


def test_moodle_clips_to_the_maximum(post: Callable[..., HttpResponse]) -> None:
    post(scoreGiven=12)
    assert Grade.objects.get().score == 10


@pytest.mark.parametrize("wrong", ["application/json", f"{SCORE_TYPE}; charset=utf-8"])
def test_moodle_wants_the_exact_content_type(post: Callable[..., HttpResponse], wrong: str) -> None:
    answer = post(content_type=wrong)
    assert answer.status_code == 400
    assert "Content-Type" in answer.json()["reason"]
    assert not Grade.objects.exists()


def test_moodle_scores_only_students(post: Callable[..., HttpResponse], instructor: Person) -> None:
    assert post(userId=instructor.subject).status_code == 400
    assert post(userId="9999").status_code == 400
    assert post(userId="somebody").status_code == 502
    assert not Grade.objects.exists()


@pytest.mark.parametrize(
    "stamp",
    ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00+02:00", "2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00"],
)
def test_moodle_takes_many_forms_of_time(post: Callable[..., HttpResponse], stamp: str) -> None:
    assert post(timestamp=stamp).status_code == 200


@pytest.mark.parametrize("name", ["userId", "timestamp", "activityProgress", "gradingProgress"])
@pytest.mark.parametrize("manner", ["moodle", "canvas"])
def test_a_missing_member_is_named(
    post: Callable[..., HttpResponse], as_canvas: Callable[[], None], manner: str, name: str
) -> None:
    if manner == "canvas":
        as_canvas()
    answer = post(canvas=manner == "canvas", **{name: None})
    assert answer.status_code == 400
    body = answer.json()
    assert name in (body["reason"] if manner == "moodle" else body["errors"]["message"])


@pytest.mark.parametrize("stamp", ["yesterday", "2026-03-01", 1772359200, "2026-13-01T10:00:00Z"])
def test_a_bad_time_is_refused(post: Callable[..., HttpResponse], stamp: Any) -> None:
    answer = post(timestamp=stamp)
    assert answer.status_code == 400
    assert "timestamp" in answer.json()["reason"]


# --- Canvas -----------------------------------------------------------------------------------------------------


@pytest.fixture
def canvas_post(post: Callable[..., HttpResponse], as_canvas: Callable[[], None]) -> Callable[..., HttpResponse]:
    as_canvas()
    return lambda **changes: post(canvas=True, content_type="application/json", **changes)


def test_canvas_answers_with_the_result(canvas_post: Callable[..., HttpResponse], item: LineItem) -> None:
    answer = canvas_post()
    assert answer.status_code == 200
    grade = Grade.objects.get()
    assert answer.json()["resultUrl"] == f"{ISSUER}/api/lti/courses/1/line_items/{item.pk}/results/{grade.pk}"
    assert grade.attempts == 1


def test_canvas_refuses_only_what_is_older(canvas_post: Callable[..., HttpResponse]) -> None:
    canvas_post(timestamp=LATER)
    older = canvas_post(timestamp=EARLY)
    assert older.status_code == 400
    assert "timestamp" in older.json()["errors"]["message"]
    assert canvas_post(timestamp=LATER, scoreGiven=3).status_code == 200
    assert Grade.objects.get().score == 3


def test_canvas_keeps_a_score_that_awaits_review(canvas_post: Callable[..., HttpResponse]) -> None:
    canvas_post(gradingProgress="PendingManual")
    assert Grade.objects.get().score == 8


@pytest.mark.parametrize(
    "changes", [{"gradingProgress": "Pending"}, {"gradingProgress": "Failed"}, {"scoreGiven": None}]
)
def test_canvas_clears_unless_told_to_preserve(
    canvas_post: Callable[..., HttpResponse], changes: dict[str, Any]
) -> None:
    canvas_post()
    canvas_post(timestamp=LATER, **changes, **{CANVAS_SUBMISSION: {"preserve_score": True}})
    assert Grade.objects.get().score == 8
    canvas_post(timestamp=LATER, **changes)
    assert Grade.objects.get().score is None


def test_canvas_keeps_extra_credit_and_the_posted_maximum(
    canvas_post: Callable[..., HttpResponse], tool: FakeTool, item: LineItem
) -> None:
    canvas_post(scoreGiven=6, scoreMaximum=5)
    assert Grade.objects.get().score == 12
    (result,) = tool.call("GET", url(tool, item, "/results", canvas=True)).json()
    assert (result["resultScore"], result["resultMaximum"]) == (6, 5)


def test_canvas_adds_comments_up(canvas_post: Callable[..., HttpResponse]) -> None:
    canvas_post(comment="One")
    canvas_post(timestamp=LATER)
    canvas_post(timestamp=LATER, comment="Two")
    assert Grade.objects.get().comments == ["One", "Two"]


def test_canvas_counts_attempts(canvas_post: Callable[..., HttpResponse]) -> None:
    canvas_post()
    canvas_post(timestamp=LATER)
    assert Grade.objects.get().attempts == 2
    canvas_post(timestamp=LATER, **{CANVAS_SUBMISSION: {"new_submission": False}})
    assert Grade.objects.get().attempts == 2
    canvas_post(timestamp=LATER, activityProgress="InProgress")
    assert Grade.objects.get().attempts == 2
    when = "2026-03-01T09:59:00Z"
    canvas_post(timestamp=LATER, **{CANVAS_SUBMISSION: {"submitted_at": when}})
    canvas_post(timestamp=LATER, submission={"submittedAt": when})
    assert Grade.objects.get().attempts == 3


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": "9999"}, 422),
        ({"userId": "somebody"}, 422),
        ({"scoreMaximum": None}, 422),
        ({"scoreGiven": -1}, 422),
        ({"scoreMaximum": -1}, 422),
        ({"scoreMaximum": 0}, 422),
        ({"activityProgress": "Done"}, 400),
        ({"gradingProgress": "Done"}, 400),
        ({"scoreGiven": "8"}, 400),
        ({CANVAS_SUBMISSION: {"submitted_at": "soon"}}, 400),
        ({CANVAS_SUBMISSION: {"submitted_at": "2126-01-01T00:00:00Z"}}, 400),
        ({CANVAS_SUBMISSION: []}, 400),
    ],
)
def test_canvas_refuses(canvas_post: Callable[..., HttpResponse], changes: dict[str, Any], status: int) -> None:
    answer = canvas_post(**changes)
    assert answer.status_code == status
    assert answer.json()["errors"]["message"]
    assert not Grade.objects.exists()


def test_canvas_scores_no_staff(canvas_post: Callable[..., HttpResponse], instructor: Person) -> None:
    assert canvas_post(userId=instructor.subject).status_code == 422


# --- Both -------------------------------------------------------------------------------------------------------


def test_grades_survive_the_switch(
    post: Callable[..., HttpResponse], tool: FakeTool, item: LineItem, as_canvas: Callable[[], None]
) -> None:
    post()
    as_canvas()
    (result,) = tool.call("GET", url(tool, item, "/results", canvas=True)).json()
    assert result["resultScore"] == 8
    # The address that the tool was told under the other manners still takes scores.
    assert post(timestamp=LATER, scoreGiven=9).status_code == 200
    assert Grade.objects.get().score == 9


def test_moodle_results(post: Callable[..., HttpResponse], tool: FakeTool, item: LineItem, learner: Person) -> None:
    post(scoreGiven=4, scoreMaximum=5, comment="Good")
    results = url(tool, item, "/results")
    assert tool.call("GET", results, accept="application/json").status_code == 400
    (result,) = tool.call("GET", results, accept=RESULTS_TYPE).json()
    assert (result["resultScore"], result["resultMaximum"], result["comment"]) == (8, 10, "Good")
    assert result["userId"] == learner.subject
    assert len(tool.call("GET", f"{results}&user_id={learner.pk}", accept=RESULTS_TYPE).json()) == 1
    assert tool.call("GET", f"{results}&user_id=9999", accept=RESULTS_TYPE).json() == []
    limited = tool.call("GET", f"{results}&limit=1", accept=RESULTS_TYPE)
    assert limited.status_code == 404
    assert limited["Content-Type"].startswith("text/html")


def test_canvas_results(canvas_post: Callable[..., HttpResponse], tool: FakeTool, item: LineItem) -> None:
    found = canvas_post().json()["resultUrl"]
    assert tool.call("GET", found).json()["resultScore"] == 8
    assert tool.call("GET", f"{found}0").status_code == 404
    assert tool.call("GET", f"{url(tool, item, '/results', canvas=True)}?user_id=nobody").json() == []


def test_a_score_for_a_line_item_that_is_gone(post: Callable[..., HttpResponse], item: LineItem) -> None:
    item.delete()
    assert post().status_code == 404


def test_a_stamp_from_the_future_blocks(post: Callable[..., HttpResponse]) -> None:
    with time_machine.travel("2026-03-01T10:00:05Z", tick=False):
        assert post(timestamp="2026-03-01T12:00:00Z").status_code == 200
        assert post(timestamp="2026-03-01T10:00:04Z").status_code == 409
