"""The school's own pages in a real browser: for everyone, on a phone, without scripts, and around the tool's frame."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .school import TEACHER, VISIT, Visitor
from .stack import Stack
from .turning import follow

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1200, "height": 900}
PAGES = ("/", "/gradebook", "/people", "/trouble", "/wire")
TITLE = "A quiz among the school's pages"
#: Asked from inside the tool's frame; None where no answer came within so many milliseconds.
ASK = """([target, message, patience, asText]) => new Promise((answered) => {
  const listen = (event) => {
    if (event.data && event.data.message_id === message.message_id) {
      answered({ origin: event.origin, ...event.data });
    }
  };
  window.addEventListener("message", listen);
  let to = window.parent;
  try {
    to = target ? window.parent.frames[target] : to;
  } catch {
    to = null; // another site's page may not even be asked for a frame that it does not have
  }
  if (!to) answered("no such frame");
  else to.postMessage(asText ? JSON.stringify(message) : message, "*");
  window.setTimeout(() => answered(null), patience);
})"""
#: Milliseconds: for an answer that has to come on a busy machine, and for one that must not come.
ANSWER, SILENCE = 30_000, 1000


@pytest.fixture(scope="module")
def teacher(browser: Browser, stack: Stack) -> Iterator[Visitor]:
    """The teacher, in whose course stands a quiz that nobody has taken."""
    visitor = Visitor.arrive(browser, stack.sandbox, TEACHER)
    visitor.keep_manners_of("Moodle")
    visitor.add("quiz", title=TITLE, points=10)
    yield visitor
    visitor.page.goto(f"{stack.sandbox}/trouble")
    follow(visitor.page.get_by_role("button", name="Put everything in order"))
    visitor.keep_manners_of("Moodle")
    visitor.leave()


@pytest.fixture
def page(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.sandbox, **getattr(request, "param", {"viewport": DESK}))
    page = context.new_page()
    yield page
    context.close()


def switch(page: Page, **troubles: str) -> None:
    page.goto("/trouble")
    for name, option in troubles.items():
        page.locator(f"input[name={name}][value={option}]").check()
    follow(page.get_by_role("button", name="Switch", exact=True))
    expect(page.locator("[role=status]")).to_be_visible()


def check(page: Page, what: str) -> None:
    # A frame that is still on its way has no document to look at.
    page.wait_for_load_state("networkidle")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{what}:\n{found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{what} is {wide} px too wide"


@pytest.mark.parametrize("page", [{"viewport": DESK}, {"viewport": PHONE}], indirect=True, ids=["desk", "phone"])
@pytest.mark.parametrize("manner", ["Moodle", "Canvas"])
def test_every_page_of_the_school_is_for_everyone(page: Page, teacher: Visitor, manner: str) -> None:
    teacher.keep_manners_of(manner)
    page.goto("/")
    switch(page, gradebook="slow")
    page.goto("/")
    follow(page.locator("button[name=as]").first)
    check(page, "the course as a student sees it")
    follow(page.get_by_role("button", name="Leave"))
    for path in PAGES:
        page.goto(path)
        for summary in page.locator("details.exchange summary").all()[:4]:
            summary.click()
        check(page, path)
    page.goto("/gradebook")
    follow(page.get_by_role("link", name="Edit the grade of Maya Lindqvist").first)
    check(page, "a grade to edit")
    page.goto("/")
    page.locator("details.who summary").click()
    check(page, "the menu of people")
    switch(page, gradebook="well")


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_the_school_works_without_scripts(page: Page, teacher: Visitor) -> None:
    teacher.keep_manners_of("Moodle")
    page.goto("/")
    follow(page.get_by_role("link", name=TITLE, exact=True))
    tool = page.frame_locator("iframe[name=tool_frame]")
    # The login request and the message are forms that wait to be sent.
    for field in ("login_hint", "id_token"):
        expect(tool.locator(f"input[name={field}]")).to_have_count(1)
        follow(tool.get_by_role("button", name="Continue"), page.frame(name="tool_frame"))
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Grades")

    page.goto("/gradebook")
    follow(page.get_by_role("link", name="Look again"))
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Tomás Rivera"))
    follow(row.get_by_role("link", name="Edit").last)
    page.get_by_label("Grade", exact=True).fill("4.5")
    follow(page.get_by_role("button", name="Save"))
    expect(row).to_contain_text("4.5")
    expect(row).to_contain_text("overridden")

    switch(page, gradebook="down")
    expect(page.get_by_role("status")).to_contain_text("Gradebook services: down")
    follow(page.get_by_role("button", name="Put everything in order"))

    page.goto("/wire")
    page.get_by_label("Show").select_option("message")
    follow(page.get_by_role("button", name="Look again"))
    first = page.locator("details.exchange").first
    first.locator("summary").click()
    expect(first.locator("pre").first).to_contain_text("LtiResourceLinkRequest")


def test_the_wire_shows_by_itself_what_happens(page: Page, teacher: Visitor) -> None:
    page.goto("/wire")
    name = page.locator("details.exchange").first.get_attribute("id")
    summary = page.locator(f"#{name} summary")
    summary.click()
    teacher.open(TITLE)
    above = page.locator(f"details.exchange:has(~ #{name})")
    expect(above.filter(has_text="LtiResourceLinkRequest of Adaeze Okafor")).not_to_have_count(0)
    # What was there already was not touched.
    expect(page.locator(f"#{name}")).to_have_attribute("open", "")
    expect(summary).to_be_focused()


def newest(page: Page) -> int:
    """The number of the newest exchange, as it stands on the server and not on the page."""
    answer = page.request.get("/wire?part=list").text()
    return max(map(int, re.findall(r'id="exchange-(\d+)"', answer)))


def test_a_click_is_not_lost_where_the_wire_shows_something_new(page: Page, teacher: Visitor) -> None:
    page.goto("/wire")
    name = page.locator("details.exchange").first.get_attribute("id")
    page.locator(f"#{name} summary").hover()
    page.mouse.down()
    teacher.open(TITLE)
    news = f"exchange-{newest(page)}"
    with page.expect_response(lambda answer: "part=list" in answer.url and news in answer.text()):
        pass
    page.mouse.up()
    expect(page.locator(f"#{name}")).to_have_attribute("open", "")
    expect(page.locator(f"#{news}")).to_be_visible()


def test_the_gradebook_shows_a_new_column_by_itself_and_stays_the_page_it_was(page: Page, teacher: Visitor) -> None:
    title = "A quiz that is added meanwhile"
    teacher.keep_manners_of("Moodle")
    page.goto("/gradebook")
    edit = page.get_by_role("link", name="Edit the grade of Maya Lindqvist").first
    edit.focus()
    page.evaluate("window.before = true")
    teacher.add("quiz", title=title, points=10)
    head = page.locator("thead th").filter(has_text=title)
    expect(head).to_have_count(1)
    expect(edit).to_be_focused()
    assert page.evaluate("window.before")
    # It goes as it came.
    teacher.open_gradebook()
    follow(teacher.page.get_by_role("button", name=f"Delete the column {title}"))
    expect(head).to_have_count(0)
    assert page.evaluate("window.before")


@pytest.mark.parametrize("manner", ["Moodle", "Canvas"])
def test_an_activity_opens_in_a_new_window(page: Page, teacher: Visitor, manner: str) -> None:
    teacher.keep_manners_of(manner)
    page.goto("/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name=re.compile(f"In a new window.*{re.escape(TITLE)}")).click()
    window = opened.value
    window.wait_for_url(VISIT)
    expect(window.get_by_role("heading", level=1)).to_contain_text(TITLE)
    assert window.evaluate("window.top === window")


def ask(
    visitor: Visitor,
    subject: str,
    *,
    target: str = "post_message_forwarding",
    patience: int = ANSWER,
    as_text: bool = False,
    **fields: Any,
) -> Any:
    """Say something to the school's page from the tool's, as an object or as the JSON of one; what it answers."""
    message = {"subject": subject, "message_id": f"{subject}-{sorted(fields.items())}", **fields}
    return visitor.tool_frame().evaluate(ASK, [target, message, patience, as_text])


def test_the_tool_keeps_values_in_canvas_storage(page: Page, teacher: Visitor, stack: Stack) -> None:
    teacher.keep_manners_of("Canvas")
    switch(page, storage="well")
    teacher.open(TITLE)
    assert ask(teacher, "lti.get_data", key="state") == {
        "origin": stack.sandbox,
        "subject": "lti.get_data.response",
        "message_id": "lti.get_data-[('key', 'state')]",
        "key": "state",
        "value": None,
    }
    assert ask(teacher, "lti.put_data", key="state", value="abc")["value"] == "abc"
    assert ask(teacher, "lti.get_data", key="state")["value"] == "abc"
    assert ask(teacher, "lti.put_data", key="long", value="x" * 5000)["error"]["code"] == "storage_exhaustion"
    assert ask(teacher, "lti.put_data", key="state", value=None)["value"] is None
    assert ask(teacher, "lti.put_data", value="abc")["error"]["code"] == "bad_request"
    supported = ask(teacher, "lti.capabilities", target="")["supported_messages"]
    assert {"subject": "lti.put_data", "frame": "post_message_forwarding"} in supported

    # The page's own scripts are of another origin than the tool.
    said = teacher.page.evaluate(
        """() => new Promise((answered) => {
          window.addEventListener("message", (event) => answered(event.data.subject));
          window.frames["post_message_forwarding"].postMessage(
            { subject: "lti.get_data", message_id: "1", key: "state" }, "*");
          window.setTimeout(() => answered("silence"), 700);
        })"""
    )
    assert said == "silence"


def test_the_school_listens_before_the_tool_can_speak(page: Page, teacher: Visitor) -> None:
    teacher.keep_manners_of("Canvas")
    happened: list[str] = []
    page.on("requestfinished", lambda request: happened.append(f"has {urlsplit(request.url).path}"))
    page.on("request", lambda request: happened.append(f"asks for {urlsplit(request.url).path}"))
    page.goto("/")
    follow(page.get_by_role("link", name=TITLE, exact=True))
    start = next(at for at, what in enumerate(happened) if re.fullmatch(r"asks for /activities/\d+/start", what))
    scripts = [re.sub(r".*/(\w+)\..*", r"\1", what) for what in happened[:start] if what.startswith("has /static/")]
    assert {"message", "storage", "frame"} <= set(scripts)


def test_canvas_storage_can_be_silent_or_off(page: Page, teacher: Visitor) -> None:
    teacher.keep_manners_of("Canvas")
    switch(page, storage="silent")
    teacher.open(TITLE)
    assert ask(teacher, "lti.put_data", key="state", value="abc", patience=SILENCE) is None
    assert ask(teacher, "lti.capabilities", target="", patience=SILENCE) is None
    switch(page, storage="off")
    teacher.open(TITLE)
    assert ask(teacher, "lti.get_data", key="state") == "no such frame"
    subjects = [each["subject"] for each in ask(teacher, "lti.capabilities", target="")["supported_messages"]]
    assert subjects == ["lti.frameResize", "lti.capabilities"]
    switch(page, storage="well")


def test_the_frame_becomes_as_high_as_the_tool_asks(teacher: Visitor) -> None:
    frame = teacher.page.locator("iframe[name=tool_frame]")
    teacher.keep_manners_of("Canvas")
    teacher.open(TITLE)
    # The tool's pages say it by themselves, and say it again where their height changes.
    inside = "Math.ceil(document.body.getBoundingClientRect().height)"
    expect(frame).to_have_js_property("clientHeight", teacher.tool_frame().evaluate(inside))
    assert teacher.tool_frame().evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    teacher.go_to("Settings")
    expect(frame).to_have_js_property("clientHeight", teacher.tool_frame().evaluate(inside))
    for height, as_text in ((3456, False), (4567, True)):
        answer = ask(teacher, "lti.frameResize", target="", height=height, as_text=as_text)
        assert answer["subject"] == "lti.frameResize.response"
        expect(frame).to_have_js_property("clientHeight", height)
    assert ask(teacher, "lti.frameResize", target="", height="tall", patience=SILENCE) is None
    teacher.keep_manners_of("Moodle")
    teacher.open(TITLE)
    before = frame.bounding_box()
    assert ask(teacher, "lti.frameResize", target="", height=1234, patience=SILENCE) is None
    assert frame.bounding_box() == before
