"""One person's browser at the sandbox school, moved as a person moves it: by what stands on the page."""

import re
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, expect

from .turning import follow

TEACHER = "Adaeze Okafor"
#: Milliseconds for a score to reach the gradebook, on a busy machine and where a worker was killed under way.
ARRIVAL = 120_000
#: The tool's pages live at a visit's address.
VISIT = re.compile(r"/l/[^/]+/")


@dataclass
class Visitor:
    """Somebody at the school with a browser of their own."""

    page: Page
    school: str

    @classmethod
    def arrive(cls, browser: Browser, school: str, name: str, *, phone: bool = False) -> "Visitor":
        size = {"width": 375, "height": 740} if phone else {"width": 1100, "height": 850}
        page = browser.new_context(viewport=size).new_page()
        visitor = cls(page, school)
        visitor.be(name)
        return visitor

    def leave(self) -> None:
        self.page.context.close()

    # --- The school's own pages

    def be(self, name: str) -> None:
        self.page.goto(f"{self.school}/")
        self.page.locator("details.who summary").click()
        follow(self.page.locator(".who-menu").get_by_role("button", name=name))
        expect(self.page.locator("details.who summary")).to_contain_text(name)

    def keep_manners_of(self, platform: str) -> None:
        self.page.goto(f"{self.school}/")
        button = self.page.get_by_role("button", name=platform, exact=True)
        follow(button)
        expect(button).to_have_attribute("aria-pressed", "true")

    def add(self, kind: str, *, title: str, points: int) -> None:
        """Add an activity by deep linking, with the tool in a frame of the course's page."""
        self.page.goto(f"{self.school}/")
        self._enter(self.page.get_by_role("link", name="Add activity"))
        offer = (
            self.in_tool().locator("fieldset").filter(has=self.page.locator(f"input[name=choose][value$='.{kind}']"))
        )
        choice = offer.locator("input[name=choose]")
        choice.check()
        key = choice.get_attribute("value")
        offer.locator("details summary").first.click()
        self.in_tool().locator(f"input[name='title.{key}']").fill(title)
        self.in_tool().locator(f"input[name='points.{key}']").fill(str(points))
        self.check_tool_page("the choice of what to place")
        follow(self.in_tool().get_by_role("button", name="Place in course"))
        follow(self.page.get_by_role("button", name="Save and return to course"))
        expect(self.page.get_by_role("link", name=title, exact=True)).to_be_visible()

    def open(self, title: str) -> None:
        """Open an activity; the tool comes up in a frame."""
        self.page.goto(f"{self.school}/")
        self._enter(self.page.get_by_role("link", name=title, exact=True))
        expect(self.in_tool().get_by_role("heading", level=1)).to_be_visible()

    def _enter(self, link: Locator) -> None:
        follow(link)
        # On the way there are pages that go on by themselves.
        self.tool_frame().wait_for_url(VISIT)

    def open_gradebook(self) -> None:
        self.page.goto(f"{self.school}/gradebook")

    def cell(self, name: str, title: str) -> str:
        """The selector of a cell of the gradebook, which this browser has open."""
        heads = self.page.locator("table.grades thead th")
        expect(heads.filter(has_text=title)).to_have_count(1)
        column = next(at for at, head in enumerate(heads.all_inner_texts()) if title in head)
        row = self.page.locator("table.grades tbody tr").filter(has=self.page.get_by_role("rowheader", name=name))
        return f"td[data-cell='{row.locator('th, td').nth(column).get_attribute('data-cell')}'] .score"

    # --- The tool in its frame

    def in_tool(self) -> FrameLocator:
        return self.page.frame_locator("iframe[name=tool_frame]")

    def tool_frame(self) -> Frame:
        frame = self.page.frame(name="tool_frame")
        assert frame is not None
        return frame

    def follow(self, control: Locator) -> None:
        """Click what leads to another page of the tool."""
        follow(control, self.tool_frame())

    def press(self, name: str) -> None:
        """Press a button of the tool that leads to another of its pages."""
        self.follow(self.in_tool().get_by_role("button", name=name))

    def go_to(self, part: str) -> None:
        """Go to a part of the activity by its navigation."""
        self.follow(self.in_tool().locator("nav.parts").get_by_role("link", name=part))
        expect(self.in_tool().locator("nav.parts a[aria-current]")).to_have_text(part)

    def check_tool_page(self, what: str) -> None:
        """The page in the frame is the tool's own, is fit for screen readers, and does not scroll sideways."""
        frame = self.tool_frame()
        assert VISIT.search(frame.url), frame.url
        found = Axe().run(frame)
        assert found.violations_count == 0, f"{what} ({frame.url}):\n{found.generate_report()}"
        wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{what} is {wide} px too wide"

    def answer_everything(self) -> int:
        """Give every question some answer, as a person who clicks through; returns how many questions there were."""
        tool = self.in_tool()
        expect(tool.locator("fieldset.item").first).to_be_visible()
        count = tool.locator("fieldset.item").count()
        for at in range(count):
            item = tool.locator("fieldset.item").nth(at)
            if item.locator("input[type=radio], input[type=checkbox]").count():
                item.locator("input[type=radio], input[type=checkbox]").first.check()
            for place in range(item.locator("select").count()):
                choices = item.locator("select").nth(place).locator("option").count() - 1
                item.locator("select").nth(place).select_option(index=1 + place % choices)
            for field in item.locator("input[type=text], textarea").all():
                field.fill("1955")
        return count

    def submit(self) -> str:
        """Hand the answers in, and return the score that the result page shows, such as ``4.5``."""
        self.press("Submit …")
        self.press("Submit now")
        score = self.in_tool().locator(".score-big")
        expect(score).to_be_visible()
        return score.inner_text()

    def wait_for_grade(self, selector: str, score: str) -> None:
        """Wait, without reloading, until the open gradebook shows the score."""
        expect(self.page.locator(selector)).to_have_text(score, timeout=ARRIVAL)
