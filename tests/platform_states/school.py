"""The sandbox school over HTTP: each person with a browser of their own, everything by the forms that people use."""

import json
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from lti.demo.school import through
from lti.demo.visitor import Form, Page, Visitor

#: Who is at the school, by role; a test names people by these.
PEOPLE = {
    "teacher": "Adaeze Okafor",
    "student": "Maya Lindqvist",
    "assistant": "Bela Szabo",
    "designer": "Dilnoza Karimova",
    "observer": "Olga Lindqvist",
    "administrator": "Ade Johnson",
    "guest": "A visitor",
}


def words(page: Page) -> str:
    """What a page says, in one line."""
    body = re.sub(r"(?is)<(head|script|style)\b.*?</\1>|<[^>]+>", " ", page.html)
    return " ".join(unescape(body).split())


@dataclass
class School:
    """The school at ``url``."""

    url: str
    browsers: dict[str, Visitor] = field(default_factory=dict)

    def browser(self, who: str) -> Visitor:
        """The browser of this person, who is signed in there."""
        if who not in self.browsers:
            self.browsers[who] = Visitor()
            self.post(who, "/switch", person=self.person(who))
        return self.browsers[who]

    def person(self, who: str) -> str:
        """The id of the person."""
        html = Visitor().open(f"{self.url}/").html
        found = re.search(rf'<button name="person" value="(\d+)"(?:(?!</button>).)*{PEOPLE[who]}', html, re.DOTALL)
        assert found, who
        return found[1]

    def post(self, who: str, path: str, **fields: str) -> Page:
        """Send a form of the school's own pages."""
        visitor = self.browsers.get(who) or self.browser(who)
        home = visitor.open(f"{self.url}/")
        token = next(form.fields["csrfmiddlewaretoken"] for form in home.forms if "csrfmiddlewaretoken" in form.fields)
        page = visitor.submit(home, Form(action=path, method="post", fields={**fields, "csrfmiddlewaretoken": token}))
        assert page.status == 200, (path, fields, words(page))
        return page

    def put_in_order(self) -> None:
        """No trouble, everybody enrolled, the first course under way."""
        self.post("teacher", "/course", course="1")
        self.post("teacher", "/trouble/choose", all="well")
        self.post("teacher", "/course/state", state="active")
        self.post("teacher", f"/people/{self.person('student')}", enrolled="1")

    def keep_manners_of(self, manner: str) -> None:
        self.post("teacher", "/manner", manner=manner)

    def place(self) -> str:
        """Place a quiz by deep linking; the path of the new activity."""
        teacher = self.browser("teacher")
        picker = through(teacher, teacher.open(f"{self.url}/add/start"))
        form = picker.form(having="visit_token")
        offer = next(
            value for value in re.findall(r'name="choose"[^>]*value="([^"]*)"', picker.html) if "quiz" in value
        )
        back = through(teacher, teacher.submit(picker, form, {"choose": offer}))
        confirm = teacher.open(next(link for link in back.links if "/add/" in link))
        home = teacher.submit(confirm, next(form for form in confirm.forms if "title" in form.fields))
        return self.activities(home)[-1]

    def activities(self, home: Page | None = None) -> list[str]:
        """The paths of the activities on the teacher's course page, in the order they were added."""
        home = home or self.browser("teacher").open(f"{self.url}/")
        found = {urlsplit(link).path for link in home.links}
        return sorted(
            (path for path in found if re.fullmatch(r"/activities/\d+", path)),
            key=lambda path: int(path.rpartition("/")[2]),
        )

    def open(self, who: str, path: str) -> Page:
        """What the person sees who opens this: the tool's page, or whoever stopped them on the way."""
        visitor = self.browser(who)
        return through(visitor, visitor.open(f"{self.url}{path}/start"))

    def begin(self, who: str, path: str) -> Page:
        """Open a quiz and begin an attempt; its page with the questions."""
        page = self.open(who, path)
        return self.browser(who).submit(page, page.form(having="visit_token", action="begin"))

    def submit(self, who: str, taking: Page) -> Page:
        """Hand the attempt in as it is; the page of its result."""
        visitor = self.browser(who)
        sure = visitor.submit(taking, taking.form(having="attempt", action="hand-in"))
        return visitor.submit(sure, sure.form(having="sure"))

    def column(self, path: str) -> str:
        """The id of the newest column, which is the activity's where that was placed last."""
        teacher = self.browser("teacher")
        cells = json.loads(teacher.open(f"{self.url}/gradebook.json").html)["cells"]
        return str(max(int(key.partition("-")[0]) for key in cells))

    def grade(self, who: str, column: str) -> str:
        """What stands in the gradebook."""
        cells = json.loads(self.browser("teacher").open(f"{self.url}/gradebook.json").html)["cells"]
        return str(cells[f"{column}-{self.person(who)}"]["text"])
