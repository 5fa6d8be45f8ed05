"""The lesson and the timeline, as they come without any script."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from coexistence.courses.visits import LIFETIME
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.web.pages import Page, sound

PAGES = ["lesson/", "lesson/before/", "lesson/after/", "timeline/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_sound_and_say_who_and_where(learner, path: str) -> None:
    response = learner.page(path)
    page = sound(response)
    assert "frame-ancestors 'self' https://platform.example" in response["Content-Security-Policy"]
    assert "History 20" in page.text
    assert str(learner.visit.enrollment.participant) in page.text
    assert page.has("nav", **{"aria-label": "Parts of this activity"})
    assert page.has("a", href="#content")
    assert page.has("main", id="content")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_only_to_its_own_visit_and_in_its_time(learner, open_visit, path: str) -> None:
    other = open_visit()
    for stranger in (Client(), other):
        response = stranger.get(learner.path(path))
        assert "open this activity again" in sound(response, status=403).text
        assert "frame-ancestors 'self' *" in response["Content-Security-Policy"]
    with time_machine.travel(timezone.now() + LIFETIME + timedelta(seconds=1), tick=False):
        sound(learner.page(path), status=403)


def test_the_overview_lists_the_sections_in_order(learner) -> None:
    page = sound(learner.page("lesson/"))
    assert page.text.index("Before") < page.text.index("After")
    assert page.has("a", href=learner.path("lesson/before/"))
    assert "tell the year's story" in page.text
    assert "the full text is coming" in page.text


def test_every_reference_of_a_section_finds_its_note(learner) -> None:
    page = sound(learner.page("lesson/before/"))
    ids = page.values("id")
    assert {"person-ada", "term-pact", "event-talks", "source-book"} <= set(ids)
    assert all(link[1:] in ids for link in page.values("href") if link.startswith("#"))
    assert page.has("a", href=learner.path("timeline/") + "?event=talks#event-talks")


def test_sections_lead_on_and_back(learner) -> None:
    assert sound(learner.page("lesson/before/")).has("a", rel="next", href=learner.path("lesson/after/"))
    assert sound(learner.page("lesson/after/")).has("a", rel="prev", href=learner.path("lesson/before/"))


def test_an_outline_says_that_it_is_one(learner) -> None:
    assert "This section is an outline" in sound(learner.page("lesson/after/")).text
    assert "This section is an outline" not in sound(learner.page("lesson/before/")).text


def test_a_section_that_does_not_exist_gets_a_page_that_the_platform_may_frame(learner) -> None:
    response = learner.page("lesson/never/")
    assert "There is no such page" in sound(response, status=404).text
    assert "https://platform.example" in response["Content-Security-Policy"]


def shown(page: Page) -> list[str]:
    return [
        attrs["data-event"] or ""
        for tag, attrs in page.found
        if tag == "li" and "data-event" in attrs and "hidden" not in attrs
    ]


def test_the_timeline_is_a_list_by_year_with_its_dates_in_words(learner) -> None:
    page = sound(learner.page("timeline/"))
    assert shown(page) == ["talks", "raid"]
    assert "18–23 July 1955" in page.text
    assert "c. October 1957" in page.text
    assert page.has("a", href=learner.path("lesson/before/"))
    assert "Showing 2 of 2 events" in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?theme=war", ["raid"]),
        ("?theme=war&theme=peace", ["talks", "raid"]),
        ("?least=2", ["talks"]),
        ("?theme=war&event=talks", ["talks", "raid"]),
        ("?theme=nonsense&least=nonsense&event=nonsense", ["talks", "raid"]),
        ("?theme=war&least=3", []),
    ],
)
def test_the_filter_works_through_its_address(learner, query: str, expected: list[str]) -> None:
    page = sound(learner.page("timeline/" + query))
    assert shown(page) == expected
    assert page.has("input", name="theme", value="war", checked=None) == ("theme=war" in query)


def test_an_event_can_be_opened_through_its_address(learner) -> None:
    assert sound(learner.page("timeline/?event=talks")).has("details", id="event-talks", open=None)


@pytest.mark.parametrize(
    ("kind", "opened", "closed"), [("lesson", "lesson/", "timeline/"), ("timeline", "timeline/", "lesson/")]
)
def test_an_assignment_opens_its_own_part_only(unit, open_visit, kind: str, opened: str, closed: str) -> None:
    enrollment = EnrollmentFactory()
    client = open_visit(
        enrollment=enrollment,
        assignment=AssignmentFactory(course=enrollment.course, unit=unit, kind=kind, quiz=None),
    )
    assert client.page()["Location"] == client.path(opened)
    page = sound(client.page(opened))
    assert not page.has("nav", **{"aria-label": "Parts of this activity"})
    assert client.path(closed) not in page.values("href")
    sound(client.page(closed), status=404)


@pytest.mark.parametrize(("path", "queries"), [("lesson/", 2), ("lesson/before/", 7), ("timeline/", 5)])
def test_pages_cost_a_fixed_number_of_queries(learner, django_assert_num_queries, path: str, queries: int) -> None:
    with django_assert_num_queries(queries):
        learner.page(path)


def test_a_unit_without_content_has_pages_all_the_same(open_visit) -> None:
    client = open_visit(assignment=AssignmentFactory(kind="unit"))
    assert "Nothing is written yet" in sound(client.page("lesson/")).text
    assert "no events yet" in sound(client.page("timeline/")).text
