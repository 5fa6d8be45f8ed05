"""Accommodations as an instructor gives them: to a person or a group, everywhere or here, also while they are at it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from coexistence.courses.models import Accommodation, Enrollment, Group
from coexistence.quiz import accommodations, attempts
from tests.conftest import VisitClient
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.pages import sound


@pytest.fixture
def ada(assignment) -> Enrollment:
    return EnrollmentFactory(course=assignment.course, participant__name="Ada")


def give(staff: VisitClient, whose: str, **terms: str):
    return staff.send("accommodations/give/", {"whose": whose, "where": "everywhere", **terms})


def test_extra_time_for_a_person_is_listed_and_holds_at_once(staff, assignment, ada) -> None:
    assignment.time_limit = 30
    assignment.save()
    attempt = attempts.start(assignment=assignment, enrollment=ada, now=timezone.now())
    page = sound(staff.page("accommodations/give/"))
    assert page.has("option", value=f"person-{ada.pk}")
    answer = give(staff, f"person-{ada.pk}", time_factor="1.5", note="As her plan says.")
    page = sound(staff.get(answer["Location"]))
    for words in ("Ada", "time × 1.5", "As her plan says.", "In every timed assignment", "1 attempt is going on"):
        assert words in page.text
    attempt.refresh_from_db()
    assert attempt.deadline - attempt.started_at == timedelta(minutes=45)
    row = Accommodation.objects.get()
    assert (row.enrollment, row.assignment, row.by) == (ada, None, staff.visit.enrollment)


def test_an_exception_for_this_assignment_has_dates_and_excuses(staff, assignment, ada) -> None:
    answer = give(staff, f"person-{ada.pk}", where="here", due_at="2026-03-09T12:00", excused="on", extra_attempts="2")
    text = sound(staff.get(answer["Location"])).text
    assert "2 more attempts, due 9 March 2026, 12:00, excused" in text
    assert "going on" not in text
    row = Accommodation.objects.get()
    assert (row.assignment, row.due_at) == (assignment, datetime(2026, 3, 9, 12, tzinfo=UTC))
    page = sound(staff.page(f"accommodations/{row.pk}/"))
    assert (page.says("due_at"), page.says("extra_attempts"), page.says("excused")) == ("2026-03-09T12:00", "2", "on")
    staff.send(f"accommodations/{row.pk}/", {"extra_minutes": "20"})
    row.refresh_from_db()
    assert (row.extra_minutes, row.due_at, row.excused) == (20, None, False)
    answer = staff.send(f"accommodations/{row.pk}/", {"withdraw": "1"})
    assert "taken back" in sound(staff.get(answer["Location"])).text
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({}, None, "Say what is to be different"),
        ({"whose": ""}, "whose", "Choose one of these"),
        ({"whose": "person-0"}, "whose", "Choose one of these"),
        ({"where": "elsewhere"}, "where", "Choose one of these"),
        ({"time_factor": "0.5"}, "time_factor", "a number from 1 to 10"),
        ({"time_factor": "1.555"}, "time_factor", "a number from 1 to 10"),
        ({"time_factor": "long"}, "time_factor", "a number from 1 to 10"),
        ({"time_factor": "1.5", "extra_minutes": "5"}, "extra_minutes", "not both"),
        ({"extra_minutes": "-1"}, "extra_minutes", "whole number from 0 to 10080"),
        ({"extra_attempts": "1001"}, "extra_attempts", "whole number from 0 to 1000"),
        ({"due_at": "2026-03-09T12:00"}, "where", "belong to one assignment"),
        ({"where": "here", "due_at": "2026-03-09T12:00", "closes_at": "2026-03-08T12:00"}, "closes_at", "in order"),
        ({"where": "here", "due_at": "soon"}, "due_at", "a date and a time"),
    ],
)
def test_what_cannot_be_given_is_named_and_loses_nothing(staff, ada, terms, field: str | None, words: str) -> None:
    page = sound(give(staff, **{"whose": f"person-{ada.pk}", "note": "Kept words", **terms}), status=422)
    assert words in page.text
    assert "Kept words" in page.text
    if field is not None:
        assert page.has("a", href=f"#{field}")
        assert f"{field}_error" in page.values("id")
    if terms.get("whose") is None:
        assert page.says("whose") == f"person-{ada.pk}"
    assert not Accommodation.objects.exists()


def test_nothing_is_overwritten_by_giving_it_again(staff, ada) -> None:
    give(staff, f"person-{ada.pk}", time_factor="2")
    page = sound(give(staff, f"person-{ada.pk}", time_factor="1.5"), status=422)
    assert "There is one already" in page.text
    assert Accommodation.objects.get().time_factor == Decimal(2)
    assert give(staff, f"person-{ada.pk}", where="here", time_factor="1.5").status_code == 302


def test_groups_are_made_changed_and_dissolved(staff, assignment, ada) -> None:
    zoe = EnrollmentFactory(course=assignment.course, participant__name="Zoe")
    stranger = EnrollmentFactory()
    answer = staff.send("accommodations/groups/new/", {"name": "Extra time", "members": [ada.pk]})
    assert "Ada" in sound(staff.get(answer["Location"])).text
    group = Group.objects.get()
    give(staff, f"group-{group.pk}", extra_minutes="10")
    page = sound(staff.send("accommodations/groups/new/", {"name": "Extra time", "members": [zoe.pk]}), status=422)
    assert "a group of that name already" in page.text
    path = f"accommodations/groups/{group.pk}/"
    assert sound(staff.page(path)).has("input", name="members", value=str(ada.pk), checked=None)
    sound(staff.send(path, {"members": [stranger.pk]}), status=422)
    staff.send(path, {"members": [ada.pk, zoe.pk]})
    assert set(group.members.all()) == {ada, zoe}
    assert "10 more minutes" in sound(staff.page("accommodations/")).text
    answer = staff.send(path, {"dissolve": "1"})
    assert "dissolved" in sound(staff.get(answer["Location"])).text
    assert not Group.objects.exists()
    assert not Accommodation.objects.exists()


def test_a_person_is_chosen_already_on_the_way_from_the_class_list(staff, ada) -> None:
    page = sound(staff.page(f"accommodations/give/?person={ada.pk}"))
    assert (page.says("whose"), page.says("where")) == (f"person-{ada.pk}", "here")


def test_another_course_has_no_part_in_it(staff, assignment) -> None:
    other = AssignmentFactory()
    stranger = EnrollmentFactory(course=other.course)
    row = accommodations.grant(course=other.course, enrollment=stranger, extra_minutes=5, by=None, now=timezone.now())
    group = accommodations.save_group(course=other.course, name="Theirs", members=[], now=timezone.now())
    for path in (f"accommodations/{row.pk}/", f"accommodations/groups/{group.pk}/"):
        sound(staff.page(path), status=404)
        sound(staff.send(path, {"withdraw": "1", "dissolve": "1"}), status=404)
    assert "Theirs" not in sound(staff.page("accommodations/")).text
    sound(give(staff, f"person-{stranger.pk}", extra_minutes="5"), status=422)
    assert Accommodation.objects.count() == Group.objects.count() == 1


@pytest.mark.parametrize("path", ["", "give/", "1/", "groups/new/", "groups/1/"])
def test_learners_get_none_of_these_pages(learner, path: str) -> None:
    sound(learner.page(f"accommodations/{path}"), status=403)
    sound(learner.send(f"accommodations/{path}", {"withdraw": "1"}), status=403)


def test_the_list_costs_the_same_for_any_number(staff, assignment, django_assert_num_queries) -> None:
    for number in range(5):
        one = EnrollmentFactory(course=assignment.course)
        accommodations.grant(course=assignment.course, enrollment=one, extra_minutes=5, by=None, now=timezone.now())
        group = accommodations.save_group(
            course=assignment.course, name=f"Group {number}", members=[one], now=timezone.now()
        )
        accommodations.grant(course=assignment.course, group=group, extra_minutes=5, by=None, now=timezone.now())
    with django_assert_num_queries(5):
        sound(staff.page("accommodations/"))
