"""One fault a row, over real HTTP and in both manners: the score is in the gradebook once, or the pages say why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from coexistence.courses.models import Role, Visit
from coexistence.quiz import attempts
from lti import sending
from lti.grades import delivery
from lti.protocol import tokens
from tests.web.pages import sound

from .conftest import NOON, School, run
from .platform import Fault

BOTH = ("moodle", "canvas")
HTML = "<!DOCTYPE html><html><body>Sign in</body></html>"
HUGE = "x" * 200_000
CANVAS_STALE = '{"errors":{"message":"Provided timestamp before last updated timestamp"}}'
THROTTLED = "403 Forbidden (Rate Limit Exceeded)"
LATE = format_datetime(NOON + timedelta(seconds=30))
AGAIN = "It is tried again by itself."


@dataclass(frozen=True)
class Row:
    """What the platform does, to the first requests of each kind, instead of the right thing.

    ``says`` is what learners and instructors read in the end; empty where the score has come through. ``meanwhile`` is
    what they read after the first try. ``posts`` bounds how often the score was sent in ``minutes``.
    """

    name: str
    scores: tuple[Fault, ...] = ()
    tokens: tuple[Fault, ...] = ()
    results: tuple[Fault, ...] = ()
    manners: tuple[str, ...] = BOTH
    meanwhile: str = ""
    says: str = ""
    posts: int = 10
    minutes: float = 3
    ahead: timedelta = timedelta()
    scopes: frozenset[str] | None = None
    enrolled: bool = True
    deadline: float | None = None


def always(status: int, body: str = "", **headers: str) -> tuple[Fault, ...]:
    return (Fault(status, body, headers),) * 200


def passing(name: str, *scores: Fault, **more: Any) -> Row:
    return Row(name, scores, **more)


def held(name: str, says: str, scores: tuple[Fault, ...] = (), **more: Any) -> Row:
    return Row(name, scores, says=says, **{"posts": 1, **more})


OWN_ERROR = f"The course platform reported an error of its own. {AGAIN}"
SLOWER = f"The course platform asked us to slow down. {AGAIN}"
UNREACHABLE = f"The course platform could not be reached. {AGAIN}"
PAGE = f"The course platform answered with a web page. {AGAIN}"
NO_TOKENS = f"The course platform gives out no access tokens just now. {AGAIN}"
BAD_TOKEN = f"The course platform's access token cannot be used. {AGAIN}"
NOT_A_STUDENT = "does not know this person as a student of the course, or the course or the enrolment has ended."
BAD_KEY = "Its administrator should check the client id and the tool's public keyset URL."
NO_RIGHT = "Its administrator should check that the tool is still installed there and may use the grade service."

ROWS = [
    # What passes.
    passing("500", Fault(500), meanwhile=OWN_ERROR),
    passing("500 for a minute", *(Fault(500),) * 6, meanwhile=OWN_ERROR),
    passing("502 burst", *(Fault(502, HTML),) * 5, meanwhile=OWN_ERROR),
    passing("503 burst", *(Fault(503),) * 5, meanwhile=OWN_ERROR),
    passing("503 with Retry-After", Fault(503, "", {"Retry-After": "5"}), meanwhile=OWN_ERROR),
    passing("504", Fault(504, HTML), meanwhile=OWN_ERROR),
    passing("429 seconds", Fault(429, "", {"Retry-After": "20"}), meanwhile=SLOWER),
    passing("429 date", Fault(429, "", {"Retry-After": LATE}), meanwhile=SLOWER),
    passing("429 nonsense", Fault(429, "", {"Retry-After": "soon"}), meanwhile=SLOWER),
    passing("403 throttle", Fault(403, THROTTLED), meanwhile=SLOWER),
    passing("401 expired", Fault(401, "{}")),
    passing("hang", Fault(hang=2.0), deadline=0.5, meanwhile="The course platform did not answer in time."),
    passing("hung up", Fault(drop=True), meanwhile=UNREACHABLE),
    passing("reset in mid-answer", Fault(200, "{", cut=True), meanwhile=UNREACHABLE),
    passing("reset in mid-answer, stored", Fault(200, "{", cut=True, stores=True), meanwhile=UNREACHABLE),
    passing("answer lost", Fault(stores=True, drop=True), meanwhile=UNREACHABLE),
    passing("answered 502, stored", Fault(502, HTML, stores=True), meanwhile=OWN_ERROR),
    passing("answered 500 twice, stored", *(Fault(500, stores=True),) * 2, meanwhile=OWN_ERROR),
    passing("a page", Fault(200, HTML), meanwhile=PAGE),
    passing("a page, stored", Fault(200, HTML, stores=True)),
    passing("enormous", Fault(200, HUGE), meanwhile=PAGE),
    passing("enormous, stored", Fault(200, HUGE, stores=True)),
    passing("stale", Fault(409, "[]"), manners=("moodle",), meanwhile="The course platform holds something newer."),
    passing(
        "stale", Fault(400, CANVAS_STALE), manners=("canvas",), meanwhile="The course platform holds something newer."
    ),
    passing(
        "answer lost, gradebook away",
        Fault(stores=True, drop=True),
        results=(Fault(503), Fault(drop=True)),
        meanwhile=UNREACHABLE,
    ),
    passing("token endpoint down", tokens=(Fault(503, "down"),) * 3, meanwhile=NO_TOKENS),
    passing("token endpoint hangs up", tokens=(Fault(drop=True),), meanwhile=NO_TOKENS),
    passing("token endpoint throttles", tokens=(Fault(429, "", {"Retry-After": "9"}),), meanwhile=NO_TOKENS),
    passing("token as a page", tokens=(Fault(200, HTML, {"Content-Type": "text/html"}),), meanwhile=BAD_TOKEN),
    passing(
        "token of another type", tokens=(Fault(200, '{"access_token":"a","token_type":"mac"}'),), meanwhile=BAD_TOKEN
    ),
    passing("platform's clock a minute behind", ahead=timedelta(minutes=-1)),
    passing("platform's clock ten minutes ahead", ahead=timedelta(minutes=10)),
    passing("no right to read", scopes=frozenset({tokens.SCORE})),
    # What needs a person.
    held("401 scope", NO_RIGHT, always(401, '{"errors":{"message":"no scope"}}'), posts=2),
    held("403", "does not allow this tool to send grades to this course.", always(403, "Forbidden")),
    held("404 line item", "The gradebook column is gone. It was deleted, or the course has ended", always(404)),
    held("412 line item", "The gradebook column is gone. It was deleted, or", always(412), manners=("canvas",)),
    held("302", "The gradebook column has moved to another address.", always(302, "", Location="/elsewhere")),
    held("307", "The gradebook column has moved to another address.", always(307, "", Location="/elsewhere")),
    held("not a student", NOT_A_STUDENT, enrolled=False),
    held(
        "422 unpublished", "Publish it there.", always(422, "This assignment is still unpublished"), manners=("canvas",)
    ),
    held(
        "422 concluded",
        "has ended on the course platform.",
        always(422, "The course has concluded"),
        manners=("canvas",),
    ),
    held(
        "422 attempts",
        "Raise the number of attempts",
        always(422, "maximum number of allowed attempts"),
        manners=("canvas",),
    ),
    held(
        "422 other", "The course platform refused the grade.", always(422, "ScoreMaximum must be"), manners=("canvas",)
    ),
    held("418", "The course platform refused the grade.", always(418, "I am a teapot")),
    held("stale again and again", "keeps something that it takes for newer.", always(409, "[]"), posts=3),
    held(
        "stale and unreadable",
        "holds something newer and does not let this tool read it.",
        always(409, "[]"),
        results=always(404, HTML),
    ),
    held("locked", "whether the grade or its column is locked, and unlock it", always(500), posts=14, minutes=30),
    held("key refused", BAD_KEY, tokens=always(400, '{"error":"invalid_client"}'), posts=0),
    held("token endpoint moved", BAD_KEY, tokens=always(302, "", Location="/login"), posts=0),
    held(
        "key refused, clocks apart",
        "the clocks of the two servers differ by more than 20 seconds",
        tokens=always(400, '{"error":"invalid_client"}'),
        ahead=timedelta(minutes=-1),
        posts=0,
    ),
    held("no scope", "(scope “score”) for this tool.", scopes=frozenset({tokens.RESULT_READONLY}), posts=0),
]


def pages(school: School, assignment: Any, open_visit: Callable[..., Any]) -> tuple[str, str]:
    """What the learner's page and the instructor's say."""
    anna, teacher = school.learner("anna"), school.learner("teacher", instructor=True)
    theirs = open_visit(enrollment=anna, assignment=assignment)
    ours = open_visit(enrollment=teacher, assignment=assignment, roles=[Role.INSTRUCTOR], purpose=Visit.Purpose.LEARN)
    return sound(theirs.page("quiz/")).text, sound(ours.page("grades/")).text


@pytest.mark.parametrize(
    ("manner", "row"), [pytest.param(manner, row, id=f"{manner}-{row.name}") for row in ROWS for manner in row.manners]
)
def test_after_each_fault_the_score_is_there_once_or_the_pages_say_why_not(
    make_school: Callable[..., School],
    open_visit: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    bells: Any,
    clock: Any,
    manner: str,
    row: Row,
) -> None:
    school = make_school(manner)
    platform, assignment = school.platform, school.assignment(points=10)
    attempt = attempts.start(assignment=assignment, enrollment=school.learner("anna"), now=timezone.now())
    attempts.submit(attempt_id=attempt.pk, enrollment=school.learner("anna"), now=timezone.now())
    school.owe(assignment, "anna", 8)
    platform.faults.extend(row.scores)
    platform.token_faults.extend(row.tokens)
    platform.result_faults.extend(row.results)
    platform.scopes_granted, platform.ahead = row.scopes, row.ahead
    platform.students = None if row.enrolled else set()
    if row.deadline is not None:
        monkeypatch.setattr(sending, "DEADLINE", row.deadline)
        monkeypatch.setattr(delivery, "DEADLINE", row.deadline)

    school.deliver()
    if row.meanwhile:
        assert all(row.meanwhile in page for page in pages(school, assignment, open_visit))
    run(school, clock, minutes=row.minutes)

    there = school.held(assignment, "anna")
    assert len(platform.posts()) <= row.posts
    assert all(
        (row.says or "In the gradebook: 8 of 10, since") in page for page in pages(school, assignment, open_visit)
    )
    if row.says:
        assert there is None
        return
    assert there == 8
    # A message that comes twice is the same message, and one submission.
    assert len({message["timestamp"] for _, message in platform.accepted}) == 1
    if manner == "canvas":
        assert [len(entry.submissions) for entry in platform.gradebook.values()] == [1]
