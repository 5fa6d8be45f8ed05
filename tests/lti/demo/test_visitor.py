"""The visitor without a browser, against a small real server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from lti.demo.school import through
from lti.demo.visitor import Visitor, VisitorError

FORM = """<form method="post" action="/echo">
<input type="hidden" name="token" value="a&amp;b"><input name="title" value="Old">
<input type="checkbox" name="on" checked><input type="checkbox" name="off">
<input type="radio" name="one" value="1"><input type="radio" name="one" value="2" checked>
<select name="pick"><option value="x">X</option><option value="y" selected>Y</option></select>
<textarea name="text">some words</textarea><button name="save" value="1">Save</button></form>
<a href="more">More</a><iframe src="/frame"></iframe>"""
ONWARD = '<form method="post" action="/step"><input type="hidden" name="id_token" value="t"></form>'


class Site(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def answer(self, text: str, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            for each in value.split("|"):
                self.send_header(name.replace("_", "-"), each)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self) -> None:
        match self.path:
            case "/form":
                self.answer(FORM)
            case "/login":
                cookies = "person=7; Path=/; Secure; SameSite=None; Partitioned|visit=one; Path=/l/one/"
                self.answer("", status=302, Location="/cookies", Set_Cookie=cookies)
            case "/logout":
                self.answer("", Set_Cookie="person=; Path=/; Max-Age=0")
            case "/circle":
                self.answer("", status=302, Location="/circle")
            case "/onward":
                self.answer(ONWARD)
            case "/forever":
                self.answer(ONWARD.replace("/step", "/forever"))
            case _:
                self.answer(self.headers.get("Cookie", ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        match self.path:
            case "/step":
                self.answer("", status=303, Location="/l/one/")
            case "/forever":
                self.answer(ONWARD.replace("/step", "/forever"))
            case _:
                self.answer(body)


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_form_is_sent_as_the_page_filled_it_in(site: str) -> None:
    visitor = Visitor()
    page = visitor.open(f"{site}/form")
    assert page.links == [f"{site}/more", f"{site}/frame"]
    form = page.form(having="token")
    assert form.buttons == [("save", "1")]
    sent = parse_qs(visitor.submit(page, form, {"title": "New"}).html)
    assert sent == {
        "token": ["a&b"],
        "title": ["New"],
        "on": ["on"],
        "one": ["2"],
        "pick": ["y"],
        "text": ["some words"],
    }


def test_cookies_go_back_to_their_path_only_and_can_be_taken_away(site: str) -> None:
    visitor = Visitor()
    assert visitor.open(f"{site}/login").html == "person=7"
    assert visitor.open(f"{site}/l/one/").html == "person=7; visit=one"
    assert visitor.open(f"{site.replace('127.0.0.1', 'localhost')}/").html == ""
    visitor.open(f"{site}/logout")
    assert visitor.open(f"{site}/").html == ""


def test_what_a_browser_submits_by_itself_is_submitted(site: str) -> None:
    visitor = Visitor()
    assert through(visitor, visitor.open(f"{site}/onward")).url == f"{site}/l/one/"


def test_endless_ways_end(site: str) -> None:
    visitor = Visitor()
    with pytest.raises(VisitorError, match="sends in circles"):
        visitor.open(f"{site}/circle")
    with pytest.raises(VisitorError, match="goes on and on"):
        through(visitor, visitor.open(f"{site}/forever"))


def test_a_form_that_is_not_there_is_said(site: str) -> None:
    page = Visitor().open(f"{site}/")
    with pytest.raises(VisitorError, match="0 forms with token"):
        page.form(having="token")
