"""The dates that a platform tells of an assignment, for each learner."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coexistence.courses.models import Accommodation, Assignment, Enrollment
from coexistence.quiz import selectors
from coexistence.quiz.policy import Reason
from tests.factories import QuizFactory

from .platform import INSTRUCTOR, Platform

pytestmark = pytest.mark.django_db

CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"
DUE = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unit() -> Any:
    return QuizFactory(types=("true_false",)).unit


def launch(platform: Platform, browser: Client, **custom: str) -> None:
    platform.launch(browser, **{CUSTOM: custom})


def stored() -> list[tuple[Any, ...]]:
    return list(Accommodation.objects.values_list("source", "opens_at", "due_at", "closes_at"))


@pytest.mark.parametrize(
    ("told", "due"),
    [
        ("2026-03-06T17:00:00Z", DUE),
        ("2026-03-06T18:00:00+01:00", DUE),
        ("2026-03-06T17:00:00", DUE),
        ("$ResourceLink.submission.endDateTime", None),
        ("", None),
        ("on Friday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_learners_due_date_comes_with_the_launch(
    platform: Platform, browser: Client, told: str, due: datetime | None
) -> None:
    launch(platform, browser, due_at=told)
    assert stored() == ([("platform", None, due, None)] if due else [])
    limits = selectors.limits_of(assignment=Assignment.objects.get(), enrollment=Enrollment.objects.get())
    assert (limits.due_at.value, limits.due_at.reason) == (due, Reason.COURSE if due else Reason.NOBODY)


def test_later_launches_change_it_and_take_it_away(platform: Platform, browser: Client) -> None:
    platform.registration.platform = "canvas"
    platform.registration.save()
    launch(platform, browser, due_at=DUE.isoformat(), closes_at="2026-03-08T17:00:00Z")
    assert stored() == [("platform", None, DUE, datetime(2026, 3, 8, 17, 0, tzinfo=UTC))]
    launch(platform, browser, due_at="2026-03-07T17:00:00Z", closes_at="$ResourceLink.available.endDateTime")
    assert stored() == [("platform", None, datetime(2026, 3, 7, 17, 0, tzinfo=UTC), None)]
    launch(platform, browser)
    assert stored() == []


def test_a_teachers_dates_are_no_learners(platform: Platform, browser: Client) -> None:
    platform.launch(browser, **{CUSTOM: {"due_at": DUE.isoformat()}, ROLES: [INSTRUCTOR]})
    assert stored() == []


def test_known_dates_cost_one_statement(platform: Platform, browser: Client) -> None:
    launch(platform, browser, due_at=DUE.isoformat())
    counts = []
    for custom in ({}, {"due_at": DUE.isoformat()}):
        with CaptureQueriesContext(connection) as queries:
            launch(platform, browser, **custom)
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1
