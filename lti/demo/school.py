"""The sandbox as its visitors use it: places an activity, and opens it, page by page over HTTP."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lti.demo.visitor import Page, Visitor, VisitorError

#: What a person's way through a launch or a return has at most: forms that a browser submits by itself.
MOST_FORMS = 6
ACTIVITY = re.compile(r"/activities/[0-9]+")


@dataclass
class School:
    """The course site at ``url``, seen by its teacher."""

    url: str
    teacher: Visitor = field(default_factory=Visitor)

    def activities(self) -> list[str]:
        """The addresses of the activities on the course page."""
        home = self.teacher.open(f"{self.url}/")
        return sorted({link for link in home.links if ACTIVITY.fullmatch(urlsplit(link).path)})

    def classmates(self) -> list[int]:
        """The ids of everyone with a row in the gradebook, which needs a column for that, but for those whom a visitor
        can be: their work is the visitor's own to do."""
        home = self.teacher.open(f"{self.url}/")
        played = {int(value) for form in home.forms for name, value in form.buttons if name == "person"}
        return sorted({int(key.rpartition("-")[2]) for key in self.cells()} - played)

    def cells(self) -> dict[str, dict[str, Any]]:
        """Every cell of the gradebook by its key, ``<column>-<person>``; its ``text`` is the grade as it is shown."""
        cells: dict[str, dict[str, Any]] = json.loads(self.teacher.open(f"{self.url}/gradebook.json").html)["cells"]
        return cells

    def place(self, offer: str) -> None:
        """Add what the tool offers as ``offer`` to the course, by deep linking; raises ``VisitorError``."""
        picker = through(self.teacher, self.teacher.open(f"{self.url}/add/start"))
        chosen = self.teacher.submit(picker, picker.form(having="visit_token"), {"choose": offer})
        back = through(self.teacher, chosen)
        confirm = self.teacher.open(next((link for link in back.links if "/add/" in link), f"{self.url}/"))
        form = next((each for each in confirm.forms if "title" in each.fields), None)
        if form is None:
            raise VisitorError(f"Adding {offer} was not to be confirmed at {confirm.url}.")
        self.teacher.submit(confirm, form)

    def open(self, activity: str, *, person: int | None = None) -> Page:
        """The tool's first page for that person, in a browser of their own; for the teacher where none is named."""
        visitor = self.teacher
        if person is not None:
            visitor = Visitor()
            home = visitor.open(f"{self.url}/")
            visitor.submit(home, home.form(having="person", action="switch"), {"person": str(person)})
        page = through(visitor, visitor.open(f"{activity}/start"))
        if page.status != 200 or not urlsplit(page.url).path.startswith("/l/"):
            raise VisitorError(
                f"{person or 'The teacher'} got to {page.url} (status {page.status}) instead of the tool."
            )
        return page


def through(visitor: Visitor, page: Page) -> Page:
    """Submit and follow what a browser would by itself, until a page is for a person."""
    for _ in range(MOST_FORMS):
        form = next((each for each in page.forms if _goes_on(each.fields)), None)
        # Where the platform offers storage, our login is a page that goes on by a link.
        link = next((each for each in page.links if "response_type=id_token" in each), None)
        if page.status >= 400 or not (form or link):
            return page
        page = visitor.submit(page, form) if form else visitor.open(str(link))
    raise VisitorError(f"{page.url} goes on and on.")


def _goes_on(fields: dict[str, str]) -> bool:
    return bool({"login_hint", "id_token", "JWT"} & fields.keys())
