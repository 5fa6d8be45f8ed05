"""The tool and the sandbox as they run in life, over HTTP: registration, deep linking and launch, in both manners."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest

from lti.demo.school import School, through
from lti.demo.visitor import Page, Visitor
from tests.browser.stack import ROOT, Stack

MANNERS = {"canvas": "Canvas", "moodle": "Moodle"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A demo of our own: these tests register the tool anew."""
    with Stack(tmp_path_factory.mktemp("live") / "data").started() as stack:
        yield stack


def invite(stack: Stack, *options: str) -> str:
    run = subprocess.run(
        [sys.executable, "manage.py", "lti_invite", "--url", stack.tool, *options],
        cwd=ROOT,
        env={**stack.environment(), "DJANGO_SETTINGS_MODULE": "coexistence.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def keep_manners(school: School, manner: str) -> None:
    home = school.teacher.open(f"{school.url}/")
    school.teacher.submit(home, home.form(action="manner"), {"manner": manner})
    assert MANNERS[manner] in school.teacher.open(f"{school.url}/").html


def register(school: School, link: str) -> tuple[Page, Page]:
    """The tool's question and its answer, reached as an administrator reaches them, by an invitation."""
    frame = next(address for address in school.teacher.open(f"{school.url}/tool/register").links if "/lti/" in address)
    administrator = Visitor()
    asked = administrator.open(f"{link}?{urlsplit(frame).query}")
    assert asked.status == 200, asked.html
    return asked, administrator.submit(asked, asked.form(having="openid_configuration"))


def place(school: School, *offers: str) -> None:
    """Add several things at once, with the button pressed twice as on a slow line."""
    picker = through(school.teacher, school.teacher.open(f"{school.url}/add/start"))
    form = picker.form(having="visit_token")
    chosen = [school.teacher.submit(picker, form, {"choose": list(offers)}) for _ in range(2)]
    tokens = [page.form(having="JWT").fields["JWT"] for page in chosen]
    assert tokens[0] == tokens[1]
    back = through(school.teacher, chosen[1])
    confirm = school.teacher.open(next(address for address in back.links if "/add/" in address))
    added = school.teacher.submit(confirm, confirm.forms[-1])
    assert added.status == 200


@pytest.mark.parametrize("manner", MANNERS)
def test_registration_deep_link_and_launch(stack: Stack, manner: str) -> None:
    school = School(stack.sandbox)
    keep_manners(school, manner)
    link = invite(stack)
    asked, answered = register(school, link)
    assert MANNERS[manner] in asked.html
    assert "<dt>Names</dt>" in asked.html
    assert "brought up to date" in answered.html
    assert Visitor().open(f"{link}?openid_configuration={school.url}").status == 403

    before = set(school.activities())
    place(school, "peaceful-coexistence.quiz", "peaceful-coexistence.lesson")
    placed = sorted(set(school.activities()) - before)
    assert len(placed) == 2
    for activity in placed:
        assert "(teaching)" in school.open(activity).html
    student = next(
        int(value) for page in [school.teacher.open(f"{school.url}/")] for value in _people(page) if value.isdigit()
    )
    titles = {_title(school.open(activity, person=student)) for activity in placed}
    assert titles == {"Peaceful coexistence: quiz", "Peaceful coexistence: lesson"}


def test_without_names_everything_works(stack: Stack) -> None:
    school = School(stack.sandbox)
    keep_manners(school, "moodle")
    asked, answered = register(school, invite(stack, "--no-names"))
    assert "<dt>Names</dt>" not in asked.html
    assert answered.status == 200
    place(school, "peaceful-coexistence.quiz", "peaceful-coexistence.timeline")
    for activity in school.activities():
        page = school.open(activity)
        assert page.status == 200


def _people(page: Page) -> list[str]:
    """The ids of everyone but the teacher whom a visitor can be."""
    return [value for form in page.forms for name, value in form.buttons if name == "person"]


def _title(page: Page) -> str:
    found = re.search(r'<p class="masthead-title">([^<]*)</p>', page.html)
    assert found, page.html
    return unescape(found[1])
