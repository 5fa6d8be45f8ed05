"""One item of every type on one page, in Chromium: its look, the keyboard, and a screen reader's names."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from coexistence.courses.models import Assignment
from tests.factories import CourseFactory
from tests.quiz.items.examples import examples
from tests.quiz.items.placing import placed

from . import test_pages

pytestmark = pytest.mark.django_db(transaction=True)
visit = test_pages.visit
SEVERAL = 40


@pytest.fixture
def assignment(transactional_db: None) -> Assignment:
    return placed(kind="unit", course=CourseFactory(title="History 20"), title="Every type")


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(test_pages.PHONE, "dark"), (test_pages.DESK, "light")], ids=["phone", "desk"]
)
def test_every_type_can_be_answered_with_the_keyboard_alone(visit, viewport, scheme: str) -> None:
    page = test_pages.begin(visit, viewport=viewport, color_scheme=scheme)
    test_pages.look(page)
    count = len(examples())
    answer_by_keyboard(page)
    expect(page.locator("[data-count]")).to_have_text(f"{count} of {count} answered")
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    test_pages.look(page)
    with page.expect_navigation(url="**/hand-in/"):
        page.keyboard.press("Enter")
    with page.expect_navigation(url="**/result/1/"):
        page.get_by_role("button", name="Submit now").press("Enter")
    test_pages.look(page)
    for words in ("Waits for a person", "Not graded", "Partly right", "Part 3"):
        expect(page.get_by_text(words).first).to_be_visible()


def answer_by_keyboard(page: Page) -> None:
    """Tab from control to control and answer each, up to the button that submits; every control has a name."""
    page.locator("#item-1 .controls input").first.focus()
    places = 0
    for _ in range(SEVERAL):
        here = page.locator(":focus")
        expect(here).to_have_accessible_name(re.compile(r"\S"))
        kind = here.evaluate("(it) => it.type || it.localName")
        if kind in {"radio", "checkbox"}:
            page.keyboard.press("Space")
        elif kind == "select-one":
            # Each of them another choice, so that no place is given twice.
            places = places + 1 if in_ordering(here) else 1
            here.press_sequentially(str(places)) if in_ordering(here) else page.keyboard.press("ArrowDown")
        elif kind in {"text", "textarea"}:
            here.press_sequentially("1955")
        elif here.inner_text() == "Submit …":
            return
        page.keyboard.press("Tab")
    raise AssertionError("no way to the button that submits")


def in_ordering(select: Locator) -> bool:
    return "place-" in (select.get_attribute("name") or "")
