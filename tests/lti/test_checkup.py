"""What is seen to be wrong with a registration, each by its own code, and nothing where nothing is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coexistence.courses.models import Participant
from lti import checkup
from lti.models import Context, Deployment, LineItem, LtiUser, PlatformKeySet, Registration, ScoreDelivery
from lti.protocol import keysets
from tests.factories import QuizFactory, UnitFactory

from .platform import AGS, NRPS, Platform

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def launched(platform: Platform, browser: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    assert platform.launch(browser).status_code == 303


def codes() -> list[str]:
    return [each.code for each in checkup.examine(Registration.objects.get(), now=timezone.now())]


def test_nothing_is_wrong_with_one_that_works() -> None:
    assert codes() == []


def test_its_settings(settings: Any) -> None:
    Registration.objects.update(active=False, platform="desire2learn")
    settings.LTI_ALLOW_HTTP = False
    assert codes() == ["inactive", "plain_http", "audience"]
    Registration.objects.update(active=True, audience="https://api.brightspace.com/auth/token")
    settings.LTI_ALLOW_HTTP = True
    assert codes() == []


def test_its_keys(platform: Platform) -> None:
    registration, now = Registration.objects.get(), timezone.now()
    later = now + keysets.DEFAULT_AGE + timedelta(minutes=1)
    PlatformKeySet.objects.update(tried_at=later)
    assert [each.code for each in checkup.examine(registration, now=later)] == ["keys_stale"]
    PlatformKeySet.objects.update(fetched_at=None)
    assert codes() == ["keys_never"]


def test_its_deployments(platform: Platform, browser: Client) -> None:
    platform.launch(browser, deployment_id="d2")
    (found,) = checkup.examine(Registration.objects.get(), now=timezone.now())
    assert (found.code, found.count) == ("pending", 1)
    Deployment.objects.filter(deployment_id="d2").update(state="refused")
    assert codes() == []


def test_nobody_has_come_yet() -> None:
    Context.objects.all().delete()
    assert codes() == ["no_launch"]


def test_services_that_are_not_allowed(platform: Platform, browser: Client) -> None:
    Context.objects.all().delete()
    platform.launch(browser, **{AGS: None, NRPS: None})
    assert codes() == ["no_roster", "no_grades"]
    platform.launch(browser)
    assert codes() == []


def test_people_without_names() -> None:
    registration = Registration.objects.get()
    Participant.objects.update(name="")
    assert codes() == []
    for number in (2, 3):
        LtiUser.objects.create(registration=registration, sub=f"u{number}", participant=Participant.objects.create())
    assert codes() == ["no_names"]


def test_scores_that_wait_for_somebody() -> None:
    now = timezone.now()
    ScoreDelivery.objects.create(
        registration=Registration.objects.get(),
        line_item=LineItem.objects.get(),
        user=LtiUser.objects.get(),
        state=ScoreDelivery.State.HELD,
        code="unpublished",
        wanted_score=1,
        wanted_maximum=2,
        wanted_at=now,
        submitted_at=now,
        reason="submitted",
    )
    (found,) = checkup.examine(Registration.objects.get(), now=now)
    assert (found.code, found.count) == ("scores_unpublished", 1)
    assert "Publish" in str(found.text)
