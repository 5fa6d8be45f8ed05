"""A registered platform with a course in which learners owe a quiz."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from coexistence.courses.models import Assignment, Course, Enrollment
from coexistence.quiz.signals import ScoreChange
from lti import grades, sending
from lti.grades import bell
from lti.models import Context, Deployment, Lane, LineItem, LtiUser, Registration, ResourceLink, ScoreDelivery
from lti.protocol import keys, tokens
from tests.factories import AssignmentFactory, CourseFactory, EnrollmentFactory

from .platform import Platform

NOON = datetime(2026, 3, 2, 12, 0, 0, 300_000, tzinfo=UTC)


@dataclass
class School:
    """One registration with one course; ``learners`` are made as they are asked for."""

    platform: Platform
    registration: Registration
    course: Course
    deployment: Deployment
    learners: dict[str, Enrollment] = field(default_factory=dict)
    links: int = 0

    def assignment(self, *, url: str | None = None, **fields: object) -> Assignment:
        self.links += 1
        assignment = AssignmentFactory(course=self.course, **fields)
        link = ResourceLink.objects.create(
            context=self.course.lti_context, resource_link_id=f"link-{self.links}", assignment=assignment
        )
        LineItem.objects.create(resource_link=link, url=self.platform.line_item(self.links) if url is None else url)
        return assignment

    def learner(self, sub: str, **fields: object) -> Enrollment:
        if sub not in self.learners:
            enrollment = EnrollmentFactory(course=self.course, **fields)
            LtiUser.objects.create(registration=self.registration, sub=sub, participant=enrollment.participant)
            self.learners[sub] = enrollment
        return self.learners[sub]

    def change(
        self,
        assignment: Assignment,
        sub: str,
        score: object,
        *,
        attempt: int = 1,
        at: datetime = NOON,
        **fields: object,
    ) -> ScoreChange:
        return ScoreChange(
            assignment_id=assignment.pk,
            enrollment_id=self.learner(sub, **fields).pk,
            score=Decimal(str(score)),
            maximum=Decimal(assignment.points),
            attempt_number=attempt,
            submitted_at=at + timedelta(minutes=attempt - 1),
            reason="submitted",
        )

    def owe(self, assignment: Assignment, sub: str, score: object, **fields: object) -> ScoreDelivery:
        with transaction.atomic():
            grades.record([self.change(assignment, sub, score, **fields)])
        return self.row(assignment, sub)

    def row(self, assignment: Assignment, sub: str) -> ScoreDelivery:
        return ScoreDelivery.objects.get(line_item__resource_link__assignment=assignment, user__sub=sub)

    def deliver(self) -> None:
        grades.deliver(registration_id=self.registration.pk)

    def held(self, assignment: Assignment, sub: str) -> float | None:
        return self.platform.held(assignment.resource_link.line_item.url, sub)


def run(school: School, clock: Any, *, minutes: float = 3) -> None:
    """Let so much time pass, and do whatever becomes due in it, as a worker would."""
    ends = timezone.now() + timedelta(minutes=minutes)
    while True:
        school.deliver()
        due = ScoreDelivery.objects.aggregate(first=Min("next_try_at"))["first"]
        paused = Lane.objects.aggregate(last=Max("paused_until"))["last"]
        moment = max(filter(None, (due, paused, timezone.now() + timedelta(milliseconds=100))))
        if due is None or moment > ends:
            clock.move_to(ends)
            return
        clock.move_to(moment)


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, datetime]]:
    """The bells that were rung, in place of a broker: (registration, when)."""
    rung: list[tuple[int, datetime]] = []
    monkeypatch.setattr(bell, "_ring", lambda registration_id, at: rung.append((registration_id, at)))
    monkeypatch.setattr("lti.grades.bell.strike", lambda task, key, at: None)
    return rung


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands still unless a test moves it."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def school(transactional_db: None, bells: list[tuple[int, datetime]], make_school: Callable[..., School]) -> School:
    """A school on a platform without particular manners."""
    return make_school()


@pytest.fixture
def make_school(transactional_db: None) -> Iterator[Callable[..., School]]:
    platforms: list[Platform] = []
    tokens._known.clear()
    sending.pool_of.cache_clear()

    def make(manner: str = "") -> School:
        platform = Platform(manner)
        platforms.append(platform)
        keys.ensure_tool_key()
        number = len(platforms)
        registration = Registration.objects.create(
            name=f"Platform {number}",
            issuer=f"https://platform-{number}.example",
            client_id=f"client-{number}",
            auth_url=platform.url + "/auth",
            token_url=platform.token_url,
            jwks_url=platform.url + "/jwks",
            platform=manner,
        )
        deployment = Deployment.objects.create(registration=registration, deployment_id="1", state="active")
        course = CourseFactory()
        Context.objects.create(deployment=deployment, context_id="c", course=course)
        return School(platform, registration, course, deployment)

    yield make
    for platform in platforms:
        platform.close()
