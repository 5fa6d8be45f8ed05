"""Dynamic registration in both manners."""

import json
from typing import Any

import pytest
from django.test import Client

from lti.sandbox.models import Course, Deployment, Tool
from lti.sandbox.vocabulary import PLATFORM_CONFIGURATION, SCOPE_LINE_ITEM, SCOPE_SCORE, TOOL_CONFIGURATION

from .school import FakeTool, client_document, keep, register, registration_token


def test_the_configuration_is_public_on_moodle(web: Client) -> None:
    found = web.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == "http://127.0.0.1:8001"
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found[PLATFORM_CONFIGURATION]["product_family_code"] == "moodle"


def test_the_configuration_needs_its_own_token_on_canvas(web: Client) -> None:
    keep("canvas")
    assert web.get("/.well-known/openid-configuration").status_code == 401
    found = web.get("/.well-known/openid-configuration", {"registration_token": registration_token()})
    assert found.json()[PLATFORM_CONFIGURATION]["product_family_code"] == "canvas"


def test_a_registration_is_taken_once_and_is_pending(web: Client) -> None:
    token = registration_token()
    answer = register(web, client_document(), token)
    assert answer.status_code == 200
    body = answer.json()
    row = Tool.objects.get()
    assert body["client_id"] == row.client_id
    assert body[TOOL_CONFIGURATION]["deployment_id"] == Deployment.objects.get().deployment_id
    assert not row.active
    again = register(web, client_document(), token)
    assert again.status_code == 401
    assert b"token_already_used" in again.content


def test_canvas_puts_the_deployment_on_top(web: Client) -> None:
    keep("canvas")
    body = register(web, client_document()).json()
    assert body["deployment_id"] == Deployment.objects.get().deployment_id
    assert "deployment_id" not in body[TOOL_CONFIGURATION]


def test_an_update_keeps_client_and_deployment(web: Client) -> None:
    first = register(web, client_document()).json()
    Tool.objects.update(active=True)
    second = register(web, client_document(client_name="Renamed")).json()
    assert second["client_id"] == first["client_id"]
    assert second[TOOL_CONFIGURATION]["deployment_id"] == first[TOOL_CONFIGURATION]["deployment_id"]
    assert Tool.objects.get().name == "Renamed"
    assert Tool.objects.get().active


def test_moodle_reports_the_widest_grade_scope_but_grants_what_was_asked(web: Client) -> None:
    body = register(web, client_document(scope=SCOPE_SCORE)).json()
    assert SCOPE_LINE_ITEM in body["scope"].split()
    assert Tool.objects.get().scopes == [SCOPE_SCORE]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"response_types": ["code"]}, "response_types"),
        ({"initiate_login_uri": None}, "initiate_login_uri"),
        ({"initiate_login_uri": "javascript:alert(1)"}, "initiate_login_uri"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"client_name": " "}, "client_name"),
        ({"jwks_uri": None}, "jwks_uri"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({TOOL_CONFIGURATION: None}, "tool_configuration"),
        ({TOOL_CONFIGURATION: {"domain": None}}, "domain"),
        ({TOOL_CONFIGURATION: {"domain": "localhost"}}, "domain"),
        ({TOOL_CONFIGURATION: {"custom_parameters": {"a": 1}}}, "custom_parameters"),
    ],
)
@pytest.mark.parametrize(("manner", "status"), [("moodle", 400), ("canvas", 422)])
def test_what_is_wrong_is_named(web: Client, changes: dict[str, Any], word: str, manner: str, status: int) -> None:
    keep(manner)
    answer = register(web, client_document(**changes))
    assert answer.status_code == status
    assert word in answer.content.decode().replace("spec/lti-tool-configuration", "tool_configuration")
    assert not Tool.objects.exists()


def test_moodle_names_the_mismatch_of_domain_and_port(web: Client) -> None:
    answer = register(web, client_document(**{TOOL_CONFIGURATION: {"domain": "localhost"}}))
    assert answer.content.startswith(b"domain_targetlinkuri_mismatch")
    assert answer["Content-Type"].startswith("text/html")


def test_canvas_wants_more_and_says_all_of_it(web: Client) -> None:
    keep("canvas")
    answer = register(web, client_document(application_type=None, grant_types=["implicit"]))
    errors = answer.json()["errors"]
    assert len(errors) == 2
    assert "application_type" in errors[0]
    assert "grant_types" in errors[1]


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_without_a_good_token_nothing_is_registered(web: Client, token: str) -> None:
    answer = register(web, client_document(), token)
    assert answer.status_code == 401
    assert not Tool.objects.exists()


def test_a_failed_registration_does_not_spend_its_token(web: Client) -> None:
    token = registration_token()
    assert register(web, client_document(client_name=None), token).status_code == 400
    assert register(web, client_document(), token).status_code == 200


@pytest.mark.parametrize("body", ["", "[]", "{", '"text"'])
def test_a_body_that_is_no_object_is_refused(web: Client, body: str) -> None:
    answer = web.post(
        "/lti/registration",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {registration_token()}"},
    )
    assert answer.status_code == 400


def test_a_launch_message_is_no_registration_token(tool: FakeTool, course: Course) -> None:
    from lti.sandbox.platform import keys

    token = keys.sign({"sub": tool.row.client_id, "exp": 4102444800})
    answer = register(tool.web, client_document(client_name="Stolen"), token)
    assert answer.status_code == 401
    assert json.loads(json.dumps(Tool.objects.get().name)) == "A tool"
