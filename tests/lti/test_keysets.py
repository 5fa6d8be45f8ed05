"""Platforms' keys: fetched when they must be, and not once more."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import jwt
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from jwt.algorithms import ECAlgorithm

from lti import tasks
from lti.models import PlatformKeySet, Registration
from lti.protocol import keysets
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform, ec_key, jwk, rsa_key
from .test_refused_launches import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unit() -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))


def after(**delta: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


def fetches(platform: Platform) -> int:
    return platform.endpoint.asked.count("GET /jwks")


def test_keys_are_fetched_once_and_kept(platform: Platform, browser: Client) -> None:
    for _ in range(3):
        assert platform.launch(browser).status_code == 303
    assert fetches(platform) == 1
    (kept,) = PlatformKeySet.objects.get().keys
    assert set(kept) == {"kty", "n", "e", "kid", "alg"}


def test_a_new_kid_is_fetched_at_once(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    with after(seconds=10):
        platform.key, platform.kid = rsa_key("second"), "platform-2"
        platform.publish()
        assert platform.launch(browser).status_code == 303
        assert fetches(platform) == 2
        # The former key is gone from the set, and so from the tool.
        response = platform.post(
            browser,
            (asked := platform.begin(browser))["state"],
            platform.sign(platform.claims(asked["nonce"]), key=rsa_key(), kid="platform-1"),
        )
        assert code_of(response) == "key_unknown"


def test_a_new_key_under_a_known_kid_is_fetched_when_the_signature_fails(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    with after(seconds=10):
        platform.key = rsa_key("second")
        platform.publish()
        assert platform.launch(browser).status_code == 303
    assert fetches(platform) == 2


def test_unknown_kids_cause_one_request_in_five_seconds(
    platform: Platform, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keysets, "WAIT_SECONDS", 0)
    platform.launch(browser)
    platform.kid = "unknown"
    for _ in range(3):
        assert code_of(platform.launch(browser)) == "key_unknown"
    assert fetches(platform) == 1
    for count, seconds in ((2, 6), (2, 9), (3, 12)):
        with after(seconds=seconds):
            assert code_of(platform.launch(browser)) == "key_unknown"
            assert fetches(platform) == count


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(500, b"down", id="down"),
        pytest.param(404, b'{"keys": []}', id="not found"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b'{"error": "x"}', id="an error as JSON"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b'{"keys": "x"}', id="keys as text"),
        pytest.param(200, b'{"keys": [1, null, {}, {"kty": "RSA", "kid": "platform-1", "n": 5}]}', id="odd keys"),
        pytest.param(200, b'{"keys": [' + b" " * 300_000 + b"]}", id="too large"),
        pytest.param(302, b"", id="a redirect"),
    ],
)
def test_stored_keys_are_used_while_the_endpoint_is_ill(
    platform: Platform, browser: Client, status: int, body: bytes
) -> None:
    platform.launch(browser)
    platform.endpoint.json("/jwks", body, status=status, headers={"Location": "/elsewhere"})
    with after(days=3):
        assert platform.launch(browser).status_code == 303
        assert fetches(platform) == 2
    # Without stored keys it is a page that says whose setting it is.
    PlatformKeySet.objects.all().delete()
    response = platform.launch(browser)
    assert (code_of(response), response.status_code) == ("keys_unavailable", 400)
    assert platform.registration.jwks_url in response.content.decode()


def test_an_endpoint_that_nobody_answers_is_not_a_server_error(platform: Platform, browser: Client) -> None:
    Registration.objects.update(jwks_url="http://127.0.0.1:9/jwks")
    assert code_of(platform.launch(browser)) == "keys_unavailable"


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"use": "enc"}, id="for encryption"),
        pytest.param({"alg": "RS512"}, id="for another algorithm"),
        pytest.param({"kty": "oct", "k": "c2VjcmV0"}, id="symmetric"),
        pytest.param({"kid": None}, id="without a name"),
        pytest.param({"alg": ["RS256"]}, id="with algorithms in a list"),
        pytest.param({"key_ops": ["encrypt"]}, id="for other operations"),
        pytest.param({"key_ops": "verify"}, id="with operations as text"),
    ],
)
def test_keys_that_may_not_sign_do_not_count(platform: Platform, browser: Client, members: dict[str, object]) -> None:
    platform.publish({**jwk(platform.key, platform.kid), **members}, jwk(rsa_key("second"), "other"))
    assert code_of(platform.launch(browser)) == "key_unknown"


def test_a_weak_key_does_not_count(platform: Platform, browser: Client) -> None:
    platform.key = rsa_key("weak", 1024)
    platform.publish(jwk(platform.key, platform.kid), jwk(rsa_key(), "other"))
    assert code_of(platform.launch(browser)) == "key_unknown"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=600", 600),
        ('public, max-age="600"', 600),
        ("max-age=5", 60),
        ("no-store", 60),
        ("max-age=999999999", 86_400),
        ("", 3600),
        ("max-age=x", 3600),
    ],
)
def test_how_long_a_set_is_fresh(platform: Platform, header: str, seconds: int) -> None:
    check_age(platform, seconds, Cache_Control=header)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache_Control": "max-age=600", "Age": "200"}, 400),
        ({"Cache_Control": "max-age=600", "Age": "x"}, 600),
        ({"Expires": "Mon, 02 Mar 2026 12:30:00 GMT"}, 1800),
        ({"Expires": "Mon, 02 Mar 2026 11:00:00 GMT"}, 60),
        ({"Expires": "0"}, 3600),
        ({"Expires": "Mon, 02 Mar 2026 12:30:00 GMT", "Cache_Control": "max-age=600"}, 600),
    ],
)
def test_other_headers_count_too(platform: Platform, headers: dict[str, str], seconds: int) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        check_age(platform, seconds, **headers)


def check_age(platform: Platform, seconds: int, **headers: str) -> None:
    platform.publish(**headers)
    now = timezone.now()
    PlatformKeySet.objects.create(registration=platform.registration)
    assert keysets.refresh(platform.registration, now=now)
    assert PlatformKeySet.objects.get().fresh_until == now + timedelta(seconds=seconds)


def test_a_stale_set_is_renewed_away_from_launches(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    with after(minutes=70):
        assert platform.launch(browser).status_code == 303
        assert fetches(platform) == 1
        assert keysets.refresh_stale(now=timezone.now()) == 1
        assert keysets.refresh_stale(now=timezone.now()) == 0
        assert fetches(platform) == 2


def test_a_set_that_was_long_not_renewed_is_fetched_by_the_launch(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    with after(hours=3):
        assert platform.launch(browser).status_code == 303
    assert fetches(platform) == 2


def test_the_worker_renews_stale_sets(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    with after(minutes=70):
        tasks.refresh_keys()
    assert fetches(platform) == 2


def test_a_launch_does_not_wait_for_others_that_ask_in_vain(
    platform: Platform, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.launch(browser)
    platform.endpoint.json("/jwks", b"down", status=503)
    monkeypatch.setattr(keysets.time, "sleep", lambda seconds: pytest.fail("waited"))
    with after(hours=3):
        for _ in range(3):
            assert platform.launch(browser).status_code == 303
    assert fetches(platform) == 2
    # Nor does one with an unknown key, once it is known that asking has failed.
    platform.kid = "unknown"
    with after(hours=4):
        for _ in range(3):
            assert code_of(platform.launch(browser)) == "key_unknown"
    assert fetches(platform) == 3


def test_a_failed_fetch_is_remembered_for_five_seconds(platform: Platform, browser: Client) -> None:
    platform.endpoint.json("/jwks", b"down", status=503)
    assert code_of(platform.launch(browser)) == "keys_unavailable"
    platform.publish()
    assert code_of(platform.launch(browser)) == "keys_unavailable"
    with after(seconds=6):
        assert platform.launch(browser).status_code == 303
    assert fetches(platform) == 2


@pytest.mark.django_db(transaction=True)
def test_many_launches_with_a_new_key_ask_once(platform: Platform) -> None:
    """Single flight: one asks, the others wait for what it gets."""
    answer = platform.endpoint.routes["/jwks"]

    def slowly(handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        time.sleep(0.3)
        return answer(handler, body)

    platform.endpoint.routes["/jwks"] = slowly

    def launch(_: int) -> int:
        try:
            return int(platform.launch(Client()).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(launch, range(6))) == [303] * 6
    assert fetches(platform) == 1


# --- Algorithms -------------------------------------------------------------------------------------------------------


def curve_jwk(kid: str, **members: object) -> dict[str, object]:
    public = ECAlgorithm.to_jwk(ec_key().public_key(), as_dict=True)
    return {**public, "kid": kid, "use": "sig", **members}


def launch_with_curve(platform: Platform, browser: Client) -> HttpResponse:
    asked = platform.begin(browser)
    token = jwt.encode(platform.claims(asked["nonce"]), ec_key(), "ES256", headers={"kid": "curve"})
    return platform.post(browser, asked["state"], token)


def test_an_algorithm_is_allowed_where_the_registration_says_so(platform: Platform, browser: Client) -> None:
    platform.publish(jwk(platform.key, platform.kid), curve_jwk("curve", alg="ES256"))
    assert code_of(launch_with_curve(platform, browser)) == "token_algorithm"
    Registration.objects.update(algorithms="RS256 ES256")
    assert launch_with_curve(platform, browser).status_code == 303
    assert platform.launch(browser).status_code == 303
    Registration.objects.update(algorithms="ES256")
    assert code_of(platform.launch(browser)) == "token_algorithm"


def test_a_longer_hash_needs_a_key_that_is_not_bound_to_another(platform: Platform, browser: Client) -> None:
    Registration.objects.update(algorithms="RS256 RS512")
    for members, expected in (({"alg": "RS256"}, "key_unknown"), ({"alg": None}, ""), ({"alg": "RS512"}, "")):
        PlatformKeySet.objects.all().delete()
        platform.publish({k: v for k, v in {**jwk(platform.key, platform.kid), **members}.items() if v})
        asked = platform.begin(browser)
        token = platform.sign(platform.claims(asked["nonce"]), alg="RS512")
        assert code_of(platform.post(browser, asked["state"], token)) == expected


def test_a_key_of_another_kind_does_not_count(platform: Platform, browser: Client) -> None:
    """A name that fits is not enough: the key must be one for the algorithm."""
    Registration.objects.update(algorithms="RS256 ES256")
    platform.publish(jwk(platform.key, "curve"))
    assert code_of(launch_with_curve(platform, browser)) == "key_unknown"


def test_only_known_algorithms_can_be_allowed(platform: Platform) -> None:
    for wrong in ("", "none", "HS256", "RS256 HS256", "RS256,ES256", "RS256  ES256"):
        platform.registration.algorithms = wrong
        with pytest.raises(ValidationError):
            platform.registration.full_clean()
    platform.registration.algorithms = "RS256 ES256"
    platform.registration.full_clean()
