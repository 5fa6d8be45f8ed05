"""Who is who to the tool: each person's roles in both manners, Student View, the switched role, the visitor."""

from collections.abc import Callable

import pytest
from django.test import Client

from lti.sandbox.models import LaunchTicket, Membership, Person, Role
from lti.sandbox.platform import scores
from lti.sandbox.vocabulary import CLAIM, CONTEXT_ROLE, INSTITUTION_ROLE, SYSTEM_ROLE

from .school import ISSUER, FakeTool, column, keep, login, message

TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"

ROLES = [
    # role, in Moodle's manner, in Canvas's manner
    (Role.INSTRUCTOR, {f"{CONTEXT_ROLE}Instructor"}, {f"{CONTEXT_ROLE}Instructor", f"{INSTITUTION_ROLE}Instructor"}),
    (Role.LEARNER, {f"{CONTEXT_ROLE}Learner"}, {f"{CONTEXT_ROLE}Learner", f"{INSTITUTION_ROLE}Student"}),
    (
        Role.ASSISTANT,
        {f"{CONTEXT_ROLE}Learner"},
        {f"{CONTEXT_ROLE}Instructor", ASSISTANT, f"{INSTITUTION_ROLE}Instructor"},
    ),
    (
        Role.DESIGNER,
        {f"{CONTEXT_ROLE}Instructor"},
        {f"{CONTEXT_ROLE}ContentDeveloper", f"{INSTITUTION_ROLE}Instructor"},
    ),
    (Role.OBSERVER, {f"{CONTEXT_ROLE}Learner"}, {f"{CONTEXT_ROLE}Mentor", f"{INSTITUTION_ROLE}Observer"}),
    (
        Role.ADMINISTRATOR,
        {f"{CONTEXT_ROLE}Instructor", f"{INSTITUTION_ROLE}Administrator", f"{SYSTEM_ROLE}Administrator"},
        {f"{INSTITUTION_ROLE}Administrator"},
    ),
]


def be(web: Client, role: Role) -> Person:
    person = Membership.objects.filter(role=role).order_by("pk")[0].person
    web.post("/switch", {"person": person.pk})
    return person


@pytest.mark.parametrize(("role", "moodle", "canvas"), ROLES, ids=[role.value for role, _, _ in ROLES])
def test_a_role_is_told_as_each_platform_does(
    tool: FakeTool, role: Role, moodle: set[str], canvas: set[str], as_canvas: Callable[[], None]
) -> None:
    path = f"/activities/{column(tool).activity_id}/start"
    person = be(tool.web, role)
    claims = message(tool.web, path)
    assert set(claims[f"{CLAIM}roles"]) == moodle
    assert claims["sub"] == person.subject
    as_canvas()
    assert set(message(tool.web, path)[f"{CLAIM}roles"]) - {f"{SYSTEM_ROLE}User"} == canvas


def test_student_view_is_somebody_else_and_marked(
    tool: FakeTool, instructor: Person, as_canvas: Callable[[], None]
) -> None:
    as_canvas()
    item = column(tool)
    path = f"/activities/{item.activity_id}/start"
    page = tool.web.post("/look", {"as": "student"}, follow=True).content.decode()
    assert "marked as a test user" in page
    assert "Add activity" not in page
    claims = message(tool.web, path)
    assert {f"{CONTEXT_ROLE}Learner", TEST_USER} <= set(claims[f"{CLAIM}roles"])
    assert claims["sub"] not in {instructor.subject}
    assert "Student View" in tool.web.get("/").content.decode()
    tool.web.post("/look", {"as": "oneself"})
    assert message(tool.web, path)["sub"] == instructor.subject


def test_the_test_student_can_be_graded_at_canvas_only(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    item = column(tool)
    test_student = Membership.objects.get(role=Role.TEST_STUDENT).person
    as_canvas()
    body = {
        "userId": test_student.subject,
        "scoreGiven": 3,
        "scoreMaximum": 10,
        "activityProgress": scores.HANDED_IN[0],
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-03-01T10:00:00Z",
    }
    url = f"{ISSUER}/api/lti/courses/1/line_items/{item.pk}/scores"
    assert tool.call("POST", url, body).status_code == 200
    assert "Test Student" in tool.web.get("/gradebook").content.decode()
    keep("moodle")
    assert "Test Student" not in tool.web.get("/gradebook").content.decode()


def test_moodles_switched_role_keeps_the_teachers_id_and_says_nothing(tool: FakeTool, instructor: Person) -> None:
    path = f"/activities/{column(tool).activity_id}/start"
    assert "no mark of it" in tool.web.post("/look", {"as": "student"}, follow=True).content.decode()
    claims = message(tool.web, path)
    assert claims["sub"] == instructor.subject
    assert claims[f"{CLAIM}roles"] == [f"{CONTEXT_ROLE}Learner"]
    assert tool.web.get("/add").status_code == 403


def test_students_have_nothing_to_switch(tool: FakeTool) -> None:
    be(tool.web, Role.LEARNER)
    assert tool.web.post("/look", {"as": "student"}).status_code == 403
    assert b"Copy course" not in tool.web.get("/").content


def test_a_launch_keeps_the_role_that_it_began_with(tool: FakeTool) -> None:
    path = f"/activities/{column(tool).activity_id}/start"
    tool.web.post("/look", {"as": "student"})
    login(tool.web, path)
    assert LaunchTicket.objects.get().role == Role.LEARNER


def test_who_is_not_signed_in_is_nobody_to_the_tool(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    path = f"/activities/{column(tool).activity_id}/start"
    be(tool.web, Role.GUEST)
    claims = message(tool.web, path)
    assert not {"sub", "name", "given_name", "family_name", "email", f"{CLAIM}lis"} & set(claims)
    assert claims[f"{CLAIM}roles"] == [f"{SYSTEM_ROLE}None"]
    keep("moodle")
    assert tool.web.get(path).status_code == 403


def test_who_is_enrolled_nowhere_is_on_no_roster(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    members = tool.call("GET", f"{ISSUER}/api/lti/courses/1/names_and_roles").json()["members"]
    absent = Membership.objects.filter(role__in=(Role.ADMINISTRATOR, Role.GUEST, Role.TEST_STUDENT))
    assert len(members) == 7
    assert not {member["user_id"] for member in members} & {each.person.subject for each in absent}
    assert [f"{CONTEXT_ROLE}Instructor", ASSISTANT] in [member["roles"] for member in members]
