"""Access tokens: one for all workers and an hour, and what becomes of scores without one."""

from datetime import timedelta

import pytest

from lti.models import AccessToken, Registration, ScoreRequest
from lti.protocol import tokens

from .conftest import NOON, School, run
from .platform import Fault

HTML = "<!DOCTYPE html><html><body>Sign in</body></html>"


def test_the_assertion(school: School, clock) -> None:
    school.owe(school.assignment(), "anna", 8)
    school.deliver()
    (claims,) = school.platform.assertions
    now = int(NOON.timestamp())
    assert claims["iss"] == claims["sub"] == "client-1"
    assert claims["aud"] == school.platform.token_url
    assert now - 60 <= claims["iat"] < now < claims["exp"] <= now + 300
    assert claims["jti"]


def test_the_audience_that_the_registration_names(school: School, clock) -> None:
    Registration.objects.update(audience="https://api.brightspace.example/auth/token")
    school.owe(school.assignment(), "anna", 8)
    school.deliver()
    assert school.platform.assertions[0]["aud"] == "https://api.brightspace.example/auth/token"


@pytest.mark.parametrize("minutes", [-1, 10])
def test_where_clocks_are_apart_the_platforms_own_time_is_used(school: School, clock, minutes: int) -> None:
    school.platform.ahead = timedelta(minutes=minutes)
    school.owe(school.assignment(), "anna", 8)
    school.deliver()
    first, second = school.platform.assertions
    assert second["iat"] - first["iat"] == 60 * minutes
    assert second["jti"] != first["jti"]


def test_one_token_lasts_almost_an_hour_in_all_processes(school: School, clock) -> None:
    assignment = school.assignment()
    for number in range(5):
        school.owe(assignment, f"learner-{number}", 8)
        school.deliver()
        tokens._known.clear()
        clock.shift(timedelta(minutes=14))
    assert len(school.platform.tokens) == 1
    clock.shift(timedelta(minutes=-10))  # 60 minutes after the first
    school.owe(assignment, "anna", 8)
    school.deliver()
    assert len(school.platform.tokens) == 2


@pytest.mark.parametrize("expires_in", [None, 1, "3600", "soon", 0, -5, 10**12])
def test_lifetimes_that_are_none(school: School, clock, expires_in: object) -> None:
    school.platform.expires_in = expires_in
    assignment = school.assignment()
    for name in ("anna", "boris"):
        school.owe(assignment, name, 8)
        school.deliver()
        clock.shift(timedelta(seconds=10))
    assert {school.held(assignment, name) for name in ("anna", "boris")} == {8}


@pytest.mark.parametrize(
    ("fault", "code", "state"),
    [
        (Fault(503, "down"), "token_unreachable", "waiting"),
        (Fault(429, ""), "token_unreachable", "waiting"),
        (Fault(drop=True), "token_unreachable", "waiting"),
        (Fault(200, HTML), "token_unusable", "waiting"),
        (Fault(200, "[]"), "token_unusable", "waiting"),
        (Fault(200, '{"access_token": "a\\nb"}'), "token_unusable", "waiting"),
        (Fault(200, '{"access_token": "a", "token_type": "mac"}'), "token_unusable", "waiting"),
        (Fault(400, '{"error": "invalid_client"}'), "token_refused", "held"),
        (Fault(400, '{"error": "invalid_request", "error_description": "JWK Error"}'), "token_refused", "held"),
        (Fault(302, "", {"Location": "/login"}), "token_refused", "held"),
        (Fault(404, HTML), "token_refused", "held"),
    ],
)
def test_no_token(school: School, clock, fault: Fault, code: str, state: str) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.token_faults.append(fault)
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.tries, school.platform.posts()) == (state, code, 0, [])
    run(school, clock, minutes=0.2)
    if state == "waiting":
        assert school.held(assignment, "anna") == 8
    else:
        assert school.platform.posts() == []
        clock.shift(timedelta(hours=6))
        school.deliver()
        assert school.held(assignment, "anna") == 8


def test_a_platform_that_grants_less_gets_scores_all_the_same(make_school, bells, clock) -> None:
    for manner in ("moodle", "canvas"):
        school = make_school(manner)
        school.platform.scopes_granted = {tokens.SCORE}
        assignment = school.assignment()
        school.owe(assignment, "anna", 8)
        school.deliver()
        assert school.held(assignment, "anna") == 8
        assert AccessToken.objects.get(registration=school.registration).granted == tokens.SCORE


def test_a_platform_that_grants_no_scores_is_said(make_school, bells, clock) -> None:
    for manner in ("moodle", "canvas"):
        school = make_school(manner)
        school.platform.scopes_granted = {tokens.RESULT_READONLY}
        assignment = school.assignment()
        school.owe(assignment, "anna", 8)
        school.deliver()
        row = school.row(assignment, "anna")
        assert (row.state, row.code) == ("held", "scope_missing")


def test_no_token_is_ever_written_down(school: School, clock, caplog) -> None:
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(500, "you sent secret-token-1"))
    with caplog.at_level(0):
        run(school, clock, minutes=0.1)
    assert school.held(assignment, "anna") == 8
    assert "secret-token" not in caplog.text
    written = [*ScoreRequest.objects.values_list("answer", flat=True), school.row(assignment, "anna").answer]
    assert "secret-token" not in " ".join(written)
    assert "you sent …" in written
    assert "secret-token" not in AccessToken.objects.get().sealed
