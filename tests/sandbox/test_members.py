"""Names and roles in both manners."""

from collections.abc import Callable

from lti.sandbox import classroom
from lti.sandbox.models import Tool
from lti.sandbox.vocabulary import CONTEXT_ROLE, MEMBERS_TYPE

from .school import ISSUER, FakeTool, column

CANVAS_URL = f"{ISSUER}/api/lti/courses/1/names_and_roles"


def moodle_url(tool: FakeTool) -> str:
    number = tool.row.deployment_id
    return f"{ISSUER}/mod/lti/services.php/CourseSection/1/bindings/{number}/memberships"


def test_the_roster_of_moodle(tool: FakeTool) -> None:
    assert tool.call("GET", moodle_url(tool), accept="application/json").status_code == 400
    body = tool.call("GET", moodle_url(tool), accept=MEMBERS_TYPE).json()
    assert body["context"]["id"] == "1"
    teacher, maya, *_ = body["members"]
    assert teacher["roles"] == ["Instructor"]
    assert maya == {
        "status": "Active",
        "user_id": maya["user_id"],
        "roles": ["Learner"],
        "lti11_legacy_user_id": maya["user_id"],
        "name": "Maya Lindqvist",
        "given_name": "Maya",
        "family_name": "Lindqvist",
        "lis_person_sourcedid": "",
    }


def test_moodle_forgets_the_role_on_the_next_page(tool: FakeTool) -> None:
    answer = tool.call("GET", f"{moodle_url(tool)}?role=Learner&limit=2", accept=MEMBERS_TYPE)
    assert len(answer.json()["members"]) == 2
    assert 'rel="next"' in answer["Link"]
    assert "role" not in answer["Link"]


def test_the_roster_of_canvas(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    classroom.fill(60)
    answer = tool.call("GET", CANVAS_URL)
    assert len(answer.json()["members"]) == 50
    following = answer["Link"][1 : answer["Link"].index(">")]
    assert len(tool.call("GET", following).json()["members"]) == 17
    teachers = tool.call("GET", f"{CANVAS_URL}?role={CONTEXT_ROLE.replace('#', '%23')}Instructor").json()["members"]
    assert [member["roles"][0] for member in teachers] == [f"{CONTEXT_ROLE}Instructor"] * 2  # one assists
    assert tool.call("GET", f"{CANVAS_URL}?role=Learner").json()["members"] == []


def test_names_follow_what_the_school_shares(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    Tool.objects.update(claims=["email"], privacy_level="anonymous")
    member = tool.call("GET", moodle_url(tool), accept=MEMBERS_TYPE).json()["members"][0]
    assert "name" not in member
    assert member["email"].endswith("@maple-grove.example")
    as_canvas()
    member = tool.call("GET", CANVAS_URL).json()["members"][0]
    assert set(member) == {"status", "user_id", "roles", "lti11_legacy_user_id"}


def test_a_link_brings_its_parameters(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    link = column(tool).activity.resource_link_id
    answer = tool.call("GET", f"{moodle_url(tool)}?rlid={link}", accept=MEMBERS_TYPE)
    (message,) = answer.json()["members"][0]["message"]
    assert {"assignment": "abc"} in message.values()
    assert tool.call("GET", f"{moodle_url(tool)}?rlid=77", accept=MEMBERS_TYPE).status_code == 400
    as_canvas()
    assert tool.call("GET", f"{CANVAS_URL}?rlid=77").status_code == 400
