"""Launches that must be let in, and what becomes of them."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Visit
from lti import grades
from lti.models import Context, LineItem, LtiUser, Registration, ResourceLink
from lti.origins import origin
from tests.factories import QuizFactory, UnitFactory

from .platform import AGS, INSTRUCTOR, LEARNER, M, Platform, query

pytestmark = pytest.mark.django_db

LIS = "http://purl.imsglobal.org/vocab/lis/v2"


@pytest.fixture(autouse=True)
def unit() -> Any:
    unit = UnitFactory(title="Peaceful coexistence")
    QuizFactory(unit=unit, types=("true_false",))
    return unit


def test_a_login_sends_the_browser_to_the_platform_with_all_it_needs(platform: Platform, browser: Client) -> None:
    for method in ("get", "post"):
        response = platform.login(browser, method)
        assert response.status_code == 302
        assert response["Location"].startswith(f"{platform.endpoint.url}/auth?")
        asked = query(response["Location"])
        assert asked.pop("state")[0]
        assert len(asked.pop("nonce")[0]) >= 32
        assert asked == {
            "scope": ["openid"],
            "response_type": ["id_token"],
            "response_mode": ["form_post"],
            "prompt": ["none"],
            "client_id": ["client-1"],
            "redirect_uri": ["http://testserver/lti/launch/"],
            "login_hint": ["u-17"],
            "lti_message_hint": ['{"cmid":3,"launchid":"x,y"}'],
        }
        # Moodle's hint is JSON: nothing of it may stand in the address as it is.
        assert not set('{}",: +') & set(response["Location"].partition("?")[2])


def test_the_login_cookie_is_one_that_survives_in_a_frame(platform: Platform, browser: Client) -> None:
    (morsel,) = platform.login(browser).cookies.values()
    assert morsel["samesite"] == "None"
    assert all(morsel[name] for name in ("secure", "httponly", "partitioned"))
    assert morsel["path"] == "/lti/launch/"
    assert 0 < morsel["max-age"] <= 600


def test_an_authorization_address_with_a_query_keeps_it(platform: Platform, browser: Client) -> None:
    platform.registration.auth_url += "?tenant=7"
    platform.registration.save()
    asked = query(platform.login(browser)["Location"])
    assert asked["tenant"] == ["7"]
    assert asked["scope"] == ["openid"]


def test_a_login_writes_nothing(platform: Platform, browser: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        platform.login(browser)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_a_first_launch_makes_every_row_and_a_visit(platform: Platform, browser: Client, unit: Any) -> None:
    response = platform.launch(browser)
    assert response.status_code == 303
    visit = Visit.objects.get()
    assert response["Location"] == f"/l/{visit.pk}/"
    assert visit.purpose == Visit.Purpose.LEARN
    assert visit.roles == ["learner"]
    assert visit.return_url == f"{platform.endpoint.url}/course/1"
    assert visit.locale == "en"
    assert visit.frame_ancestors == [platform.endpoint.url]
    user = LtiUser.objects.get()
    assert (user.registration, user.sub, user.participant.name) == (platform.registration, "user-1", "Ada Learner")
    assert visit.enrollment.participant == user.participant
    context = Context.objects.get()
    assert (context.context_id, context.course.title, context.course.label) == ("course-1", "History", "HIS 101")
    assert context.memberships_url == f"{platform.endpoint.url}/members"
    assignment = visit.assignment
    assert assignment is not None
    assert (assignment.kind, assignment.title, assignment.unit) == (Assignment.Kind.UNIT, "Our quiz", unit)
    assert assignment.resource_link.resource_link_id == "link-1"
    column = assignment.resource_link.line_item
    assert column.url == f"{platform.endpoint.url}/1/lineitems/5/lineitem?type_id=2"
    assert column.container_url == f"{platform.endpoint.url}/1/lineitems?type_id=2"
    assert column.scopes == ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]


def test_the_visit_cookie_is_for_its_own_path_and_the_logins_secret_is_gone(
    platform: Platform, browser: Client
) -> None:
    asked = platform.begin(browser)
    (secret,) = (morsel.value for morsel in browser.cookies.values())
    token = platform.sign(platform.claims(asked["nonce"]))
    cookies = platform.post(browser, asked["state"], token).cookies
    visit = Visit.objects.get()
    credential = cookies.pop("visit")
    assert credential["path"] == f"/l/{visit.pk}/"
    assert credential["samesite"] == "None"
    assert all(credential[name] for name in ("secure", "httponly", "partitioned"))
    (login,) = cookies.values()
    assert login.key.startswith("lti_login_")
    assert secret not in login.value
    # What stands in its place leads back to the visit, as long as the login's state is good.
    assert login.value == f"{visit.pk}~{credential.value}"
    assert (login["path"], login["max-age"], login["samesite"]) == ("/lti/launch/", 600, "None")
    assert all(login[name] for name in ("secure", "httponly", "partitioned"))


def test_a_known_launch_costs_four_statements_and_no_request(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    platform.endpoint.asked.clear()
    with CaptureQueriesContext(connection) as queries:
        assert platform.launch(browser).status_code == 303
    statements = [found["sql"] for found in queries if not re.match(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE)", found["sql"])]
    assert len(statements) == 4, statements
    assert platform.endpoint.asked == []


def test_ids_are_never_cut(platform: Platform, browser: Client) -> None:
    for last in "αβ":
        whole = "Ω" * 254 + last
        platform.launch(browser, sub=whole, context={"id": whole}, resource_link={"id": whole})
        assert LtiUser.objects.filter(sub=whole).count() == 1
        assert ResourceLink.objects.filter(resource_link_id=whole, context__context_id=whole).count() == 1
    assert (LtiUser.objects.count(), ResourceLink.objects.count()) == (2, 2)


def test_names_are_kept_whole_and_cut_for_display(platform: Platform, browser: Client) -> None:
    name, title = "Ada " + "Ä" * 5000, "T" * 5000
    page = platform.launch(browser, name=name, context={"id": "c", "title": title})
    assert (Participant.objects.get().name, Course.objects.get().title) == (name, title)
    shown = browser.get(page["Location"], follow=True).content.decode()
    assert "Ada ÄÄ" in shown
    assert "Ä" * 200 not in shown
    assert "T" * 200 not in shown


def test_links_without_a_context_are_courses_of_their_own(platform: Platform, browser: Client) -> None:
    platform.launch(browser, context=None, roles=[INSTRUCTOR])
    platform.launch(browser, context=None, resource_link={"id": "link-2"})
    assert Course.objects.count() == 2
    assert Enrollment.objects.filter(roles=["instructor"]).count() == 1


def test_two_logins_at_once_do_not_disturb_each_other(platform: Platform, browser: Client) -> None:
    first, second = platform.begin(browser), platform.begin(browser)
    for asked in (first, second):
        token = platform.sign(platform.claims(asked["nonce"]))
        assert platform.post(browser, asked["state"], token).status_code == 303


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        pytest.param([], "no role in it that this activity knows", id="none"),
        pytest.param(["https://example.org/Juggler"], "no role in it that this activity knows", id="unknown"),
        pytest.param([f"{LIS}/institution/person#Instructor"], "no role in it that this activity", id="elsewhere"),
        pytest.param([f"{LIS}/institution/person#Administrator"], "You are an administrator", id="administrator"),
        pytest.param([f"{LIS}/system/person#SysAdmin"], "You are an administrator", id="site administrator"),
        pytest.param([f"{M}#Mentor"], "lets you look on", id="mentor"),
        pytest.param([f"{M}#Mentor", f"{LIS}/system/person#SysAdmin"], "lets you look on", id="both"),
    ],
)
def test_without_a_known_role_in_the_course_nothing_is_recorded(
    platform: Platform, browser: Client, roles: list[str], words: str
) -> None:
    response = platform.launch(browser, roles=roles)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert not response.cookies
    for model in (Course, Participant, LtiUser, Context, ResourceLink, Visit, Enrollment):
        assert not model.objects.exists()


def test_a_mentor_of_a_student_sees_nothing_of_theirs(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    response = platform.launch(browser, sub="parent", roles=[f"{M}#Mentor"], role_scope_mentor=["user-1"])
    assert "Ada" not in response.content.decode()
    assert Visit.objects.count() == LtiUser.objects.count() == 1


def test_a_role_that_was_switched_for_a_look_counts_for_nothing(platform: Platform, browser: Client) -> None:
    """Moodle's switched role sends the teacher's own id as a learner's, and no mark."""
    platform.launch(browser, roles=[INSTRUCTOR])
    platform.launch(browser, roles=[LEARNER])
    assert Enrollment.objects.get().is_preview
    assert not Visit.objects.filter(roles=["learner"]).get().is_staff


def test_names_and_titles_follow_the_platform_but_are_not_forgotten(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    platform.launch(browser, name="Ada Married", context={"id": "course-1", "title": "Modern history"})
    assert Participant.objects.get().name == "Ada Married"
    course = Course.objects.get()
    assert (course.title, course.label) == ("Modern history", "HIS 101")
    platform.launch(browser, name=None)
    assert Participant.objects.get().name == "Ada Married"


def test_a_user_is_the_registration_and_the_sub(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    platform.launch(browser, sub="USER-1")
    assert LtiUser.objects.count() == 2
    other = Platform(platform.endpoint, client_id="client-2")
    other.launch(browser)
    assert LtiUser.objects.count() == 3
    assert Course.objects.count() == 2


def test_fewer_rights_end_the_staff_rights_of_earlier_visits(platform: Platform, browser: Client) -> None:
    platform.launch(browser, roles=[INSTRUCTOR])
    teaching = Visit.objects.get()
    assert teaching.is_staff
    platform.launch(browser)
    learning = Visit.objects.exclude(pk=teaching.pk).get()
    teaching = Visit.objects.get(pk=teaching.pk)
    assert not teaching.is_staff
    assert not learning.is_staff
    enrollment = Enrollment.objects.get()
    assert (enrollment.roles, enrollment.was_staff, enrollment.is_preview) == (["learner"], True, True)
    # More rights later do not lift the visit that came as a learner.
    platform.launch(browser, roles=[INSTRUCTOR])
    assert not Visit.objects.get(pk=learning.pk).is_staff
    assert Visit.objects.get(pk=teaching.pk).is_staff


def test_the_test_student_is_known_as_such(platform: Platform, browser: Client) -> None:
    platform.launch(browser, roles=[LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"])
    assert Enrollment.objects.get().is_preview


def test_the_column_is_kept_up_to_date_and_not_taken_away(platform: Platform, browser: Client) -> None:
    service = {"scope": ["s"], "lineitems": "https://p.example/lineitems"}
    platform.launch(browser, **{AGS: {**service}})
    column = LineItem.objects.get()
    assert (column.url, column.container_url) == ("", "https://p.example/lineitems")
    platform.launch(browser, **{AGS: {**service, "lineitem": "https://p.example/lineitems/1"}})
    column.refresh_from_db()
    assert column.url == "https://p.example/lineitems/1"
    LineItem.objects.update(gone=True)
    platform.launch(browser, **{AGS: None})
    column.refresh_from_db()
    assert (column.url, column.gone) == ("https://p.example/lineitems/1", True)
    platform.launch(browser, **{AGS: {**service, "lineitem": "https://p.example/lineitems/1"}})
    column.refresh_from_db()
    assert not column.gone


def test_a_good_launch_spends_its_nonce(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    assert Visit.objects.get().login


def test_an_operators_list_may_frame_the_pages_too(platform: Platform, browser: Client, settings: Any) -> None:
    settings.LTI_FRAME_ANCESTORS = ["https://portal.example"]
    platform.registration.platform = "canvas"
    platform.registration.save()
    platform.launch(browser, launch_presentation={"return_url": "https://school.example:8443/x;y"})
    assert Visit.objects.get().frame_ancestors == sorted(
        [platform.endpoint.url, "https://*.instructure.com", "https://portal.example", "https://school.example:8443"]
    )


def test_the_key_set_is_public_and_cacheable(platform: Platform, browser: Client) -> None:
    response = browser.get("/lti/jwks/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=3600"
    assert [key["kty"] for key in response.json()["keys"]] == ["RSA"]


def test_a_new_column_is_told_of_once(platform: Platform, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(grades, "column_found", lambda *, line_item_id, **_: told.append(line_item_id))
    service = {"scope": ["s"], "lineitems": "https://p.example/lineitems"}
    platform.launch(browser, **{AGS: service})
    column = LineItem.objects.get()
    assert told == []
    for address, times in ((1, 1), (1, 1), (2, 2)):
        platform.launch(browser, **{AGS: {**service, "lineitem": f"https://p.example/lineitems/{address}"}})
        assert told == [column.pk] * times
    LineItem.objects.update(gone=True)
    platform.launch(browser, **{AGS: {**service, "lineitem": "https://p.example/lineitems/2"}})
    assert told == [column.pk] * 3


def test_the_product_is_learned_from_the_message_where_nobody_named_it(platform: Platform, browser: Client) -> None:
    for family, expected in (("Canvas", "canvas"), ("moodle", "canvas")):
        platform.launch(browser, tool_platform={"guid": "g", "product_family_code": family})
        assert Registration.objects.get().platform == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://School.Example/path?query", "https://school.example"),
        ("https://school.example:443", "https://school.example"),
        ("http://school.example:443", "http://school.example:443"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://user:pass@school.example/", "https://school.example"),
        ("https://a.example; script-src *", None),
        ("https://a.example,b.example", None),
        ("https://*.example", None),
        ("https://a b", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://a:99999/", None),
        ("urn:platform", None),
    ],
)
def test_an_origin_is_written_in_one_way_or_not_at_all(address: str, expected: str | None) -> None:
    assert origin(address) == expected


def test_canvas_token_for_messages_stands_in_the_pages(platform: Platform, browser: Client) -> None:
    for token, kept in (
        ('9ae4170c-"6b64', '9ae4170c-"6b64'),
        ("t" * 256, ""),
        ("$com.instructure.PostMessageToken", ""),
        (None, ""),
    ):
        response = platform.launch(browser, custom={"frame_token": token} if token else None)
        assert Visit.objects.get(pk=response["Location"].split("/")[2]).frame_token == kept
        page = browser.get(response["Location"], follow=True).content.decode()
        assert ('<body data-frame-token="9ae4170c-&quot;6b64">' in page) == bool(kept)
        assert ("<body>" in page) != bool(kept)


# --- Submission review: the gradebook asks to see what somebody handed in ---------------------------------------------

REVIEW = {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": "user-1"}}


def test_a_review_opens_the_class_for_staff_and_the_own_quiz_for_learners(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    for roles, page in (([INSTRUCTOR], "grades/"), ([LEARNER], "quiz/")):
        response = platform.launch(browser, sub=f"by {page}", roles=roles, **REVIEW)
        visit = Visit.objects.get(enrollment__participant__lti_user__sub=f"by {page}")
        assert response["Location"] == f"/l/{visit.pk}/{page}"
        assert browser.get(response["Location"]).status_code == 200


def test_a_review_of_what_has_no_quiz_opens_it_like_any_launch(platform: Platform, browser: Client) -> None:
    platform.launch(browser)
    Assignment.objects.update(kind=Assignment.Kind.LESSON, quiz=None)
    response = platform.launch(browser, roles=[INSTRUCTOR], **REVIEW)
    assert re.fullmatch(r"/l/[\w-]+/", response["Location"])
