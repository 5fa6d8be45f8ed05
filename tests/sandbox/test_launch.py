"""The login request, the authorization endpoint and the message, in both manners."""

import json
from collections.abc import Callable

import jwt
import pytest
import time_machine
from django.conf import settings
from django.test import Client

from lti.sandbox.models import Activity, LaunchTicket, Person, Tool
from lti.sandbox.vocabulary import AGS_CLAIM, CLAIM, CONTEXT_ROLE, DEEP_LINKING_CLAIM, NRPS_CLAIM

from .school import ISSUER, TOOL, FakeTool, column, form_of, login, message, request_for


def be(web: Client, person: Person) -> None:
    web.post("/switch", {"person": person.pk})


def test_moodle_sends_a_json_hint_and_the_users_number(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    be(tool.web, learner)
    fields = login(tool.web, f"/activities/{item.activity_id}/start")
    assert fields["iss"] == ISSUER
    assert fields["login_hint"] == str(learner.pk)
    assert fields["target_link_uri"] == f"{TOOL}/lti/launch/"
    assert fields["lti_deployment_id"] == tool.row.deployment_id
    hint = json.loads(fields["lti_message_hint"])
    assert hint["launchid"].startswith("ltilaunch")
    assert "canvas_environment" not in fields


def test_canvas_sends_a_signed_hint_and_an_opaque_user(
    tool: FakeTool, learner: Person, as_canvas: Callable[[], None]
) -> None:
    as_canvas()
    item = column(tool)
    be(tool.web, learner)
    fields = login(tool.web, f"/activities/{item.activity_id}/start")
    assert fields["login_hint"] != str(learner.pk)
    claims = jwt.decode(fields["lti_message_hint"], settings.SECRET_KEY, algorithms=["HS256"])
    assert claims["verifier"] == LaunchTicket.objects.get().token
    assert fields["canvas_environment"] == "prod"


def test_the_message_of_moodle(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    be(tool.web, learner)
    claims = message(tool.web, f"/activities/{item.activity_id}/start")
    assert claims["exp"] - claims["iat"] == 60
    assert claims["aud"] == tool.row.client_id
    assert "azp" not in claims
    assert claims["sub"] == str(learner.pk)
    assert claims["name"] == "Maya Lindqvist"
    assert "email" not in claims
    assert claims[f"{CLAIM}roles"] == [f"{CONTEXT_ROLE}Learner"]
    assert claims[f"{CLAIM}context"]["type"] == ["CourseSection"]
    assert claims[f"{CLAIM}tool_platform"]["product_family_code"] == "moodle"
    assert claims[f"{CLAIM}ext"]["lms"] == "moodle-2"
    assert claims[f"{CLAIM}custom"] == {"assignment": "abc"}
    assert claims[AGS_CLAIM]["lineitem"].endswith(f"/lineitems/{item.pk}/lineitem?type_id={tool.row.deployment_id}")
    assert claims[NRPS_CLAIM]["service_versions"] == ["1.0", "2.0"]


def test_the_message_of_canvas(tool: FakeTool, learner: Person, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    item = column(tool)
    be(tool.web, learner)
    claims = message(tool.web, f"/activities/{item.activity_id}/start?window=1")
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["azp"] == tool.row.client_id
    assert len(claims[f"{CLAIM}roles"]) == 3
    assert f"{CONTEXT_ROLE}Learner" in claims[f"{CLAIM}roles"]
    assert claims[f"{CLAIM}context"]["type"] == ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"]
    assert claims[f"{CLAIM}launch_presentation"]["document_target"] == "iframe"
    assert claims[AGS_CLAIM]["lineitem"] == f"{ISSUER}/api/lti/courses/1/line_items/{item.pk}"
    assert claims[NRPS_CLAIM]["service_versions"] == ["2.0"]


def test_a_person_and_an_activity_are_the_same_across_the_switch(
    tool: FakeTool, learner: Person, as_canvas: Callable[[], None]
) -> None:
    item = column(tool)
    be(tool.web, learner)
    path = f"/activities/{item.activity_id}/start"
    before = message(tool.web, path)
    as_canvas()
    after = message(tool.web, path)
    for name in ("iss", "aud", "sub", f"{CLAIM}deployment_id", f"{CLAIM}target_link_uri"):
        assert before[name] == after[name]
    assert before[f"{CLAIM}resource_link"]["id"] == after[f"{CLAIM}resource_link"]["id"]
    assert before[f"{CLAIM}context"]["id"] == after[f"{CLAIM}context"]["id"]


def test_moodle_hides_the_line_item_of_an_activity_with_two(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    item = column(tool)
    column(tool, activity=item.activity, coupled=False)
    path = f"/activities/{item.activity_id}/start"
    assert "lineitem" not in message(tool.web, path)[AGS_CLAIM]
    as_canvas()
    assert message(tool.web, path)[AGS_CLAIM]["lineitem"].endswith(f"/{item.pk}")


def test_choosing_content_asks_without_data(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    wanted = message(tool.web, "/add/start")[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
    assert wanted["accept_types"] == ["ltiResourceLink"]
    assert wanted["accept_multiple"] is True
    assert "data" not in wanted
    assert "sesskey=" in wanted["deep_link_return_url"]
    as_canvas()
    claims = message(tool.web, "/add/start")
    wanted = claims[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
    assert "deep_linking_response?data=" in wanted["deep_link_return_url"]
    assert f"{CLAIM}resource_link" not in claims


def test_only_the_teacher_chooses_content(tool: FakeTool, learner: Person) -> None:
    be(tool.web, learner)
    assert tool.web.get("/add").status_code == 403
    assert tool.web.get("/add/start").status_code == 403


def test_an_unknown_variable_arrives_literally(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    item = column(tool)
    Activity.objects.update(
        custom={
            "due": "$Canvas.assignment.dueAt.iso8601",
            "who": "$User.id",
            "Max": "$Canvas.assignment.pointsPossible",
        }
    )
    path = f"/activities/{item.activity_id}/start"
    custom = message(tool.web, path)[f"{CLAIM}custom"]
    assert custom["due"] == "$Canvas.assignment.dueAt.iso8601"
    assert custom["who"].isdigit()
    assert custom["Max"] == custom["max"] == "$Canvas.assignment.pointsPossible"
    as_canvas()
    custom = message(tool.web, path)[f"{CLAIM}custom"]
    assert custom["Max"] == "10"
    assert "max" not in custom


def test_a_pending_tool_cannot_be_launched(tool: FakeTool) -> None:
    item = column(tool)
    fields = login(tool.web, f"/activities/{item.activity_id}/start")
    Tool.objects.update(active=False)
    assert tool.web.get(f"/activities/{item.activity_id}/start").status_code == 409
    _, posted = form_of(tool.web.get("/lti/authorize", request_for(fields)))
    assert posted["error"] == "unauthorized_client"
    assert b"is pending" in tool.web.get("/").content
    tool.web.post("/tool/activate")
    assert Tool.objects.get().active


# --- The authorization endpoint, Moodle -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "wrong"}, "unauthorized_client"),
        ({"login_hint": "999"}, "access_denied"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"scope": "openid profile"}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"lti_message_hint": "17"}, "invalid_request"),
    ],
)
def test_moodle_posts_an_error_with_the_state(tool: FakeTool, changes: dict[str, str], error: str) -> None:
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    address, posted = form_of(tool.web.get("/lti/authorize", request_for(fields, **changes)))
    assert address == f"{TOOL}/lti/launch/"
    assert posted["error"] == error
    assert posted["error_description"]
    assert posted["state"] == "the-state"
    assert "id_token" not in posted


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": f"{TOOL}/lti/launch/?more=1"},
        {"redirect_uri": "https://evil.example/"},
        {"nonce": None},
        {"lti_message_hint": None},
        {"login_hint": None},
    ],
)
def test_moodle_shows_its_own_404(tool: FakeTool, changes: dict[str, str | None]) -> None:
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    answer = tool.web.get("/lti/authorize", request_for(fields, **changes))
    assert answer.status_code == 404
    assert b'id="hop"' not in answer.content


def test_moodle_takes_a_missing_prompt_and_state(tool: FakeTool) -> None:
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    _, posted = form_of(tool.web.get("/lti/authorize", request_for(fields, prompt=None, state=None)))
    assert set(posted) == {"id_token"}


def test_a_launch_is_good_once(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    path = f"/activities/{column(tool).activity_id}/start"
    request = request_for(login(tool.web, path))
    assert "id_token" in form_of(tool.web.get("/lti/authorize", request))[1]
    assert tool.web.get("/lti/authorize", request).status_code == 404
    as_canvas()
    request = request_for(login(tool.web, path))
    assert "id_token" in form_of(tool.web.get("/lti/authorize", request))[1]
    assert form_of(tool.web.get("/lti/authorize", request))[1]["error"] == "launch_no_longer_valid"


def test_moodle_reposts_to_itself_without_its_cookie(tool: FakeTool) -> None:
    request = request_for(login(tool.web, f"/activities/{column(tool).activity_id}/start"))
    stranger = Client(headers={"host": "127.0.0.1:8001"})
    address, fields = form_of(stranger.post("/lti/authorize", request))
    assert address == "/lti/authorize"
    assert fields == {**request, "repost": "1"}
    assert stranger.post("/lti/authorize", fields).status_code == 404
    assert "id_token" in form_of(tool.web.post("/lti/authorize", fields))[1]


# --- The authorization endpoint, Canvas -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "wrong"}, "invalid_request_object"),
        ({"nonce": None}, "invalid_request_object"),
        ({"prompt": None}, "invalid_request_object"),
        ({"scope": "openid profile"}, "invalid_request_object"),
        ({"response_mode": "query"}, "invalid_request_object"),
        ({"login_hint": "somebody else"}, "login_required"),
    ],
)
def test_canvas_posts_an_error(
    tool: FakeTool, as_canvas: Callable[[], None], changes: dict[str, str | None], error: str
) -> None:
    as_canvas()
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    address, posted = form_of(tool.web.get("/lti/authorize", request_for(fields, **changes)))
    assert address == f"{TOOL}/lti/launch/"
    assert posted["error"] == error
    assert posted["state"] == "the-state"


def test_canvas_wants_its_session(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    request = request_for(login(tool.web, f"/activities/{column(tool).activity_id}/start"))
    _, posted = form_of(Client(headers={"host": "127.0.0.1:8001"}).get("/lti/authorize", request))
    assert posted["error"] == "login_required"


def test_canvas_gives_five_minutes(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as clock:
        request = request_for(login(tool.web, f"/activities/{column(tool).activity_id}/start"))
        clock.shift(301)
        assert form_of(tool.web.get("/lti/authorize", request))[1]["error"] == "launch_no_longer_valid"


@pytest.mark.parametrize("changes", [{"redirect_uri": "https://evil.example/"}, {"lti_message_hint": "{}"}])
def test_canvas_shows_its_own_page(tool: FakeTool, as_canvas: Callable[[], None], changes: dict[str, str]) -> None:
    as_canvas()
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    answer = tool.web.get("/lti/authorize", request_for(fields, **changes))
    assert answer.status_code == 400
    assert b'id="hop"' not in answer.content


def test_canvas_lets_a_redirect_carry_more_parameters(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    fields = login(tool.web, f"/activities/{column(tool).activity_id}/start")
    address, posted = form_of(
        tool.web.get("/lti/authorize", request_for(fields, redirect_uri=f"{TOOL}/lti/launch/?more=1"))
    )
    assert address.endswith("?more=1")
    assert "id_token" in posted


def test_a_hint_of_another_person_is_refused(tool: FakeTool, learner: Person) -> None:
    request = request_for(login(tool.web, f"/activities/{column(tool).activity_id}/start"))
    be(tool.web, learner)
    assert form_of(tool.web.get("/lti/authorize", request))[1]["error"] == "access_denied"


def test_a_page_frames_and_posts_to_the_tool_only(tool: FakeTool) -> None:
    policy = tool.web.get("/")["Content-Security-Policy"]
    assert f"frame-src 'self' {TOOL}" in policy
    assert f"form-action 'self' {TOOL}" in policy
    assert "unsafe-inline" not in policy
