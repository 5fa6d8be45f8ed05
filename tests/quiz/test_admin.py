"""The administration shows attempts and courses, and changes none."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from coexistence.courses.models import Assignment, Course, Enrollment
from coexistence.quiz.models import Attempt

from .answering import RIGHT, learner_at, take

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Attempt, Assignment, Course, Enrollment])
def test_rows_are_shown_and_not_changed(admin_client, model):
    take(*learner_at(), RIGHT)
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model.objects.get()
    assert admin_client.get(reverse(f"{base}_changelist"), {"q": "a"}).status_code == HTTPStatus.OK
    assert admin_client.get(reverse(f"{base}_change", args=[row.pk])).status_code == HTTPStatus.OK
    assert admin_client.post(reverse(f"{base}_change", args=[row.pk]), {}).status_code == HTTPStatus.FORBIDDEN
    assert admin_client.get(reverse(f"{base}_add")).status_code == HTTPStatus.FORBIDDEN
    assert admin_client.get(reverse(f"{base}_delete", args=[row.pk])).status_code == HTTPStatus.FORBIDDEN
