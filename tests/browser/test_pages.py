"""Our pages in a real browser: what the scripts add, and what no test of HTML can see."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from coexistence.courses import visits
from coexistence.courses.models import Assignment, Enrollment, Visit
from coexistence.quiz import attempts
from tests.factories import AssignmentFactory, CourseFactory, EnrollmentFactory, QuizFactory
from tests.web.content import make_unit

from .offline import offline
from .stack import wait_for
from .turning import follow

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
LEARNER_PAGES = ["lesson/", "lesson/before/", "lesson/after/", "timeline/", "quiz/", "quiz/take/", "grades/"]
STAFF_PAGES = [
    "grades/",
    "settings/",
    "quiz/",
    "quiz/try/",
    "accommodations/",
    "accommodations/give/",
    "accommodations/groups/new/",
    "grades/receipt/",
]


@pytest.fixture
def assignment(transactional_db: None) -> Assignment:
    unit = make_unit()
    return AssignmentFactory(
        unit=unit, kind="unit", quiz=QuizFactory(unit=unit), course=CourseFactory(title="History 20"), title="Week six"
    )


Visitor = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, assignment: Assignment) -> Iterator[Visitor]:
    """A function that opens a page of a visit, in a browser of its own that holds the visit's cookie."""
    contexts = []

    def open_(path: str, *, enrollment: Enrollment | None = None, **options: Any) -> Page:
        enrollment = enrollment or EnrollmentFactory(course=assignment.course)
        row, secret = visits.open_visit(
            enrollment=enrollment,
            assignment=assignment,
            roles=enrollment.roles,
            purpose=Visit.Purpose.LEARN,
            frame_ancestors=[],
            return_url="",
            locale="",
            now=timezone.now(),
        )
        context = browser.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        context.add_cookies([{"name": visits.COOKIE, "value": secret, "url": f"{live_server.url}/l/{row.pk}/"}])
        page = context.new_page()
        page.goto(f"{live_server.url}/l/{row.pk}/{path}")
        return page

    yield open_
    for context in contexts:
        context.close()


def look(page: Page) -> None:
    """Assert that the page has no accessibility violation that axe finds, and does not scroll sideways."""
    found = Axe().run(page).response["violations"]
    assert found == [], json.dumps(found, indent=1)[:3000]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_every_page_is_accessible_and_fits(visit: Visitor, assignment: Assignment, viewport, scheme: str) -> None:
    learner = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=learner, now=timezone.now())
    page = visit("lesson/", enrollment=learner, viewport=viewport, color_scheme=scheme)
    start = page.url.removesuffix("lesson/")
    for path in LEARNER_PAGES:
        page.goto(start + path)
        look(page)
    page.goto(start + "quiz/take/")
    follow(page.get_by_role("button", name="Submit …"))
    assert page.url.endswith("/hand-in/"), page.url
    look(page)
    follow(page.get_by_role("button", name="Submit now"))
    assert page.url.endswith("/result/1/"), page.url
    look(page)
    follow(page.get_by_role("link", name="Keep or print it"))
    look(page)
    teacher = EnrollmentFactory(course=assignment.course, instructor=True)
    page = visit("grades/", enrollment=teacher, viewport=viewport, color_scheme=scheme)
    start = page.url.removesuffix("grades/")
    for path in [*STAFF_PAGES, f"grades/attempts/{attempt.pk}/"]:
        page.goto(start + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        look(page)


def test_a_note_opens_under_its_paragraph_and_closes_again(visit: Visitor) -> None:
    page = visit("lesson/before/")
    mention = page.locator("a.ref").first
    mention.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".note-here")).to_contain_text("They talk.")
    look(page)
    page.keyboard.press("Escape")
    expect(page.locator(".note-here")).to_have_count(0)
    expect(mention).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_axis_can_be_walked_with_the_keyboard(visit: Visitor, viewport) -> None:
    page = visit("timeline/", viewport=viewport)
    marks = page.locator("[data-mark]:visible")
    expect(marks).to_have_count(2)
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="The chosen event")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("The raid")
    look(page)
    page.get_by_role("button", name="Earlier").click()
    expect(panel).to_contain_text("The talks")
    page.get_by_role("button", name="Close").click()
    expect(marks.first).to_be_focused()


def test_the_filter_needs_no_reload_and_leaves_an_address_that_works(visit: Visitor) -> None:
    page = visit("timeline/")
    page.get_by_label("War").check()
    expect(page.get_by_role("status")).to_have_text("Showing 1 of 2 events")
    expect(page.locator("[data-event=talks]")).to_be_hidden()
    expect(page).to_have_url(re.compile("theme=war"))
    page.reload()
    expect(page.locator("[data-event=talks]")).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("Showing 1 of 2 events")


def begin(visit: Visitor, **options: Any) -> Page:
    page = visit("quiz/", **options)
    follow(page.get_by_role("button", name="Begin the quiz"))
    assert page.url.endswith("/take/"), page.url
    return page


def test_answers_are_saved_as_they_are_given(visit: Visitor) -> None:
    page = begin(visit)
    page.locator("#item-1 .choice").first.click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    number = page.locator("#item-4 input[type=text]")
    number.fill("a fortnight")
    expect(page.locator("#item-4-error")).to_contain_text("Write a number in digits")
    page.get_by_role("button", name="Submit …").click()
    expect(page.locator("#item-4")).to_be_focused()
    number.fill("15.5")
    expect(page.locator("#item-4-error")).to_be_hidden()
    expect(page.locator("[data-count]")).to_have_text("2 of 5 answered")
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    page.reload()
    expect(page.locator("#item-1 input").nth(1)).to_be_checked()
    expect(number).to_have_value("15.5")


def test_an_answer_given_before_the_script_has_come_is_saved_too(visit: Visitor) -> None:
    page = begin(visit)
    late: list[Route] = []
    page.route("**/autosave*.js", lambda route: late.append(route))
    page.goto(page.url, wait_until="commit")
    page.locator("#item-1 .choice").first.click()
    page.locator("#item-5 select").first.select_option("2")
    wait_for(lambda: page.evaluate("1") and bool(late), 60, what="the request for the script")
    late.pop().continue_()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    page.unroute_all()
    page.reload()
    expect(page.locator("#item-1 input[type=radio]").first).to_be_checked()
    expect(page.locator("#item-5 select").first).to_have_value("2")
    expect(page.locator("[data-state]")).to_be_empty()


def test_an_answer_given_offline_arrives_later(visit: Visitor) -> None:
    page = begin(visit)
    with offline(page.context):
        page.locator("#item-1 .choice").first.click()
        expect(page.locator("[data-state]")).to_have_text(re.compile("^Offline"))
        page.get_by_role("button", name="Submit …").click()
        expect(page).to_have_url(re.compile("/take/$"))
    expect(page.locator("[data-state]")).to_have_text("All answers saved")


def test_an_answer_that_never_left_arrives_with_a_later_visit(visit: Visitor) -> None:
    page = begin(visit)
    url, context = page.url, page.context
    with offline(context):
        page.locator("#item-3 .choice").first.click()
        expect(page.locator("[data-state]")).to_have_text(re.compile("^Offline"))
        page.close()
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#item-3 input[type=radio]").first).to_be_checked()
    # Playwright's own wait evaluates text in the page, which its policy refuses from the second look on.
    wait_for(lambda: page.evaluate("localStorage.length") == 0, 60, what="the answer's leaving the device")
    page.reload()
    expect(page.locator("#item-3 input[type=radio]").first).to_be_checked()


def test_two_windows_keep_each_others_answers(visit: Visitor) -> None:
    page = begin(visit)
    other = page.context.new_page()
    other.goto(page.url)
    page.locator("#item-1 .choice").nth(1).click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    other.locator("#item-3 .choice").first.click()
    expect(other.locator("[data-state]")).to_have_text("All answers saved")
    other.reload()
    expect(other.locator("#item-1 input[type=radio]").nth(1)).to_be_checked()
    expect(other.locator("#item-3 input[type=radio]").first).to_be_checked()
    follow(other.get_by_role("button", name="Submit …"))
    follow(other.get_by_role("button", name="Submit now"))
    assert other.url.endswith("/result/1/"), other.url
    page.locator("#item-1 .choice").first.click()
    expect(page.locator("[data-state]")).to_have_text("This attempt was submitted in another window.")


def test_a_visit_that_ended_says_what_to_do(visit: Visitor) -> None:
    page = begin(visit)
    page.context.clear_cookies()
    page.locator("#item-1 .choice").first.click()
    expect(page.locator("[data-state]")).to_contain_text("Open the activity again from your course")


def test_the_quiz_can_be_taken_without_any_script(visit: Visitor) -> None:
    page = begin(visit, java_script_enabled=False)
    page.locator("#item-1 .choice").first.click()
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("1 of 5 answered")).to_be_visible()
    follow(page.get_by_role("button", name="Submit …"))
    expect(page.get_by_text("4 of 5 questions are unanswered")).to_be_visible()
    follow(page.get_by_role("button", name="Submit now"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("of 10 points")


@pytest.fixture
def course_page() -> Iterator[Callable[[str], str]]:
    """A function that puts a frame around an address and returns the address of that page, on a site of its own.

    A real server: Chromium lets no page that came from nowhere frame one of this machine.
    """
    frames: list[str] = []

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            script = "<script>heard = []; addEventListener('message', (event) => heard.push(event.data))</script>"
            self.wfile.write(f"{script}<iframe src='{frames[-1]}'></iframe>".encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def framing(address: str) -> str:
            frames.append(address)
            return f"http://127.0.0.1:{server.server_port}/"

        yield framing
        server.shutdown()


def test_a_framed_page_tells_its_height(browser: Browser, live_server: LiveServer, course_page) -> None:
    page = browser.new_page()
    page.goto(course_page(f"{live_server.url}/l/closed/"))
    page.wait_for_function("window.heard.length > 0")
    message = json.loads(page.evaluate("window.heard[0]"))
    assert message["subject"] == "lti.frameResize"
    assert message["height"] > 100
    page.close()
