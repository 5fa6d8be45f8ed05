"""Launches in Chromium, with the tool and the platform on different sites: with cookies, with storage, with neither."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from pytest_django.live_server_helper import LiveServer

from coexistence.courses.models import Visit
from coexistence.quiz.models import Attempt
from lti.models import PendingLaunch
from tests.factories import QuizFactory
from tests.lti.platform import Endpoint
from tests.web.content import make_unit

from .conftest import ARGUMENTS, CHROMIUM
from .course_page import ANSWERING, NONE, SILENT, CoursePlatform
from .test_pages import look
from .turning import follow

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 375, "height": 740}
DESK = {"width": 1100, "height": 850}
#: Notes what a window without a frame around it is told, on every page it shows.
LISTEN = """
addEventListener("message", (event) => {
  sessionStorage.sent = JSON.stringify([...JSON.parse(sessionStorage.sent || "[]"), event.data]);
});
"""
BY_COOKIE = re.compile(r"/l/[\w-]{16}/")
BY_PATH = re.compile(r"/l/[\w-]{16}~[\w-]{43}/")


@pytest.fixture
def school(transactional_db: None, endpoint: Endpoint, live_server: LiveServer) -> CoursePlatform:
    unit = make_unit()
    QuizFactory(unit=unit)
    return CoursePlatform(endpoint, live_server.url)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    yield server
    server.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def open_browser(browser: Browser, school: CoursePlatform, tmp_path: Path) -> Iterator[Open]:
    """A function that opens a browser of its own, as it comes or with every cookie of the framed tool blocked."""
    opened: list[BrowserContext] = []

    def open_(*, blocked: bool = False, viewport: dict[str, int] = DESK, **options: Any) -> BrowserContext:
        if blocked:
            context = persistent(browser, tmp_path / f"profile-{len(opened)}", school, viewport, options)
        else:
            context = browser.new_context(viewport=viewport, **options)
        opened.append(context)
        return context

    yield open_
    for context in opened:
        context.close()


def persistent(
    browser: Browser, profile: Path, school: CoursePlatform, viewport: dict[str, int], options: dict[str, Any]
) -> BrowserContext:
    """A browser that also takes partitioned cookies away from the framed tool, and leaves the tool's windows alone."""
    (profile / "Default").mkdir(parents=True)
    exceptions = {"cookies": {f"{school.tool},{school.endpoint.url}": {"setting": 2}}}
    preferences = {"profile": {"content_settings": {"exceptions": exceptions}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    return browser.browser_type.launch_persistent_context(
        str(profile), executable_path=CHROMIUM, args=list(ARGUMENTS), viewport=viewport, **options
    )


# --- What is looked at ------------------------------------------------------------------------------------------------


def tool_in(page: Page) -> Frame:
    frame = page.frame(name="tool")
    assert frame is not None
    return frame


def expect_inside(frame: Frame | Page, name: str, address: re.Pattern[str]) -> None:
    """Wait until the tool shows a page of a visit of this person, at such an address."""
    expect(frame.locator(".masthead-who")).to_contain_text(name)
    assert address.search(frame.url), frame.url


def back(page: Page) -> None:
    """The browser's own button; it does not care whether a frame or the page goes back."""
    page.evaluate("setTimeout(() => history.back())")


def reload(frame: Frame) -> None:
    """Load the frame's page anew, and wait until it is there."""
    with frame.expect_navigation():
        frame.evaluate("setTimeout(() => location.reload())")


def stop_the_clock(context: BrowserContext) -> None:
    """From now on no script's timer ends unless the test moves the clock."""
    context.clock.install(time=0)
    context.clock.pause_at(1)


def stored(page: Page) -> list[tuple[str, str | None]]:
    """What the platform's storage was told: subject and value of each message."""
    return [(subject, value) for subject, _, value in page.evaluate("heard") if subject.endswith("_data")]


def try_the_visit(frame: Frame | Page) -> None:
    """Follow a link and send a form, as one who works here."""
    follow(frame.locator("nav.parts").get_by_role("link", name="Quiz"), frame)
    follow(frame.get_by_role("button", name="Begin the quiz"), frame)
    frame.locator("#item-1 .choice").first.click()
    expect(frame.locator("[data-state]")).to_have_text("All answers saved")


# --- In a frame -------------------------------------------------------------------------------------------------------


def test_in_a_frame_the_partitioned_cookie_is_enough(school: CoursePlatform, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    try_the_visit(tool_in(page))
    assert not PendingLaunch.objects.exists()


def test_a_cookie_wins_at_once_and_what_was_stored_is_deleted(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = ANSWERING
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    page.wait_for_function("heard.filter(([subject]) => subject === 'lti.put_data').length === 2")
    (put, first), (end, last) = stored(page)
    assert (put, end, last) == ("lti.put_data", "lti.put_data", None)
    assert re.fullmatch(r"[\w-]{43}", first)
    assert page.evaluate("kept") == 0
    assert tool_in(page).evaluate("location.hash") == ""
    try_the_visit(tool_in(page))


def test_without_any_cookie_the_platforms_storage_opens_the_visit(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = ANSWERING
    context = open_browser(blocked=True)
    page = context.new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_PATH)
    assert context.cookies(school.tool) == []
    page.wait_for_function("kept === 0")
    (put, value), (get, _), (end, last) = stored(page)
    assert (put, get, end, last) == ("lti.put_data", "lti.get_data", "lti.put_data", None)
    # The secret of the storage and that of the visit are two.
    assert value not in tool_in(page).url
    try_the_visit(tool_in(page))
    reload(tool_in(page))
    expect(tool_in(page).locator("#item-1 input[type=radio]").first).to_be_checked()
    follow(tool_in(page).get_by_role("button", name="Submit …"), tool_in(page))
    follow(tool_in(page).get_by_role("button", name="Submit now"), tool_in(page))
    expect(tool_in(page).locator(".score-big")).to_be_visible()
    assert BY_PATH.search(tool_in(page).url)
    assert PendingLaunch.objects.get().sealed_message == ""


@pytest.mark.parametrize("storage", [NONE, SILENT])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_without_cookie_and_answer_a_new_window_opens_it(
    storage: str, viewport: dict[str, int], school: CoursePlatform, open_browser: Open
) -> None:
    school.storage = storage
    context = open_browser(blocked=True, viewport=viewport)
    page = context.new_page()
    page.goto(school.person("1", "Ada", "History"))
    button = tool_in(page).get_by_role("button", name="Open in a new window")
    expect(button).to_be_visible()
    assert not Visit.objects.exists()
    wide = tool_in(page).evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    with context.expect_page() as opened:
        button.click()
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_have_text("Go on as Ada?")
    expect(window.locator("main")).to_contain_text("History")
    look(window)
    assert not Visit.objects.exists()
    follow(window.get_by_role("button", name="Yes, go on"))
    expect_inside(window, "Ada", BY_COOKIE)
    try_the_visit(window)
    window.get_by_role("link", name="Back to the course").click()
    expect(window.get_by_role("heading")).to_have_text("The course page")
    # What the frame still shows has done its work.
    with context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("This launch has been used already")


def test_a_silent_platform_on_a_phone_costs_a_moment_and_no_more(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = SILENT
    context = open_browser(viewport=PHONE, is_mobile=True, has_touch=True)
    stop_the_clock(context)
    page = context.new_page()
    page.goto(school.person("1", "Ada", "History"))
    tool_in(page).wait_for_url("**/lti/login/")
    # From the login's page to the platform: one probe.
    context.clock.run_for(1000)
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    context.clock.resume()
    try_the_visit(tool_in(page))


@pytest.mark.parametrize("storage", [NONE, ANSWERING], ids=["cookie", "path"])
def test_two_tabs_with_two_people_stay_two(storage: str, school: CoursePlatform, open_browser: Open) -> None:
    school.storage = storage
    context = open_browser(blocked=storage == ANSWERING)
    address = BY_PATH if storage == ANSWERING else BY_COOKIE
    tabs = {name: context.new_page() for name in ("Ada", "Grace")}
    for sub, (name, course) in enumerate([("Ada", "History"), ("Grace", "Politics")]):
        tabs[name].goto(school.person(str(sub), name, course))

    def shown(tab: Page) -> Frame:
        tab.bring_to_front()
        return tool_in(tab)

    for name, course in [("Ada", "History"), ("Grace", "Politics"), ("Ada", "History")]:
        frame = shown(tabs[name])
        expect_inside(frame, name, address)
        follow(frame.locator("nav.parts").get_by_role("link", name="Timeline"), frame)
        expect(frame.locator(".masthead-who")).to_contain_text(course)
        reload(frame)
        expect_inside(frame, name, address)
    for name in tabs:
        try_the_visit(shown(tabs[name]))
    by_person = Attempt.objects.values_list("enrollment__participant__name", "assignment__course__title")
    assert sorted(by_person) == [("Ada", "History"), ("Grace", "Politics")]


# --- Reload and Back --------------------------------------------------------------------------------------------------


def test_reload_loses_nothing(school: CoursePlatform, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    try_the_visit(tool_in(page))
    reload(tool_in(page))
    expect(tool_in(page).locator("#item-1 input[type=radio]").first).to_be_checked()
    # The course page as a whole: a new launch, in which the quiz is as it was left.
    page.reload()
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    follow(tool_in(page).locator("nav.parts").get_by_role("link", name="Quiz"), tool_in(page))
    follow(tool_in(page).get_by_role("link", name="Go on with your attempt"), tool_in(page))
    expect(tool_in(page).locator("#item-1 input[type=radio]").first).to_be_checked()


def test_back_goes_through_the_pages_and_then_to_where_one_came_from(
    school: CoursePlatform, open_browser: Open
) -> None:
    page = open_browser().new_page()
    page.goto(f"{school.endpoint.url}/course/1")
    page.goto(school.person("1", "Ada", "History"))
    try_the_visit(tool_in(page))
    frame = tool_in(page)
    follow(frame.get_by_role("button", name="Submit …"), frame)
    expect(frame.get_by_role("heading", level=1)).to_have_text("Submit your answers?")
    with frame.expect_navigation():
        back(page)
    expect(frame.locator("#item-1 input[type=radio]").first).to_be_checked()
    with frame.expect_navigation():
        back(page)
    expect(frame.get_by_role("link", name="Go on with your attempt")).to_be_visible()
    with frame.expect_navigation():
        back(page)
    expect(frame.locator("nav.parts a[aria-current]")).to_have_text("Lesson")
    with page.expect_navigation(url="**/course/1"):
        back(page)
    with page.expect_navigation(url="**/course?*"):
        page.evaluate("setTimeout(() => history.forward())")
    expect_inside(tool_in(page), "Ada", BY_COOKIE)


def test_a_launch_that_is_sent_again_in_its_frame_leads_back_to_its_visit(
    school: CoursePlatform, open_browser: Open
) -> None:
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    with tool_in(page).expect_navigation(url=BY_COOKIE), page.expect_response("**/lti/launch/") as answer:
        page.evaluate("document.querySelector('iframe[name=tool]').src = '/again'")
    assert (answer.value.status, answer.value.headers["location"]) == (303, f"/l/{Visit.objects.get().pk}/")
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    assert Visit.objects.count() == 1


def test_a_launch_that_is_sent_again_says_kindly_where_to_go(school: CoursePlatform, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    page.goto(f"{school.endpoint.url}/again")
    expect(page.get_by_role("heading", level=1)).to_have_text("This launch has been used already")
    expect(page.locator("main")).to_contain_text("open the activity again")
    assert Visit.objects.count() == 1


# --- A window of its own ----------------------------------------------------------------------------------------------


def test_a_window_of_its_own_sends_no_messages_and_waits_for_nobody(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = SILENT
    context = open_browser(viewport=PHONE)
    stop_the_clock(context)
    page = context.new_page()
    page.add_init_script(LISTEN)
    school.person("1", "Ada", "History")
    page.goto(school.alone("1"))
    expect_inside(page, "Ada", BY_COOKIE)
    context.clock.resume()
    assert page.evaluate("JSON.parse(sessionStorage.sent || '[]')") == []
    try_the_visit(page)
    page.get_by_role("link", name="Back to the course").click()
    expect(page.get_by_role("heading")).to_have_text("The course page")


def test_a_window_that_a_course_page_opened_probes_it_once(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = SILENT
    context = open_browser()
    page = context.new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    page.wait_for_function("heard.filter(([subject]) => subject === 'lti.put_data').length === 2")
    page.evaluate("heard.length = 0")
    stop_the_clock(context)
    with context.expect_page() as opened:
        page.evaluate("(address) => { window.open(address); }", school.alone("1"))
    opened.value.wait_for_url("**/lti/login/")
    context.clock.run_for(1000)
    expect_inside(opened.value, "Ada", BY_COOKIE)
    context.clock.resume()
    # Nobody answered, the cookie came back all the same, and heights are of no use to a window.
    try_the_visit(opened.value)
    assert [subject for subject, _, _ in page.evaluate("heard")] == ["lti.put_data"]


# --- Who may frame it -------------------------------------------------------------------------------------------------


def test_another_site_cannot_frame_a_visit(school: CoursePlatform, open_browser: Open) -> None:
    school.storage = ANSWERING
    page = open_browser(blocked=True).new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_PATH)
    address = tool_in(page).url
    stranger = Endpoint()
    stranger.routes["/"] = lambda handler, body: (
        200,
        {"Content-Type": "text/html"},
        f"<iframe name=tool src={address}></iframe>".encode(),
    )
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{stranger.url}/")
    stranger.close()
    assert not any(frame.locator(".masthead-who").count() for frame in page.frames)


def test_a_framed_visit_tells_its_height_to_its_platform(school: CoursePlatform, open_browser: Open) -> None:
    page = open_browser().new_page()
    page.goto(school.person("1", "Ada", "History"))
    expect_inside(tool_in(page), "Ada", BY_COOKIE)
    page.wait_for_function("heard.some(([subject]) => subject === 'lti.frameResize')")
    assert {origin for _, origin, _ in page.evaluate("heard")} == {school.tool}


@pytest.mark.parametrize("token", ["9ae4170c", None])
def test_it_does_so_with_the_token_that_canvas_gave(
    token: str | None, school: CoursePlatform, open_browser: Open
) -> None:
    page = open_browser().new_page()
    page.add_init_script("window.said = []; addEventListener('message', ({data}) => said.push(data))")
    address = school.person("1", "Ada", "History")
    school.people["1"]["custom"] = {"frame_token": token or "$com.instructure.PostMessageToken"}
    page.goto(address)
    page.wait_for_function("said.some((one) => String(one).includes('lti.frameResize'))")
    messages = [json.loads(one) for one in page.evaluate("said") if "lti.frameResize" in str(one)]
    assert {message.get("token") for message in messages} == {token}
