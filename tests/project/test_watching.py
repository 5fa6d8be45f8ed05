"""What the machinery around the tool asks."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from coexistence.courses.gradebook import Tally, gradebook
from lti import grades
from lti.models import Registration, ScoreDelivery
from tests.lti.grades.conftest import School, bells, clock, make_school, school  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def test_health_is_the_databases() -> None:
    for path in ("/livez", "/healthz"):
        assert Client().get(path).status_code == 200
        with patch.object(connection, "cursor", side_effect=OperationalError("gone")):
            assert Client().get(path).status_code == 503


def test_health_turns_red_when_a_grade_waits_too_long(school: School, settings) -> None:  # noqa: F811
    settings.HEALTH_OLDEST_GRADE_SECONDS = 600
    school.owe(school.assignment(), "anna", 5)
    without_column = school.owe(school.assignment(url=""), "anna", 5)
    long_ago = timezone.now() - timedelta(seconds=700)
    ScoreDelivery.objects.filter(pk=without_column.pk).update(sendable_at=long_ago)
    assert Client().get("/healthz").status_code == 200
    ScoreDelivery.objects.update(sendable_at=long_ago)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert b"600 are allowed" in answer.content
    assert Client().get("/livez").status_code == 200
    settings.HEALTH_OLDEST_GRADE_SECONDS = 0
    assert Client().get("/healthz").status_code == 200
    settings.HEALTH_OLDEST_GRADE_SECONDS = 600
    ScoreDelivery.objects.update(state="held", code="unpublished")
    assert Client().get("/healthz").status_code == 200


def test_health_does_not_count_the_time_for_which_a_grade_is_kept_back(school: School, settings, clock) -> None:  # noqa: F811
    settings.HEALTH_OLDEST_GRADE_SECONDS = 600
    assignment = school.assignment()
    grades.withhold(assignment_id=assignment.pk, until=timezone.now() + timedelta(days=1))
    school.owe(assignment, "anna", 5)
    clock.shift(timedelta(hours=23))
    assert Client().get("/healthz").status_code == 200
    clock.shift(timedelta(hours=1, seconds=500))
    assert Client().get("/healthz").status_code == 200
    clock.shift(timedelta(seconds=200))
    assert Client().get("/healthz").status_code == 503


def test_metrics_are_counted_for_each_registration(make_school, bells, django_assert_num_queries) -> None:  # noqa: F811
    first, second = make_school(), make_school()
    assignment = first.assignment()
    for number in range(6):
        first.owe(assignment, f"s{number}", 5)
    second.owe(second.assignment(), "anna", 5)
    first.owe(first.assignment(url=""), "anna", 5)
    for until in (None, timezone.now() + timedelta(days=1)):
        kept_back = first.assignment()
        grades.withhold(assignment_id=kept_back.pk, until=until)
        first.owe(kept_back, "anna", 5)
    here = ScoreDelivery.objects.filter(line_item__resource_link__assignment=assignment)
    rows = list(here.values_list("pk", flat=True))
    ScoreDelivery.objects.filter(pk__in=rows[:2]).update(state="delivered", next_try_at=None)
    ScoreDelivery.objects.filter(pk__in=rows[2:4]).update(state="held", code="unpublished", next_try_at=None)
    ScoreDelivery.objects.filter(pk=rows[4]).update(sendable_at=timezone.now() - timedelta(hours=1))
    with django_assert_num_queries(2):
        text = Client().get("/metrics").content.decode()
    name = f'registration="{first.registration.pk} {first.registration.name}"'
    assert f"coexistence_grades_waiting{{{name}}} 2.0" in text
    assert f'coexistence_grades_kept{{reason="no_column",{name}}} 1.0' in text
    assert f'coexistence_grades_kept{{reason="withheld",{name}}} 2.0' in text
    assert f"coexistence_grades_delivered{{{name}}} 2.0" in text
    assert f'coexistence_grades_stuck{{reason="unpublished",{name},state="held"}} 2.0' in text
    (oldest,) = [
        line for line in text.splitlines() if line.startswith(f"coexistence_grades_oldest_waiting_seconds{{{name}")
    ]
    assert 3600 <= float(oldest.split()[-1]) < 3700
    assert Registration.objects.count() == 2
    assert gradebook().tallies()[1] == Tally(
        place=f"{second.registration.pk} {second.registration.name}",
        waiting=1,
        oldest_waiting=ScoreDelivery.objects.get(registration=second.registration).sendable_at,
    )


def test_metrics_are_for_those_who_may_see_them(settings) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 403
    assert Client(headers={"X-Forwarded-For": "10.0.0.7"}).get("/metrics").status_code == 403
    settings.METRICS_TOKEN = "let-me-see"
    assert Client().get("/metrics").status_code == 403
    assert Client(headers={"Authorization": "Bearer let-me-seé"}).get("/metrics").status_code == 403
    seen = Client(REMOTE_ADDR="10.0.0.7", headers={"Authorization": "Bearer let-me-see"}).get("/metrics")
    assert seen.status_code == 200
    assert seen["Content-Type"].startswith("text/plain")
