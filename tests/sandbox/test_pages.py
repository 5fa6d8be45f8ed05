"""The course site: who is here, the switches, the gradebook, the tool's registration page."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lti.sandbox.models import Grade, Person, School

from .school import TOOL, FakeTool, client_document, column, register

ROOT = Path(__file__).resolve().parents[2]


def test_a_stranger_comes_as_the_teacher(web: Client) -> None:
    page = web.get("/").content.decode()
    assert "Adaeze Okafor" in page
    assert "The tool is not registered yet" in page
    assert web.cookies[settings.PERSON_COOKIE]["samesite"] == "Lax"


def test_a_forged_cookie_is_nobody(web: Client) -> None:
    web.cookies[settings.PERSON_COOKIE] = "2:forged"
    assert web.get("/").status_code == 200
    assert "2:forged" not in web.cookies[settings.PERSON_COOKIE].value


def test_switching_people(web: Client, learner: Person) -> None:
    assert web.post("/switch", {"person": learner.pk}).status_code == 302
    assert "Hello Maya" in web.get("/").content.decode()
    for wrong in ("", "abc", "9999", "²"):
        assert web.post("/switch", {"person": wrong}).status_code == 404


def test_switching_manners(web: Client) -> None:
    page = web.post("/manner", {"manner": "canvas"}, follow=True).content.decode()
    assert "The school now keeps Canvas’s manners." in page
    assert School.objects.get().manner == "canvas"
    assert web.post("/manner", {"manner": "other"}).status_code == 400


def test_forms_are_guarded(course: None) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8001"})
    browser.get("/")
    for path in ("/switch", "/manner", "/tool/activate"):
        assert browser.post(path, {"person": "1", "manner": "canvas"}).status_code == 403
    assert School.objects.get().manner == "moodle"


def test_the_registration_page_invites_the_tool(web: Client) -> None:
    page = web.get("/tool/register").content.decode()
    found = re.search(r'<iframe[^>]* src="([^"]*)"', page)
    assert found
    address = urlsplit(unescape(found[1]))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{TOOL}/lti/register/"
    query = parse_qs(address.query)
    assert query["openid_configuration"] == ["http://127.0.0.1:8001/.well-known/openid-configuration"]
    assert register(web, client_document(), query["registration_token"][0]).status_code == 200
    assert "A tool is pending" in web.get("/").content.decode()


def test_the_gradebook_can_be_watched(tool: FakeTool, learner: Person, as_canvas: Callable[[], None]) -> None:
    item = column(tool)
    key = f"{item.pk}-{learner.pk}"
    before = tool.web.get("/gradebook.json").json()
    assert before["cells"][key] == {"text": "–", "note": "", "comments": []}
    Grade.objects.create(
        line_item=item, person=learner, score="7.5", attempts=2, comments=["<b>"], timestamp=timezone.now()
    )
    after = tool.web.get("/gradebook.json").json()
    assert after["shape"] == before["shape"]
    assert after["cells"][key] == {"text": "7.5", "note": "", "comments": ["<b>"]}
    as_canvas()
    assert tool.web.get("/gradebook.json").json()["cells"][key]["note"] == "2 attempts"
    page = tool.web.get("/gradebook").content.decode()
    assert "&lt;b&gt;" in page
    assert "Noor Haddad" in page
    column(tool)
    now = tool.web.get("/gradebook.json").json()["shape"]
    assert now != before["shape"]
    assert f'data-shape="{now}"' in tool.web.get("/gradebook").content.decode()
    part = tool.web.get("/gradebook", {"part": "book"}).content.decode()
    assert part.count('<th scope="col">') == 3
    assert "<html" not in part


def test_a_student_sees_only_their_own_grades(tool: FakeTool, learner: Person) -> None:
    item = column(tool)
    tool.web.post("/switch", {"person": learner.pk})
    assert list(tool.web.get("/gradebook.json").json()["cells"]) == [f"{item.pk}-{learner.pk}"]
    assert "Add activity" not in tool.web.get("/").content.decode()


def test_an_activity_opens_in_a_frame_or_a_window(tool: FakeTool) -> None:
    item = column(tool)
    page = tool.web.get(f"/activities/{item.activity_id}").content.decode()
    assert f'src="/activities/{item.activity_id}/start"' in page
    assert f'href="/activities/{item.activity_id}/start?window=1"' in page
    assert tool.web.get("/activities/99").status_code == 404


def test_what_a_tool_says_on_its_way_back_is_shown_as_text(web: Client) -> None:
    page = web.get("/return", {"lti_errormsg": "<script>"}).content.decode()
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("mode", [None, "production", "nonsense"])
def test_the_sandbox_refuses_any_mode_but_demo_and_test(mode: str | None, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COEXISTENCE_MODE"}
    environment |= {"DJANGO_SETTINGS_MODULE": "lti.sandbox.settings", "SANDBOX_DATABASE": str(tmp_path / "x.sqlite3")}
    if mode is not None:
        environment["COEXISTENCE_MODE"] = mode
    run = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "ImproperlyConfigured: The sandbox LMS lets every visitor be anybody" in run.stderr
    assert not list(tmp_path.iterdir())


def test_an_address_must_be_an_origin(tmp_path: Path) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "lti.sandbox.settings", "SANDBOX_URL": "127.0.0.1:8001"}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "SANDBOX_URL is '127.0.0.1:8001'; it must look like" in run.stderr


def test_the_pages_have_no_inline_script_or_style(tool: FakeTool) -> None:
    item = column(tool)
    for path in ("/", "/gradebook", "/add", "/add/start", "/tool/register", f"/activities/{item.activity_id}"):
        page = tool.web.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page), path
