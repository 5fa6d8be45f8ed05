"""What can become of a course: copied, concluded, an activity unpublished, a learner gone, a column deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from lti.sandbox.models import Activity, Course, Grade, LineItem, Membership, Person
from lti.sandbox.vocabulary import AGS_CLAIM, CLAIM, SCORE_TYPE

from .school import ISSUER, FakeTool, column, keep, message

Post = Callable[..., HttpResponse]


@pytest.fixture
def post(tool: FakeTool, learner: Person) -> Post:
    """Post a good score of the learner to the address of the manner."""

    def post_(item: LineItem, *, canvas: bool, timestamp: str = "2026-03-01T10:00:00Z", **changes: Any) -> HttpResponse:
        body = {
            "userId": learner.subject,
            "scoreGiven": 8,
            "scoreMaximum": 10,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": timestamp,
        }
        url = (
            f"{ISSUER}/api/lti/courses/{item.course_id}/line_items/{item.pk}/scores"
            if canvas
            else f"{ISSUER}/mod/lti/services.php/{item.course_id}/lineitems/{item.pk}/lineitem/scores"
            f"?type_id={tool.row.deployment_id}"
        )
        return tool.call("POST", url, body | changes, content_type=SCORE_TYPE)

    return post_


# --- A copy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
def test_a_copy_has_new_ids_and_the_same_parameters(tool: FakeTool, learner: Person, manner: str, post: Post) -> None:
    keep(manner)
    item = column(tool, tag="quiz", resource_id="abc-1")
    assert post(item, canvas=manner == "canvas").status_code == 200
    assert "This is the copy" in tool.web.post("/course/copy", follow=True).content.decode()
    copy = Course.objects.get(copied_from=item.course)
    copied = LineItem.objects.get(course=copy)
    assert copied.activity is not None
    assert item.activity is not None
    assert (copied.tag, copied.resource_id, copied.score_maximum) == ("quiz", "abc-1", 10)
    assert copied.activity.custom == item.activity.custom
    assert copied.activity.resource_link_id != item.activity.resource_link_id
    assert copied.activity.resource_link_id.isdigit() == (manner == "moodle")
    assert not Grade.objects.filter(line_item=copied).exists()
    assert Membership.objects.filter(course=copy).count() == Membership.objects.filter(course=item.course).count()


def test_a_copy_of_a_copy_tells_where_it_comes_from_the_nearest_first(
    tool: FakeTool, as_canvas: Callable[[], None]
) -> None:
    item = column(tool)
    Activity.objects.update(custom={"history": "$Context.id.history"})
    first = item.course
    path = f"/activities/{item.activity_id}/start"
    assert message(tool.web, path)[f"{CLAIM}custom"]["history"] == "$Context.id.history"
    tool.web.post("/course/copy")
    tool.web.post("/course/copy")
    third = Course.objects.last()
    assert third is not None
    assert third.copied_from is not None
    last = Activity.objects.get(course=third)
    for manner in ("moodle", "canvas"):
        keep(manner)
        claims = message(tool.web, f"/activities/{last.pk}/start")
        assert claims[f"{CLAIM}custom"]["history"] == f"{third.copied_from.context_id},{first.context_id}"
        assert claims[f"{CLAIM}context"]["id"] == third.context_id
        assert f"/{third.pk}/" in claims[AGS_CLAIM]["lineitems"]


def test_a_visitor_goes_from_course_to_course(tool: FakeTool) -> None:
    column(tool)
    tool.web.post("/course/copy")
    assert "(copy 1)</h1>" in tool.web.get("/").content.decode()
    page = tool.web.post("/course", {"course": "1"}, follow=True).content.decode()
    assert "The world since 1945</h1>" in page
    assert tool.web.post("/course", {"course": "99"}).status_code == 404


# --- States -----------------------------------------------------------------------------------------------------


def test_an_unpublished_activity(tool: FakeTool, learner: Person, post: Post) -> None:
    item = column(tool)
    path = f"/activities/{item.activity_id}"
    tool.web.post(f"{path}/publish", {"published": "0"})
    assert "Hidden" in tool.web.get("/").content.decode()
    assert post(item, canvas=False).status_code == 200
    keep("canvas")
    assert "Not published" in tool.web.get("/").content.decode()
    answer = post(item, canvas=True)
    assert answer.status_code == 422
    assert "still unpublished" in answer.json()["errors"][0]["message"]
    tool.web.post("/switch", {"person": learner.pk})
    assert "Quiz 1" not in tool.web.get("/").content.decode()
    assert tool.web.get(path).status_code == tool.web.get(f"{path}/start").status_code == 403
    assert tool.web.post(f"{path}/publish", {"published": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("manner", "state", "status"),
    [
        ("moodle", "concluded", 400),
        ("moodle", "concluded-before", 400),
        ("canvas", "concluded", 422),
        ("canvas", "concluded-before", 404),
        ("moodle", "active", 200),
        ("canvas", "active", 200),
    ],
)
def test_a_concluded_course(tool: FakeTool, post: Post, manner: str, state: str, status: int) -> None:
    keep(manner)
    item = column(tool)
    assert tool.web.post("/course/state", {"state": state}).status_code == 302
    assert post(item, canvas=manner == "canvas").status_code == status
    assert ("Concluded</span>" in tool.web.get("/").content.decode()) == (state != "active")
    assert tool.web.post("/course/state", {"state": "ended"}).status_code == 400


@pytest.mark.parametrize(("manner", "status"), [("moodle", 400), ("canvas", 422)])
def test_a_learner_unenrolled(tool: FakeTool, learner: Person, post: Post, manner: str, status: int) -> None:
    keep(manner)
    item = column(tool)
    path = f"/people/{learner.pk}"
    assert "is unenrolled" in tool.web.post(path, {"enrolled": "0"}, follow=True).content.decode()
    assert post(item, canvas=manner == "canvas").status_code == status
    tool.web.post("/switch", {"person": learner.pk})
    assert "not enrolled in this course any more" in tool.web.get("/").content.decode()
    assert tool.web.get(f"/activities/{item.activity_id}/start").status_code == 403
    assert tool.web.post(path, {"enrolled": "1"}).status_code == 403
    tool.web.post("/switch", {"person": Membership.objects.get(role="instructor").person_id})
    tool.web.post(path, {"enrolled": "1"})
    assert post(item, canvas=manner == "canvas").status_code == 200


def test_the_teacher_stays(tool: FakeTool, instructor: Person) -> None:
    assert tool.web.post(f"/people/{instructor.pk}", {"enrolled": "0"}).status_code == 409


def test_a_deleted_column_and_a_new_one(tool: FakeTool, post: Post) -> None:
    item = column(tool)
    path = f"/activities/{item.activity_id}"
    assert "is deleted" in tool.web.post(f"/gradebook/{item.pk}/remove", follow=True).content.decode()
    assert post(item, canvas=False).status_code == 404
    keep("canvas")
    answer = post(item, canvas=True)
    assert (answer.status_code, answer.content) == (404, b"")
    assert "lineitem" not in message(tool.web, f"{path}/start")[AGS_CLAIM]
    tool.web.post(f"{path}/column")
    assert "lineitem" in message(tool.web, f"{path}/start")[AGS_CLAIM]
    assert tool.web.post(f"{path}/column").status_code == 409


# --- A teacher's own entry --------------------------------------------------------------------------------------


def enter(tool: FakeTool, item: LineItem, learner: Person, **fields: str) -> HttpResponse:
    return tool.web.post(f"/gradebook/{item.pk}/{learner.pk}", fields)


def test_moodle_keeps_an_overridden_grade_and_moves_its_time(tool: FakeTool, learner: Person, post: Post) -> None:
    item = column(tool)
    assert post(item, canvas=False).status_code == 200
    assert enter(tool, item, learner, score="3,5").status_code == 302
    assert "overridden" in tool.web.get("/gradebook").content.decode()
    assert post(item, canvas=False, timestamp="2026-03-01T11:00:00Z").status_code == 409
    assert post(item, canvas=False, timestamp="2099-03-01T11:00:00Z", scoreGiven=9).status_code == 200
    grade = Grade.objects.get()
    assert (grade.score, grade.posted_score) == (3.5, 9)
    assert enter(tool, item, learner, do="give-back").status_code == 302
    grade.refresh_from_db()
    assert (grade.score, grade.by_hand) == (9, False)


def test_moodle_fails_over_a_locked_grade(tool: FakeTool, learner: Person, post: Post) -> None:
    item = column(tool)
    enter(tool, item, learner, score="3", locked="1")
    assert post(item, canvas=False, timestamp="2099-03-01T11:00:00Z").status_code == 500


def test_canvas_overwrites_a_teachers_entry_unless_asked_not_to(tool: FakeTool, learner: Person, post: Post) -> None:
    keep("canvas")
    item = column(tool)
    assert post(item, canvas=True).status_code == 200
    enter(tool, item, learner, score="3")
    keeps = {"https://canvas.instructure.com/lti/submission": {"prioritize_non_tool_grade": True}}
    assert post(item, canvas=True, scoreGiven=6, **keeps).status_code == 200
    grade = Grade.objects.get()
    assert (grade.score, grade.by_hand) == (3, True)
    results = tool.call("GET", f"{ISSUER}/api/lti/courses/1/line_items/{item.pk}/results").json()
    assert (results[0]["resultScore"], results[0]["resultMaximum"]) == (3, 10)
    # The entry did not move the stored time: the same time as the last score's is taken.
    assert post(item, canvas=True, scoreGiven=6).status_code == 200
    grade.refresh_from_db()
    assert (grade.score, grade.by_hand) == (6, False)


def test_an_entry_before_any_score_has_no_time_at_canvas(tool: FakeTool, learner: Person, post: Post) -> None:
    keep("canvas")
    item = column(tool)
    enter(tool, item, learner, score="3")
    assert Grade.objects.get().timestamp is None
    assert post(item, canvas=True, timestamp="1990-01-01T00:00:00Z").status_code == 200


@pytest.mark.parametrize("score", ["eleven", "11", "-1", "NaN", "1e9999999"])
def test_a_grade_must_fit_its_column(tool: FakeTool, learner: Person, score: str) -> None:
    item = column(tool)
    answer = enter(tool, item, learner, score=score)
    assert answer.status_code == 400
    assert "must be a number from 0 to 10" in answer.content.decode()
    assert not Grade.objects.exists()


def test_only_who_grades_enters_grades(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    tool.web.post("/switch", {"person": learner.pk})
    assert enter(tool, item, learner, score="10").status_code == 403
    assert tool.web.post(f"/gradebook/{item.pk}/remove").status_code == 403
    assert tool.web.get("/people").status_code == 403
