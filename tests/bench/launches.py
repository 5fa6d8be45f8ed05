"""Launches of known people at known links with warm keys: login, and the message's POST.

Tokens are signed between the logins, whose nonces they need, and the launches, while no clock runs.
"""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from .figures import Round, Row, percentile, row
from .processes import BenchError, Running, processor_seconds
from .stage import CLIENT_ID, DEPLOYMENT_ID, KEY_ID, Stage
from .wire import Reply, fire, request

PEOPLE, COURSES = 60, 6
#: Seconds for the logins of a round; a slow machine makes fewer.
LONGEST = 2.0
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


def measure(stage: Stage, ground: str, *, launches: int, rounds: int) -> list[Row]:
    """A row for one visitor after the other, and one for eight at once."""
    _launch(stage, stage.tool, stage.server, range(PEOPLE), at_once=2, seconds=None)
    rows = []
    for at_once, title in ((1, "launch, one after another"), (8, "launch, 8 at once")):
        count = launches if at_once > 1 else max(launches // 4, 10)
        ours, bare = [], []
        statements = stage.statements(stage.server)
        stage.begin()
        made = 0
        for _ in range(rounds):
            ours.append(_launch(stage, stage.tool, stage.server, range(count), at_once=at_once))
            bare.append(_launch(stage, stage.floor, stage.bare, range(count), at_once=at_once))
            made += ours[-1].count
        rows.append(
            row(
                ground,
                title,
                ours,
                bare,
                statements=(stage.statements(stage.server) - statements) / made,
                requests=sum(stage.count()["requests"].values()) / made,
            )
        )
    return rows


def _launch(
    stage: Stage, site: str, program: Running, people: range, *, at_once: int, seconds: float | None = LONGEST
) -> Round:
    """A launch for each of ``people``, counted round the known ones; the clock stands while tokens are signed."""
    tool = site == stage.tool
    login_url = f"{site}/lti/login/" if tool else f"{site}/login/"
    launch_url = f"{site}/lti/launch/" if tool else f"{site}/launch/?{urlencode({'client': CLIENT_ID})}"
    before = processor_seconds(program.pid)
    requests = [request("GET", f"{login_url}?{_login(stage, site, person)}") for person in people]
    logins = fire(requests, at_once=at_once, seconds=seconds)
    _check(logins.replies, lambda reply: reply.status == 302)
    messages = []
    for person, reply in zip(people, logins.replies, strict=False):
        asked = parse_qs(urlsplit(reply.headers["location"]).query)
        token = jwt.encode(_claims(stage, site, person, asked["nonce"][0]), stage.key, "RS256", headers={"kid": KEY_ID})
        form = urlencode({"state": asked["state"][0], "id_token": token})
        headers = {"Cookie": reply.cookies, "Origin": stage.platform}
        messages.append(request("POST", launch_url, headers=headers, form=form))
    launches = fire(messages, at_once=at_once)
    _check(launches.replies, lambda reply: reply.status in {302, 303} and "/l/" in reply.headers["location"])
    after = processor_seconds(program.pid)
    both = [one.seconds + other.seconds for one, other in zip(logins.replies, launches.replies, strict=True)]
    return Round(
        count=len(both),
        seconds=logins.seconds + launches.seconds,
        p50=percentile(both, 50),
        p95=percentile(both, 95),
        processor=None if before is None or after is None else after - before,
    )


def _check(replies: list[Reply], is_right: Callable[[Reply], bool]) -> None:
    for reply in replies:
        if not is_right(reply):
            raise BenchError(f"A launch was answered with {reply.status}: {reply.body[:500].decode(errors='replace')}")


def _login(stage: Stage, site: str, person: int) -> str:
    return urlencode(
        {
            "iss": stage.platform,
            "client_id": CLIENT_ID,
            "login_hint": f"user-{person % PEOPLE}",
            "target_link_uri": f"{site}/lti/launch/",
            "lti_message_hint": "of no use here",
        }
    )


def _claims(stage: Stage, site: str, person: int, nonce: str) -> dict[str, object]:
    user, course = person % PEOPLE, person % COURSES
    now = int(time.time())
    column = f"{stage.platform}/{course}/lineitem"
    return {
        "iss": stage.platform,
        "aud": CLIENT_ID,
        "sub": f"user-{user}",
        "iat": now,
        "exp": now + 600,
        "nonce": nonce,
        "name": f"Learner {user}",
        CLAIM + "version": "1.3.0",
        CLAIM + "message_type": "LtiResourceLinkRequest",
        CLAIM + "deployment_id": DEPLOYMENT_ID,
        CLAIM + "target_link_uri": f"{site}/lti/launch/",
        CLAIM + "roles": [LEARNER],
        CLAIM + "resource_link": {"id": f"link-{course}", "title": "Peaceful coexistence"},
        CLAIM + "context": {"id": f"course-{course}", "label": f"HIS {course}", "title": "History"},
        CLAIM + "launch_presentation": {"return_url": f"{stage.platform}/course", "locale": "en"},
        AGS: {"scope": [SCORE], "lineitem": column, "lineitems": f"{column}s"},
    }
