"""Finding a visit again from a request: the credential, the rights, the form token."""

from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coexistence.courses import visits
from coexistence.courses.models import Role, Visit
from tests.factories import AssignmentFactory, EnrollmentFactory

pytestmark = pytest.mark.django_db


@visits.visit_page()
def learn(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.visit.pk)


@visits.visit_page(staff=True)
def teach(request: HttpRequest) -> HttpResponse:
    return HttpResponse("taught")


@pytest.fixture(autouse=True)
def plain_refusals(monkeypatch):
    """The refusals' status and template are looked at here, not how they look."""
    monkeypatch.setattr(visits, "render", lambda request, name, status: HttpResponse(name, status=status))


def ask(client, view, *, method="get", data=None, launch=None, **headers):
    request = getattr(RequestFactory(), method)("/", data or {}, **headers)
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})
    return view(request, launch=launch or client.visit.pk)


def test_the_visitor_is_let_in_and_the_page_stays_out_of_caches(open_visit):
    client = open_visit()
    answer = ask(client, learn)
    assert answer.content.decode() == client.visit.pk
    assert answer["Cache-Control"] == "no-store"
    assert answer._csp_update == {"frame-ancestors": ["https://platform.example"]}


def test_another_visits_cookie_opens_nothing(open_visit):
    mine, other = open_visit(), open_visit()
    assert ask(mine, learn, launch=other.visit.pk).status_code == HTTPStatus.FORBIDDEN


def test_an_expired_visit_is_closed(open_visit):
    client = open_visit()
    with time_machine.travel(timezone.now() + visits.LIFETIME, tick=False):
        assert ask(client, learn).content == b"visits/closed.html"


def test_a_learner_is_refused_a_page_for_staff(open_visit):
    assert ask(open_visit(), teach).content == b"visits/forbidden.html"
    assert ask(open_visit(enrollment=EnrollmentFactory(instructor=True)), teach).content == b"taught"


def test_staff_rights_of_a_visit_end_when_the_person_is_staff_no_more(open_visit):
    enrollment = EnrollmentFactory(instructor=True)
    client = open_visit(enrollment=enrollment)
    enrollment.roles = [Role.LEARNER]
    enrollment.save()
    assert ask(client, teach).content == b"visits/forbidden.html"


def test_a_visit_for_picking_is_not_one_for_learning(open_visit):
    client = open_visit(purpose=Visit.Purpose.SELECT)
    assert ask(client, learn).content == b"visits/forbidden.html"


def test_a_form_needs_the_visits_own_token_and_origin(open_visit):
    client = open_visit(assignment=AssignmentFactory())
    good = {visits.FORM_FIELD: visits.form_token(client.visit)}
    other = {visits.FORM_FIELD: visits.form_token(open_visit().visit)}
    assert ask(client, learn, method="post", data=good).status_code == HTTPStatus.OK
    assert ask(client, learn, method="post", data=good, HTTP_ORIGIN="http://testserver").status_code == HTTPStatus.OK
    for refused in (
        ask(client, learn, method="post", data={}),
        ask(client, learn, method="post", data=other),
        ask(client, learn, method="post", data=good, HTTP_ORIGIN="null"),
        ask(client, learn, method="post", data=good, HTTP_ORIGIN="https://elsewhere.example"),
    ):
        assert refused.content == b"visits/stale_form.html"


# --- A secret in the path ---------------------------------------------------------------------------------------------


def in_path(client):
    """Turn the visit into one whose secret comes in the path; returns that part of it."""
    secret = client.cookies[visits.COOKIE].value
    return visits.carry_in_path(visit=client.visit, secret=secret, now=timezone.now())


def test_a_secret_in_the_path_opens_the_visit_without_a_cookie(open_visit):
    client = open_visit()
    launch = in_path(client)
    assert len(launch.partition("~")[2]) == 43
    assert launch.partition("~")[2] not in str(Visit.objects.values().get())
    client.cookies.clear()
    answer = ask(client, learn, launch=launch)
    assert answer.content.decode() == client.visit.pk
    assert answer["Cache-Control"] == "no-store"
    assert answer._csp_update == {"frame-ancestors": ["https://platform.example"]}


def test_each_secret_is_good_where_it_belongs_only(open_visit):
    by_cookie, by_path, other = open_visit(), open_visit(), open_visit()
    launch, of_other = in_path(by_path), in_path(other)
    secret = by_cookie.cookies[visits.COOKIE].value
    for client, wrong in (
        (by_cookie, f"{by_cookie.visit.pk}~{secret}"),
        (by_path, by_path.visit.pk),
        (by_path, f"{by_path.visit.pk}~"),
        (by_path, f"{by_path.visit.pk}~{of_other.partition('~')[2]}"),
        (by_path, launch + "x"),
        (by_path, launch + "~"),
        (by_path, "~" + launch),
        (by_path, "\x00"),
        (by_path, "é" * 16),
    ):
        assert ask(client, learn, launch=wrong).status_code == HTTPStatus.FORBIDDEN, wrong
    assert ask(by_path, learn, launch=launch).status_code == HTTPStatus.OK


def test_a_secret_in_the_path_ends_when_it_lies_idle_and_at_the_latest_with_the_visit(open_visit):
    client = open_visit()
    launch, start = in_path(client), timezone.now()
    step = visits.IDLE - timedelta(minutes=1)
    at = start
    while at + step < start + visits.LIFETIME:
        at += step
        with time_machine.travel(at, tick=False):
            assert ask(client, learn, launch=launch).status_code == HTTPStatus.OK
    with time_machine.travel(start + visits.LIFETIME, tick=False):
        assert ask(client, learn, launch=launch).content == b"visits/closed.html"

    idle = open_visit()
    launch = in_path(idle)
    with time_machine.travel(timezone.now() + visits.IDLE, tick=False):
        assert ask(idle, learn, launch=launch).content == b"visits/closed.html"


def test_use_is_noted_now_and_then_and_never_for_a_cookie(open_visit):
    by_cookie, by_path = open_visit(), open_visit()
    launch, start = in_path(by_path), timezone.now()

    def statements(client, minutes, launch=None):
        with (
            time_machine.travel(start + timedelta(minutes=minutes), tick=False),
            CaptureQueriesContext(connection) as q,
        ):
            assert ask(client, learn, launch=launch).status_code == HTTPStatus.OK
        return [query["sql"].split()[0] for query in q]

    assert statements(by_path, 4, launch) == ["SELECT"]
    assert statements(by_path, 6, launch) == ["SELECT", "UPDATE"]
    assert statements(by_path, 7, launch) == ["SELECT"]
    assert statements(by_path, 12, launch) == ["SELECT", "UPDATE"]
    assert statements(by_cookie, 60) == ["SELECT"]
