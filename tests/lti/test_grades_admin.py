"""The operator's view of grades: site-wide, by registration, by course, and each request of one score."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lti.models import ScoreDelivery
from tests.lti.grades.conftest import School, bells, make_school, school  # noqa: F401
from tests.lti.grades.platform import Fault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(transactional_db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator"))
    return client


@pytest.fixture
def busy(school: School) -> School:  # noqa: F811
    assignment = school.assignment()
    for number in range(8):
        school.owe(assignment, f"s{number}", 5)
    school.owe(school.assignment(url=""), "s0", 5)
    ids = list(ScoreDelivery.objects.order_by("pk").values_list("pk", flat=True))
    ScoreDelivery.objects.filter(pk__in=ids[:4]).update(state="delivered", next_try_at=None)
    ScoreDelivery.objects.filter(pk__in=ids[4:7]).update(state="held", code="unpublished", next_try_at=None)
    return school


@pytest.mark.parametrize("model", ["registration", "context"])
def test_lists_tell_how_many_grades_are_where(busy: School, operator: Client, model: str) -> None:
    page = operator.get(f"/admin/lti/{model}/").content.decode()
    assert "3 held: unpublished" in page
    assert '<td class="field-kept">1 no_column</td>' in page
    assert '<td class="field-waiting">1</td>' in page
    assert '<td class="field-delivered">4</td>' in page


def test_a_course_leads_to_its_grades(busy: School, operator: Client) -> None:
    address = f"/admin/lti/scoredelivery/?line_item__resource_link__context={busy.course.lti_context.pk}"
    assert address.replace("&", "&amp;") in operator.get("/admin/lti/context/").content.decode()
    answer = operator.get(address)
    assert answer.status_code == 200
    assert answer.content.count(b'class="field-who"') == 9
    assert b"field-who" not in operator.get(address + "0").content


def test_scores_are_found_by_person_and_course(busy: School, operator: Client) -> None:
    name = busy.learner("s3").participant.name
    for words, number in ((name, 1), (busy.course.title, 9), ("nobody", 0)):
        page = operator.get("/admin/lti/scoredelivery/", {"q": words}).content
        assert page.count(b'class="field-who"') == number


def test_the_outbox_costs_the_same_for_any_length(
    busy: School, operator: Client, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(12):
        operator.get("/admin/lti/scoredelivery/")


def test_every_request_of_a_score_is_shown_and_cannot_be_changed(busy: School, operator: Client) -> None:
    row = ScoreDelivery.objects.get(state="waiting", next_try_at__isnull=False)
    busy.platform.faults.append(Fault(503, "down for the night"))
    busy.deliver()
    address = f"/admin/lti/scoredelivery/{row.pk}/change/"
    page = operator.get(address).content.decode()
    assert "down for the night" in page
    assert "platform_error" in page
    # Before anything else, what an operator would tell whoever asks.
    first = page.index('class="form-row field-')
    assert page[first:].startswith('class="form-row field-in_words"')
    assert "The course platform reported an error of its own. It is tried again by itself." in page[first:]
    assert operator.post(address, {"state": "delivered"}).status_code == 403
