"""From an author's file to the gradebook's outbox: one item of every type, by the pages that people really use."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from coexistence.courses import visits
from coexistence.courses.models import Visit
from coexistence.quiz import attempts, selectors
from coexistence.quiz.forms import control_name
from coexistence.quiz.models import Attempt
from lti.models import ScoreDelivery
from tests.quiz.items.bodies import TYPES
from tests.quiz.items.examples import UNIT
from tests.quiz.items.placing import RIGHT, raw

from .platform import DL, Platform
from .test_select import Picker

pytestmark = pytest.mark.django_db


def test_one_item_of_every_type_comes_from_its_file_to_the_gradebook(platform: Platform, browser: Client) -> None:
    call_command("load_content", str(UNIT))
    picker = Picker(platform, browser)
    placed = picker.answer(picker.send("every-type.quiz", **{"points.every-type.quiz": "30"}))
    custom = placed[DL + "content_items"][0]["custom"]

    learner = Client(enforce_csrf_checks=True)
    start = platform.launch(learner, custom=custom, sub="learner-1")["Location"].split("#")[0]
    visit = Visit.objects.get(pk=start.split("/")[2])
    base = f"/l/{visit.pk}/quiz/"

    def send(path: str, data: dict[str, Any]) -> str:
        answer = learner.post(base + path, {visits.FORM_FIELD: visits.form_token(visit), **data})
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"]

    assert "30 points" in learner.get(base).content.decode()
    assert send("begin/", {}) == f"{base}take/"
    form = learner.get(f"{base}take/").content.decode()
    attempt = Attempt.objects.get()
    assert f'name="attempt" value="{attempt.pk}"' in form
    on_page = selectors.taking(attempt)
    assert sorted(item.type for item in on_page) == TYPES
    data: dict[str, Any] = {"attempt": attempt.pk}
    for item, response in zip(on_page, attempt.responses.select_related("item"), strict=True):
        for name, values in raw(item, RIGHT[response.item.slug]).items():
            full = control_name(item.position, name)
            assert f'name="{full}"' in form
            data[full] = values
    assert send("hand-in/", data) == f"{base}hand-in/"
    assert "You have answered all 13 questions." in learner.get(f"{base}hand-in/").content.decode()
    result = learner.get(send("hand-in/", {"attempt": attempt.pk, "sure": "1"})).content.decode()
    assert "1 answer waits to be graded by a person" in result
    assert not ScoreDelivery.objects.exists()

    (essay,) = [item for item in on_page if item.type == "open_response"]
    attempts.adjust(
        attempt_id=attempt.pk, position=essay.position, score=essay.points, by=None, reason="", now=timezone.now()
    )
    row = ScoreDelivery.objects.get()
    assert (row.wanted_score, row.wanted_maximum, row.user.sub) == (Decimal(30), Decimal(30), "learner-1")
    assert '<span class="score-big">30</span> of 30 points' in learner.get(f"{base}result/1/").content.decode()
