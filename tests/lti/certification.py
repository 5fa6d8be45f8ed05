"""The table of launches: every one that must be refused, with its code, and every one that must be let in.

It has the known-bad and known-good messages of the certification guide of LTI 1.3, and what goes beyond it. Each row
says what is sent after a login begun in the same browser; ``test_certification`` sends it to the running tool.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

import jwt
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from coexistence.content.models import Item, Quiz, Unit
from lti.models import Registration
from lti.protocol import state as states

from .platform import AGS, DL, INSTRUCTOR, LEARNER, NRPS, M, Platform, b64, ec_key, jwk, rsa_key

REVIEW = "LtiSubmissionReviewRequest"


class Browser(Protocol):
    """What a row may ask of a browser; see ``running.HttpBrowser``."""

    def get(self, path: str, data: Any = None) -> Any: ...
    def post(self, path: str, data: Any = None, content_type: str = "") -> Any: ...
    def send(self, method: str, path: str) -> Any: ...
    def hold(self, name: str, value: str, path: str = "/") -> None: ...
    def another(self, *, with_cookies: bool = False) -> "Browser": ...


Act = Callable[[Platform, Browser], Any]


@dataclass(frozen=True)
class Bad:
    """A launch that is refused with ``code``. ``act`` does everything and returns the answer.

    ``after`` is how many launches are let in before it.
    """

    code: str
    name: str
    act: Act
    after: int = 0


@dataclass(frozen=True)
class Good:
    """A launch that is let in, or answered with a page that explains why there is nothing to do."""

    name: str
    act: Act
    ends: Literal["in", "explained"] = "in"


# --- Ways of acting ---------------------------------------------------------------------------------------------------


def of_claims(changes: dict[str, Any]) -> Act:
    return lambda platform, browser: platform.launch(browser, **changes)


def of_selection(changes: dict[str, Any]) -> Act:
    return lambda platform, browser: platform.select(browser, **changes)


def of_token(forge: "Forge") -> Act:
    def act(platform: Platform, browser: Browser) -> Any:
        asked = platform.begin(browser)
        return platform.post(browser, asked["state"], forge(platform, platform.claims(asked["nonce"])))

    return act


def of_time(issued: int, lifetime: int) -> Act:
    def forge(platform: Platform, claims: dict[str, Any]) -> str:
        iat = claims["iat"] + issued
        return platform.sign({**claims, "iat": iat, "exp": iat + lifetime})

    return of_token(forge)


def of_null(name: str) -> Act:
    """A claim that is there, and null."""

    def forge(platform: Platform, claims: dict[str, Any]) -> str:
        if name == "sub":
            del claims["name"]
        return platform.raw(header(platform), json.dumps({**claims, name: None}))

    return of_token(forge)


def of_settings(value: object) -> Act:
    def act(platform: Platform, browser: Browser) -> Any:
        asked = platform.begin(browser)
        claims = {**platform.deep_linking(asked["nonce"]), DL + "deep_linking_settings": value}
        return platform.post(browser, asked["state"], platform.sign(claims))

    return act


# --- Claims: each row is a change of a learner's launch that would be let in ------------------------------------------

BAD_CLAIMS: list[tuple[str, str, dict[str, Any]]] = [
    # who and for whom
    ("issuer", "no issuer", {"iss": None}),
    ("issuer", "another issuer", {"iss": "https://other.example"}),
    ("issuer", "an issuer that is no text", {"iss": ["https://other.example"]}),
    ("audience", "no audience", {"aud": None}),
    ("audience", "another audience", {"aud": "client-2"}),
    ("audience", "our audience as part of another", {"aud": "client-11"}),
    ("audience", "an audience that is no text", {"aud": 17}),
    ("audience", "foreign audiences, foreign azp", {"aud": ["a", "b"], "azp": "a"}),
    ("audience", "several audiences without azp", {"aud": ["client-1", "b"]}),
    ("audience", "several audiences, another azp", {"aud": ["client-1", "b"], "azp": "b"}),
    ("audience", "one audience, another azp", {"azp": "b"}),
    ("audience", "an audience list with other things in it", {"aud": ["client-1", 3], "azp": "client-1"}),
    # when
    ("claim_missing", "no exp", {"exp": None}),
    ("claim_missing", "no iat", {"iat": None}),
    ("claim_invalid", "exp as text", {"exp": "2099-01-01"}),
    ("claim_invalid", "exp as yes", {"exp": True}),
    ("claim_invalid", "exp beyond all clocks", {"exp": 10**400}),
    ("claim_invalid", "iat as a list", {"iat": [1]}),
    ("nonce", "no nonce", {"nonce": None}),
    ("nonce", "another nonce", {"nonce": "another"}),
    ("nonce", "a nonce that is no text", {"nonce": 5}),
    # the message
    ("version", "no version", {"version": None}),
    ("version", "another version", {"version": "1.1"}),
    ("version", "a version that is no text", {"version": 1.3}),
    ("message_type", "no message type", {"message_type": None}),
    ("message_type", "an unknown message type", {"message_type": "LtiSomethingRequest"}),
    ("message_type", "a message type that is no text", {"message_type": ["LtiResourceLinkRequest"]}),
    ("claim_missing", "no deployment", {"deployment_id": None}),
    ("claim_invalid", "an empty deployment", {"deployment_id": ""}),
    ("claim_invalid", "a deployment of 256 characters", {"deployment_id": "d" * 256}),
    ("claim_invalid", "a deployment that is a number", {"deployment_id": 1}),
    ("claim_missing", "no target link", {"target_link_uri": None}),
    ("target_foreign", "a target elsewhere", {"target_link_uri": "https://evil.example/lti/launch/"}),
    ("target_foreign", "a target whose host begins as ours", {"target_link_uri": "http://testserver.evil.example/"}),
    ("target_foreign", "a target with our name as its user", {"target_link_uri": "http://testserver@evil.example/"}),
    ("claim_invalid", "a target that is script", {"target_link_uri": "javascript:alert(1)"}),
    ("claim_missing", "no resource link", {"resource_link": None}),
    ("claim_invalid", "a resource link without id", {"resource_link": {"title": "x"}}),
    ("claim_invalid", "a resource link with an empty id", {"resource_link": {"id": ""}}),
    ("claim_invalid", "a resource link with id null", {"resource_link": {"id": None}}),
    ("claim_invalid", "a resource link id of 256 characters", {"resource_link": {"id": "r" * 256}}),
    ("claim_invalid", "a resource link that is a list", {"resource_link": ["link-1"]}),
    ("claim_invalid", "a link title that is a number", {"resource_link": {"id": "l", "title": 5}}),
    ("claim_missing", "no roles", {"roles": None}),
    ("claim_invalid", "roles as text", {"roles": LEARNER}),
    ("claim_invalid", "roles as an object", {"roles": {LEARNER: True}}),
    ("claim_invalid", "a role that is a number", {"roles": [LEARNER, 5]}),
    ("claim_invalid", "a context that is text", {"context": "course-1"}),
    ("claim_invalid", "a context without id", {"context": {"title": "History"}}),
    ("claim_invalid", "a context id of 256 characters", {"context": {"id": "c" * 256}}),
    ("claim_invalid", "a context title that is a list", {"context": {"id": "c", "title": ["History"]}}),
    ("claim_invalid", "context types as text", {"context": {"id": "c", "type": "CourseSection"}}),
    ("claim_invalid", "custom as a list", {"custom": ["assignment"]}),
    ("claim_invalid", "custom as text", {"custom": "assignment=1"}),
    ("claim_invalid", "a presentation that is a number", {"launch_presentation": 7}),
    ("claim_invalid", "a return url that is script", {"launch_presentation": {"return_url": "javascript:alert(1)"}}),
    ("claim_invalid", "a return url that is data", {"launch_presentation": {"return_url": "data:text/html,x"}}),
    ("claim_invalid", "a return url by ftp", {"launch_presentation": {"return_url": "ftp://p.example/course"}}),
    ("claim_invalid", "a return url on disk", {"launch_presentation": {"return_url": "file:///etc/passwd"}}),
    ("claim_invalid", "a return url without scheme", {"launch_presentation": {"return_url": "//evil.example/"}}),
    ("claim_invalid", "a return url that is a path", {"launch_presentation": {"return_url": "/course/1"}}),
    ("claim_invalid", "a return url without host", {"launch_presentation": {"return_url": "https:///course"}}),
    ("claim_invalid", "a return url with a space", {"launch_presentation": {"return_url": "https://a.example/a b"}}),
    ("claim_invalid", "a return url that is no text", {"launch_presentation": {"return_url": {}}}),
    ("claim_invalid", "a return url with a new line", {"launch_presentation": {"return_url": "https://a\r\nb: c"}}),
    ("claim_invalid", "a locale that is a number", {"launch_presentation": {"locale": 3}}),
    ("claim_invalid", "a name that is a list", {"name": ["Ada"]}),
    ("claim_invalid", "an e-mail that is a number", {"email": 5}),
    ("claim_invalid", "a grade service that is text", {AGS: "https://p.example/lineitems"}),
    ("claim_invalid", "a grade service with scope as text", {AGS: {"scope": "score"}}),
    ("claim_invalid", "a line item that is script", {AGS: {"scope": [], "lineitem": "javascript:alert(1)"}}),
    ("claim_invalid", "a line item that is a number", {AGS: {"scope": [], "lineitem": 5}}),
    ("claim_invalid", "a roster without address", {NRPS: {"service_versions": ["2.0"]}}),
    ("claim_invalid", "a roster address on disk", {NRPS: {"context_memberships_url": "file:///etc/passwd"}}),
    ("claim_invalid", "lis as a list", {"lis": []}),
    ("claim_invalid", "a product that is text", {"tool_platform": "moodle"}),
    ("claim_invalid", "mentors of as text", {"role_scope_mentor": "user-2"}),
    # a submission to review
    ("claim_missing", "a review of nobody's work", {"message_type": REVIEW}),
    ("claim_invalid", "a review of work without its owner", {"message_type": REVIEW, "for_user": {}}),
    (
        "claim_missing",
        "a review without a link",
        {"message_type": REVIEW, "for_user": {"user_id": "2"}, "resource_link": None},
    ),
    # the person
    ("claim_missing", "a name without sub", {"sub": None}),
    ("claim_invalid", "an empty sub", {"sub": ""}),
    ("claim_invalid", "a sub that is a number", {"sub": 12}),
    ("claim_invalid", "a sub of 256 characters", {"sub": "s" * 256}),
    ("claim_missing", "an e-mail without sub", {"sub": None, "name": None, "email": "ada@example.org"}),
    ("claim_missing", "part of a name without sub", {"sub": None, "name": None, "given_name": "Ada"}),
    ("claim_invalid", "an empty sub and no name", {"sub": "", "name": None}),
    # texts that no database or page can hold
    ("token_malformed", "NUL in a name", {"name": "A\x00da"}),
    ("token_malformed", "NUL in a sub", {"sub": "u\x00"}),
    ("token_malformed", "NUL deep inside", {"context": {"id": "c", "title": "a\x00b"}}),
    ("token_malformed", "a lone surrogate", {"name": "\ud800"}),
    ("token_malformed", "a lone surrogate in an unknown claim", {"x": [{"y": "\udc00"}]}),
]

BAD_SELECTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("claim_invalid", "no return url", {"settings": {"deep_link_return_url": None}}),
    ("claim_invalid", "a return url that is script", {"settings": {"deep_link_return_url": "javascript:alert(1)"}}),
    ("claim_invalid", "a return url that is a list", {"settings": {"deep_link_return_url": []}}),
    ("claim_invalid", "types as text", {"settings": {"accept_types": "ltiResourceLink"}}),
    ("claim_invalid", "no types", {"settings": {"accept_types": None}}),
    ("nothing_accepted", "no links", {"settings": {"accept_types": ["file", "html"]}}),
    ("claim_invalid", "no targets", {"settings": {"accept_presentation_document_targets": None}}),
    ("claim_invalid", "data that is an object", {"settings": {"data": {"a": 1}}}),
    ("claim_invalid", "several as a number", {"settings": {"accept_multiple": 1}}),
    ("not_staff", "a learner", {"roles": [LEARNER]}),
    ("not_staff", "nobody in the course", {"roles": []}),
    ("claim_missing", "no roles claim", {"roles": None}),
    ("target_foreign", "a target elsewhere", {"target_link_uri": "https://evil.example/"}),
    ("anonymous", "nobody", {"sub": None, "name": None}),
]

#: Offset of ``iat`` from now, and seconds from there to ``exp``.
BAD_TIMES: list[tuple[str, str, int, int]] = [
    ("expired", "expired", -200, 60),
    ("expired", "expired after an hour", -3800, 3600),
    ("from_the_future", "from the future", 90, 60),
    ("too_old", "two hours old", -7200, 10_800),
    ("too_old", "a day old", -86_400, 172_800),
]

# --- Signatures and form ----------------------------------------------------------------------------------------------


def header(platform: Platform, **members: Any) -> str:
    return json.dumps({"alg": "RS256", "typ": "JWT", "kid": platform.kid, **members})


def unsigned(platform: Platform, payload: dict[str, Any]) -> str:
    return jwt.encode(payload, None, "none", headers={"kid": platform.kid})


def public_key_as_secret(platform: Platform, payload: dict[str, Any]) -> str:
    secret = platform.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{b64(header(platform, alg='HS256'))}.{b64(json.dumps(payload))}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def signed_with_a_curve(platform: Platform, payload: dict[str, Any]) -> str:
    return jwt.encode(payload, ec_key(), "ES256", headers={"kid": platform.kid})


def vouching_for_itself(platform: Platform, payload: dict[str, Any]) -> str:
    forger = rsa_key("forger")
    return platform.sign(payload, key=forger, jwk=jwk(forger, platform.kid))


def vouching_by_address(platform: Platform, payload: dict[str, Any]) -> str:
    forger = rsa_key("forger")
    platform.endpoint.json("/forged", {"keys": [jwk(forger, "forged")]})
    address = f"{platform.endpoint.url}/forged"
    return platform.sign(payload, key=forger, kid="forged", jku=address, x5u=address)


def twice(platform: Platform, payload: dict[str, Any]) -> str:
    return platform.raw(header(platform), json.dumps(payload)[:-1] + ', "sub": "somebody else"}')


def twice_inside(platform: Platform, payload: dict[str, Any]) -> str:
    text = json.dumps(payload).replace('"id": "course-1"', '"id": "course-1", "id": "course-2"')
    return platform.raw(header(platform), text)


Forge = Callable[[Platform, dict[str, Any]], str]
FORGED: list[tuple[str, str, Forge]] = [
    ("token_missing", "no token", lambda p, c: ""),
    ("token_malformed", "one part", lambda p, c: "abc"),
    ("token_malformed", "two parts", lambda p, c: "abc.def"),
    ("token_malformed", "five parts, as if encrypted", lambda p, c: p.sign(c) + ".a.b"),
    ("token_malformed", "broken base64", lambda p, c: "a%%." + p.sign(c).partition(".")[2]),
    ("token_malformed", "an impossible length of base64", lambda p, c: "abcde" + p.sign(c)[5:8] + "." + "a.b"),
    ("token_malformed", "padding", lambda p, c: f"{b64(header(p))}==.{b64(json.dumps(c))}.x"),
    ("token_malformed", "broken base64 in the payload", lambda p, c: swap(p.sign(c), "a.e*yJ9.c")),
    ("token_malformed", "broken base64 in the signature", lambda p, c: p.sign(c)[:-3] + "=+/"),
    ("token_malformed", "a line break in the token", lambda p, c: p.sign(c).replace(".", ".\n", 1)),
    ("token_malformed", "no signature", lambda p, c: p.sign(c).rpartition(".")[0] + "."),
    ("token_malformed", "a header that is no JSON", lambda p, c: p.raw("{", json.dumps(c))),
    ("token_malformed", "a header that is a list", lambda p, c: p.raw("[]", json.dumps(c))),
    ("token_malformed", "a payload that is no JSON", lambda p, c: p.raw(header(p), "sub=1")),
    ("token_malformed", "a payload that is a list", lambda p, c: p.raw(header(p), json.dumps([c]))),
    ("token_malformed", "a payload that is not UTF-8", lambda p, c: p.raw(header(p), b'{"sub": "\xff"}')),
    ("token_malformed", "NaN", lambda p, c: p.raw(header(p), json.dumps({**c, "x": float("nan")}))),
    ("token_malformed", "a very deep payload", lambda p, c: p.raw(header(p), '{"a":' + "[" * 60_000)),
    ("token_malformed", "a member twice", twice),
    ("token_malformed", "a member twice, inside", twice_inside),
    ("token_malformed", "no kid", lambda p, c: p.sign(c, kid=None)),
    ("token_malformed", "a kid that is a number", lambda p, c: p.raw(header(p, kid=7), json.dumps(c))),
    ("token_algorithm", "alg none", unsigned),
    ("token_algorithm", "the public key as a secret", public_key_as_secret),
    ("token_algorithm", "alg in other letters", lambda p, c: p.raw(header(p, alg="rs256"), json.dumps(c))),
    ("token_algorithm", "no alg", lambda p, c: p.raw(json.dumps({"kid": p.kid}), json.dumps(c))),
    ("token_algorithm", "alg as a list", lambda p, c: p.raw(header(p, alg=["RS256"]), json.dumps(c))),
    ("token_algorithm", "another algorithm", lambda p, c: p.sign(c, alg="RS512")),
    ("token_algorithm", "an algorithm that the registration does not allow", signed_with_a_curve),
    ("token_critical", "crit", lambda p, c: p.raw(header(p, crit=["b64"], b64=False), json.dumps(c))),
    ("key_unknown", "an unknown kid", lambda p, c: p.sign(c, kid="unknown")),
    ("key_unknown", "a kid that is a path", lambda p, c: p.sign(c, kid="../../etc/passwd")),
    ("signature", "another key under a known kid", lambda p, c: p.sign(c, key=rsa_key("forger"))),
    ("signature", "its own key in the header", vouching_for_itself),
    ("signature", "its own certificate in the header", lambda p, c: p.sign(c, key=rsa_key("forger"), x5c=["MIIB"])),
    ("key_unknown", "an address of keys in the header", vouching_by_address),
    ("signature", "a changed payload", lambda p, c: swap(p.sign(c), p.sign({**c, "sub": "user-2"}))),
    ("signature", "an empty signature of zeros", lambda p, c: p.sign(c).rpartition(".")[0] + "." + b64(bytes(256))),
    ("too_large", "a token of 130 kB", lambda p, c: p.sign({**c, "x": "y" * 130_000})),
    ("too_large", "a token of 1 MB", lambda p, c: p.sign({**c, "x": "y" * 1_000_000})),
]


def swap(token: str, other: str) -> str:
    """``token`` with the payload of ``other``."""
    head, _, signature = token.split(".")
    return f"{head}.{other.split('.')[1]}.{signature}"


# --- Logins -----------------------------------------------------------------------------------------------------------

BAD_LOGINS: list[tuple[str, str, dict[str, Any]]] = [
    ("login_incomplete", "no issuer", {"iss": None}),
    ("login_incomplete", "no login hint", {"login_hint": None}),
    ("login_incomplete", "an empty login hint", {"login_hint": ""}),
    ("login_incomplete", "no target", {"target_link_uri": None}),
    ("target_foreign", "target elsewhere", {"target_link_uri": "https://evil.example/lti/launch/"}),
    ("target_foreign", "a target that is no URL", {"target_link_uri": "http://[broken"}),
    ("target_foreign", "a target without scheme", {"target_link_uri": "//testserver/lti/launch/"}),
    ("client_ambiguous", "no client where the issuer has two", {"client_id": None}),
    ("unknown_registration", "unknown issuer", {"iss": "https://unknown.example"}),
    ("unknown_registration", "unknown client", {"client_id": "unknown"}),
    ("unknown_registration", "NUL in the issuer", {"iss": "a\x00b"}),
    ("unknown_registration", "NUL in the client", {"client_id": "\x00"}),
    ("unknown_registration", "a very long issuer", {"iss": "i" * 5000}),
]


# --- State, browser, replay, deployment, request ----------------------------------------------------------------------


def of_state(state: str) -> Act:
    def act(platform: Platform, browser: Browser) -> Any:
        asked = platform.begin(browser)
        return platform.post(browser, state.format(asked["state"]), platform.sign(platform.claims(asked["nonce"])))

    return act


def with_an_old_state(platform: Platform, browser: Browser) -> Any:
    with time_machine.travel(timezone.now() - timedelta(minutes=11), tick=False):
        state, known = states.begin(platform.registration.pk)
        written = states.write(state)
    browser.hold(state.cookie, known.cookie)
    return platform.post(browser, written, platform.sign(platform.claims(state.nonce)))


def in_another_browser(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    return platform.post(browser.another(), asked["state"], platform.sign(platform.claims(asked["nonce"])))


def in_a_browser_with_a_login_of_its_own(platform: Platform, browser: Browser) -> Any:
    asked, thief = platform.begin(browser), browser.another()
    platform.begin(thief)
    return platform.post(thief, asked["state"], platform.sign(platform.claims(asked["nonce"])))


def of_another_login(platform: Platform, browser: Browser) -> Any:
    first, second = platform.begin(browser), platform.begin(browser)
    return platform.post(browser, first["state"], platform.sign(platform.claims(second["nonce"])))


def of_another_client(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    return platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"], aud="client-2")))


def a_second_time(platform: Platform, browser: Browser) -> Any:
    """The cookie is there as it was: a browser that was quick, or a thief of everything."""
    asked = platform.begin(browser)
    twin = browser.another(with_cookies=True)
    form = (asked["state"], platform.sign(platform.claims(asked["nonce"])))
    assert platform.post(browser, *form).status_code == 303
    return platform.post(twin, *form)


def in_another_browser_after_the_launch(platform: Platform, browser: Browser) -> Any:
    """A thief of the form, who has none of the cookies."""
    asked = platform.begin(browser)
    form = (asked["state"], platform.sign(platform.claims(asked["nonce"])))
    assert platform.post(browser, *form).status_code == 303
    return platform.post(browser.another(), *form)


def with_a_made_up_visit(platform: Platform, browser: Browser) -> Any:
    """As if the launch had opened one, which it has not."""
    asked = platform.begin(browser)
    browser.hold(states.COOKIE_PREFIX + asked["nonce"][:8], f"{'v' * 16}~{'s' * 43}", "/lti/launch/")
    return platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))


def of_a_platform_that_was_switched_off(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    Registration.objects.filter(pk=platform.registration.pk).update(active=False)
    return platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))


def login_to_a_platform_that_was_switched_off(platform: Platform, browser: Browser) -> Any:
    Registration.objects.filter(pk=platform.registration.pk).update(active=False)
    return platform.login(browser)


def without_the_platforms_keys(platform: Platform, browser: Browser) -> Any:
    platform.endpoint.json("/jwks", {"error": "down for maintenance"}, status=503)
    return platform.launch(browser)


def without_anything_to_show(platform: Platform, browser: Browser) -> Any:
    Item.objects.update(current=None)
    for model in (Quiz, Item, Unit):
        model.objects.all().delete()
    return platform.launch(browser)


def with_a_parameter_twice(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    return browser.post("/lti/launch/", {"state": asked["state"], "id_token": [token, token]})


def with_parameters_in_the_address(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    token = platform.sign(platform.claims(asked["nonce"]))
    return browser.post(f"/lti/launch/?state={asked['state']}&id_token={token}")


def as_json(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    body = {"state": asked["state"], "id_token": platform.sign(platform.claims(asked["nonce"]))}
    return browser.post("/lti/launch/", json.dumps(body).encode(), content_type="application/json")


def by(method: str) -> Act:
    return lambda platform, browser: browser.send(method, "/lti/launch/?state=x&id_token=a.b.c")


def form_of(body: bytes, content_type: str = "application/x-www-form-urlencoded") -> Act:
    return lambda platform, browser: browser.post("/lti/launch/", body, content_type=content_type)


OTHERS: list[Bad] = [
    Bad("state_invalid", "no state", of_state("")),
    Bad("state_invalid", "a made-up state", of_state("x")),
    Bad("state_invalid", "a state with something added", of_state("{}x")),
    Bad("state_invalid", "a state with NUL", of_state("{}\x00")),
    Bad("state_expired", "a state of eleven minutes ago", with_an_old_state),
    Bad("cookie_missing", "another browser", in_another_browser),
    Bad("cookie_missing", "another browser, amid its own login", in_a_browser_with_a_login_of_its_own),
    Bad("nonce", "the nonce of another login of the same browser", of_another_login),
    Bad("audience", "a message for another client of the platform", of_another_client),
    Bad("replayed", "the same message twice", a_second_time, after=1),
    Bad("replayed", "the same message again, in another browser", in_another_browser_after_the_launch, after=1),
    Bad("replayed", "a visit in the place of the login's secret", with_a_made_up_visit),
    Bad("registration_inactive", "a platform that was switched off", of_a_platform_that_was_switched_off),
    Bad("registration_inactive", "a login to it", login_to_a_platform_that_was_switched_off),
    Bad("keys_unavailable", "keys that nobody has seen, and a platform that is down", without_the_platforms_keys),
    Bad("no_content", "a tool without a unit", without_anything_to_show),
    Bad("deployment_pending", "a deployment that nobody approved", of_claims({"deployment_id": "unheard-of"})),
    Bad("deployment_foreign", "a deployment of another client", of_claims({"deployment_id": "theirs"})),
    Bad("deployment_refused", "a deployment that was refused", of_claims({"deployment_id": "refused"})),
    Bad("duplicate_parameter", "the token twice", with_a_parameter_twice),
    Bad("duplicate_parameter", "a login with its issuer twice", lambda p, b: b.get("/lti/login/?iss=a&iss=b")),
    Bad("state_invalid", "everything in the address", with_parameters_in_the_address),
    Bad("state_invalid", "everything as JSON", as_json),
    Bad("method", "GET", by("GET")),
    Bad("method", "OPTIONS", by("OPTIONS")),
    Bad("method", "PUT", by("PUT")),
    Bad("method", "DELETE", by("DELETE")),
    Bad("too_large", "a form of 300 kB", form_of(b"state=" + b"x" * 300_000)),
    Bad("malformed_request", "two thousand fields", form_of(b"&".join(b"a%d=1" % n for n in range(2000)))),
    Bad("malformed_request", "multipart without a boundary", form_of(b"x", "multipart/form-data")),
    Bad("platform_error", "the platform's error", form_of(b"error=login_required&error_description=x&state=y")),
    Bad("platform_error", "an error that is script", form_of(b"error=%3Cscript%3E&state=y")),
]


def of_login(changes: dict[str, Any]) -> Act:
    return lambda platform, browser: platform.login(browser, **changes)


def bad() -> Iterator[Bad]:
    """Every launch that must be refused."""
    for code, name, changes in BAD_CLAIMS:
        yield Bad(code, name, of_claims(changes))
    for code, name, issued, lifetime in BAD_TIMES:
        yield Bad(code, name, of_time(issued, lifetime))
    for name, code in {
        "sub": "claim_missing",
        "iat": "claim_missing",
        "exp": "claim_missing",
        "nonce": "nonce",
        "aud": "audience",
    }.items():
        yield Bad(code, f"{name} null", of_null(name))
    for code, name, changes in BAD_SELECTIONS:
        yield Bad(code, f"selection, {name}", of_selection(changes))
    for value, code in ((None, "claim_missing"), ("x", "claim_invalid"), ([], "claim_invalid")):
        yield Bad(code, f"selection, settings {value!r}", of_settings(value))
    for code, name, forge in FORGED:
        yield Bad(code, name, of_token(forge))
    for code, name, changes in BAD_LOGINS:
        yield Bad(code, f"login, {name}", of_login(changes))
    yield from OTHERS


# --- Good ones --------------------------------------------------------------------------------------------------------


def everybody() -> Iterator[Good]:
    """Teachers and students as the certification guide lists them: each with every kind of role and of privacy."""
    personal = {"name": None, "given_name": None, "family_name": None, "email": None}
    privacy = {
        "everything": {"given_name": "Ada", "family_name": "L", "email": "ada@example.org"},
        "e-mail only": {**personal, "email": "ada@example.org"},
        "names only": {**personal, "given_name": "Ada", "family_name": "L"},
        "nothing personal": personal,
        "e-mail without context": {**personal, "email": "ada@example.org", "context": None},
    }
    for who, role in (("a teacher", "Instructor"), ("a student", "Learner")):
        for what, changes in privacy.items():
            yield Good(f"{who}, {what}", of_claims({"roles": [f"{M}#{role}"], **changes}))
        yield Good(f"{who}, bare role", of_claims({"roles": [role]}))
        yield Good(f"{who}, an unknown role beside", of_claims({"roles": [f"{M}#{role}", f"{M}#Juggler"]}))
        yield Good(f"{who}, an unknown role alone", of_claims({"roles": ["https://example.org/Juggler"]}), "explained")
        yield Good(f"{who}, no role", of_claims({"roles": []}), "explained")


LONG = "Ω" * 255
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"
#: Launches with these claims changed.
GOOD_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("an assistant", {"roles": [f"{M}/Instructor#TeachingAssistant", INSTRUCTOR]}),
    ("an assistant by sub-role alone", {"roles": [f"{M}/Instructor#TeachingAssistant"]}),
    ("a designer", {"roles": [f"{M}#ContentDeveloper"]}),
    ("an administrator of the course", {"roles": [f"{M}#Administrator"]}),
    ("the test student", {"roles": [LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]}),
    ("a member of a group", {"roles": [f"{M}#Member"]}),
    ("the leader of a group", {"roles": [f"{M}#Manager"]}),
    ("a platform's administrator who teaches", {"roles": [INSTRUCTOR, f"{SYSTEM}#Administrator"]}),
    ("nobody known", {"sub": None, "name": None}),
    ("nobody known, without roles", {"sub": None, "name": None, "roles": []}),
    ("nobody known, from the platform at large", {"sub": None, "name": None, "roles": [f"{SYSTEM}#None"]}),
    ("ids of 255 characters", {"sub": LONG, "context": {"id": LONG}, "resource_link": {"id": LONG}}),
    ("ids in any script", {"sub": "用户 🚀", "context": {"id": "курс"}, "resource_link": {"id": "קישור"}}),
    ("very long names and titles", {"name": "Ä" * 5000, "context": {"id": "long", "title": "T" * 20_000}}),
    ("a very long link title", {"resource_link": {"id": "long", "title": "T" * 20_000}}),
    ("no presentation", {"launch_presentation": None}),
    ("a locale that is none", {"launch_presentation": {"locale": "not a locale!"}}),
    ("an empty return url", {"launch_presentation": {"return_url": ""}}),
    ("our target in other letters", {"target_link_uri": "http://TESTSERVER:80/"}),
    ("no services", {AGS: None, NRPS: None}),
    ("odd custom values", {"custom": {"due": "$Canvas.assignment.dueAt", "n": 5, "x": None}}),
    ("a UUID that is none", {"custom": {"assignment": "not-a-uuid"}}),
    ("the audience as a list", {"aud": ["client-1"]}),
    ("several audiences with azp", {"aud": ["other", "client-1"], "azp": "client-1"}),
    ("azp beside one audience", {"aud": "client-1", "azp": "client-1"}),
    ("empty lis", {"lis": {"person_sourcedid": ""}}),
    ("vendor claims", {"https://www.instructure.com/placement": "course_navigation"}),
    ("a review by a teacher", {"message_type": REVIEW, "for_user": {"user_id": "2"}, "roles": [INSTRUCTOR]}),
    ("a review by a student", {"message_type": REVIEW, "for_user": {"user_id": "user-1"}}),
]
EXPLAINED: list[tuple[str, list[str]]] = [
    ("a mentor", [f"{M}#Mentor"]),
    ("an administrator of the platform", [f"{SYSTEM}#SysAdmin"]),
    ("an administrator of the institution", [f"{INSTITUTION}#Administrator", f"{SYSTEM}#User"]),
    ("a teacher elsewhere", ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]),
    ("a membership in a foreign place", [f"{INSTITUTION}#Learner", "https://evil.example/membership#Instructor"]),
    ("a foreign vocabulary", ["https://evil.example/x#Instructor"]),
    ("a learner whose sub-role is made up", [f"{M}/Learner#Juggler"]),
]
#: As ``BAD_TIMES``.
GOOD_TIMES: list[tuple[str, int, int]] = [
    ("expired for less than a minute", -100, 60),
    ("less than a minute ahead", 50, 60),
    ("almost an hour old", -3590, 3600),
]


def again_in_the_same_browser(platform: Platform, browser: Browser) -> Any:
    asked = platform.begin(browser)
    form = (asked["state"], platform.sign(platform.claims(asked["nonce"])))
    first = platform.post(browser, *form)
    again = platform.post(browser, *form)
    assert first["Location"] == again["Location"]
    return again


def good() -> Iterator[Good]:
    """Every launch that must be let in or explained."""
    yield from everybody()
    for name, changes in GOOD_CLAIMS:
        yield Good(name, of_claims(changes))
    for name, roles in EXPLAINED:
        yield Good(name, of_claims({"roles": roles}), "explained")
    for name, issued, lifetime in GOOD_TIMES:
        yield Good(name, of_time(issued, lifetime))
    yield Good("a token of just under 128 kB", of_token(lambda p, c: p.sign({**c, "x": "y" * 90_000})))
    yield Good("the same message again, in the browser that holds its visit", again_in_the_same_browser)
    yield Good("a content selection", of_selection({}))
    yield Good("a content selection of one", of_selection({"settings": {"accept_multiple": None}}))
    yield Good("a content selection with data", of_selection({"settings": {"data": "opaque"}}))
