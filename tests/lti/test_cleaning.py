"""The sweep forgets what launches leave behind, a bounded number of rows at a time."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from coexistence.courses.models import Enrollment, Participant, Visit
from lti import cleaning, tasks
from lti.models import DeepLinkRequest, PendingLaunch
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform

pytestmark = pytest.mark.django_db


def test_a_launch_is_forgotten_but_not_its_person(platform: Platform, browser: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    platform.launch(browser)
    platform.launch(browser, sub=None, name=None)
    platform.select(browser)
    now = timezone.now()
    cleaning.clean(now=now)
    assert Visit.objects.exclude(login=None).count() == 3
    cleaning.clean(now=now + timedelta(days=2))
    assert not any(model.objects.exists() for model in (Visit, DeepLinkRequest))
    assert Participant.objects.count() == Enrollment.objects.count() == 1


def test_the_sweep_removes_nonces_launches_and_those_that_never_went_on(platform: Platform, browser: Client) -> None:
    """States are kept nowhere: one of then is of no use any more by its own date."""
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    opened = platform.launch(browser)
    asked = platform.begin(browser)
    # A browser without the login's cookie, where the launch waits.
    assert platform.post(Client(), asked["state"], platform.sign(platform.claims(asked["nonce"]))).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        tasks.sweep()
        assert (PendingLaunch.objects.count(), Visit.objects.count()) == (0, 1)
        late = platform.post(browser, asked["state"], platform.sign(platform.claims(asked["nonce"])))
        assert "state_expired" in late.content.decode()
        assert browser.get(opened["Location"], follow=True).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        tasks.sweep()
        assert not any(model.objects.exists() for model in (PendingLaunch, Visit))
        assert browser.get(opened["Location"]).status_code == 403


def test_a_sweep_deletes_a_bounded_number(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    for number in range(26):
        PendingLaunch.objects.create(
            login=str(number),
            secret_hash=str(number),
            registration=platform.registration,
            state=[],
            expires_at=now + timedelta(minutes=1 if number == 25 else -1),
        )
    monkeypatch.setattr(cleaning, "BATCH", 5)
    monkeypatch.setattr(cleaning, "MOST_BATCHES", 3)
    for left in (11, 1, 1):
        cleaning.clean(now=now)
        assert PendingLaunch.objects.count() == left


@pytest.mark.parametrize("model", [Visit, PendingLaunch])
def test_what_the_sweep_asks_for_is_indexed(model: type[Model]) -> None:
    assert model._meta.get_field("expires_at").db_index  # type: ignore[union-attr]
