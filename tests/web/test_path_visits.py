"""A visit whose secret comes in the path: every page and form of it works without a cookie, and tells nobody."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from coexistence.courses import visits
from coexistence.courses.models import Visit
from coexistence.quiz.models import Attempt
from tests.factories import EnrollmentFactory

ADDRESS = re.compile(r'(?:href|src|action|formaction|data-[a-z]+)="([^"]*)"')


def without_cookie(client):
    """A browser without any cookie, and the address at which it is inside the visit."""
    secret = client.cookies[visits.COOKIE].value
    launch = visits.carry_in_path(visit=client.visit, secret=secret, now=timezone.now())
    return Client(enforce_csrf_checks=True), f"/l/{launch}/"


def addresses(html):
    return {unescape(found) for found in ADDRESS.findall(html)}


@pytest.fixture
def teaching(assignment, open_visit):
    return open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)


@pytest.mark.parametrize("who", ["learner", "teaching"])
def test_no_link_leads_out_of_the_visit(request, who):
    browser, start = without_cookie(request.getfixturevalue(who))
    seen, ahead = set(), {start}
    while ahead:
        address = ahead.pop()
        seen.add(address)
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200, address
        html = answer.content.decode()
        for found in addresses(html):
            path = found.partition("#")[0].partition("?")[0]
            if path.startswith("/l/"):
                assert path.startswith(start), (address, found)
            # No third party gets to see the address, not even as a Referer.
            if re.match(r"(https?:)?//", found):
                assert f'src="{found}"' not in html
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "no-store"
        assert "X-Frame-Options" not in answer
        policy = [part.strip() for part in answer["Content-Security-Policy"].split(";")]
        assert "frame-ancestors 'self' https://platform.example" in policy
        links = {
            unescape(found).partition("#")[0].partition("?")[0] for found in re.findall(r'<a [^>]*href="([^"]*)"', html)
        }
        ahead |= {link for link in links if link.startswith(start)} - seen
    assert len(seen) >= 5


def test_a_quiz_is_taken_without_cookie_and_script(learner):
    browser, start = without_cookie(learner)
    token = {visits.FORM_FIELD: visits.form_token(Visit.objects.get(pk=learner.visit.pk))}
    ours = {"HTTP_ORIGIN": "http://testserver"}
    answer = browser.post(f"{start}quiz/begin/", token, **ours)
    assert answer["Location"] == f"{start}quiz/take/"
    attempt = Attempt.objects.get()
    form = {**token, "attempt": str(attempt.pk), "sure": "1"}
    answer = browser.post(f"{start}quiz/hand-in/", form, **ours)
    assert answer["Location"] == f"{start}quiz/result/1/"
    assert browser.get(answer["Location"]).status_code == 200


def test_a_window_of_its_own_has_a_way_back_and_a_frame_needs_none(assignment, open_visit):
    client = open_visit(
        enrollment=EnrollmentFactory(course=assignment.course),
        assignment=assignment,
        return_url="https://lms.example/c/1",
    )
    link = '<a href="https://lms.example/c/1" target="_top">Back to the course</a>'
    assert link in client.page("lesson/", HTTP_SEC_FETCH_DEST="document").content.decode()
    assert link in client.page("lesson/").content.decode()
    assert "lms.example" not in client.page("lesson/", HTTP_SEC_FETCH_DEST="iframe").content.decode()
