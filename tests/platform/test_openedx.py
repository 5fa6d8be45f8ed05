"""Launch, deep linking and grades between the tool and Open edX's LTI consumer, over HTTP."""

from collections.abc import Callable
from urllib.parse import urlsplit

import jwt
import pytest

from coexistence.content.models import Unit
from coexistence.courses.models import Assignment, Enrollment, Role, Visit
from lti.models import LineItem, LtiUser, ScoreDelivery
from lti.protocol import services, tokens
from lti.sending import DEADLINE, pool_of
from tests.lti.platform import rsa_key

from .browser import Browser, Page
from .conftest import Activity, Person

SignIn = Callable[[str], Person]
RIGHT = {"true_false": "False", "single_choice": "Geneva"}


def take_quiz(learner: Person, page: Page, *, right: bool) -> Page:
    """Begin the quiz from any page of the visit, answer everything, hand it in, and return the result's page."""
    browser = learner.browser
    visit = "/".join(page.url.split("/")[:5])
    page = browser.open(f"{visit}/quiz/")
    page = browser.send(page, page.form(having="visit_token"))
    form = page.form(having="attempt")
    answers = {name: choices for name, choices in form.choices.items() if name[0].isdigit() and len(choices) > 1}
    assert len(answers) == 2
    chosen = {name: pick(page, choices, right=right) for name, choices in answers.items()}
    page = browser.send(page, form, **chosen, sure="1")
    assert "/quiz/result/" in page.path, page.text
    return page


def pick(page: Page, values: list[str], *, right: bool) -> str:
    """The value of the right choice, or of another one, by the words that stand beside it."""
    for value in values:
        label = page.text.split(f'value="{value}"', 1)[1].split("</label>", 1)[0]
        if any(words in label for words in RIGHT.values()) == right:
            return value
    raise AssertionError(f"no such choice among {values}")


def read_back(activity: Activity, learner: Person) -> services.Result:
    """The learner's result as the platform's own service tells it."""
    token = tokens.access_token(registration_id=activity.registration.pk, scopes=(tokens.RESULT_READONLY, tokens.SCORE))
    column = LineItem.objects.get(resource_link__context__deployment__registration=activity.registration)
    reply = services.get_result(
        line_item_url=column.url,
        user_id=learner.external_id,
        token=token,
        pool=pool_of(activity.registration.pk),
        deadline=DEADLINE,
    )
    return services.read_result(reply, user_id=learner.external_id)


def test_a_learner_is_let_in_as_who_they_are(activity: Activity, person: SignIn) -> None:
    learner = person("maya")
    page = learner.launch()
    assert page.status == 200, page.text
    assert page.path.startswith("/l/")
    assert "The Thaw" in page.text
    assert LtiUser.objects.get().sub == learner.external_id
    enrollment = Enrollment.objects.get()
    assert enrollment.roles == [Role.LEARNER]
    assert enrollment.participant.name == "Maya Example"
    assert enrollment.course.title == "A history course"
    column = LineItem.objects.get()
    assert column.resource_link.resource_link_id == activity.location
    assert column.url.startswith(f"{activity.site}/api/lti_consumer/v1/lti/{activity.number}/lti-ags/")


def test_a_teacher_is_staff(activity: Activity, person: SignIn) -> None:
    page = person("teacher").launch()
    assert page.status == 200, page.text
    assert Visit.objects.get().is_staff
    assert page.path.endswith("/grades/") or "grades/" in page.text


def test_a_message_is_good_once(person: SignIn) -> None:
    learner = person("maya")
    page = learner.start()
    form = page.form(having="id_token")
    opened = learner.browser.send(page, form)
    assert opened.status == 200
    # Sent again, as by a reload, it leads back to where it led; anybody else's browser gets nowhere with it.
    assert learner.browser.send(page, form).path == opened.path
    assert 400 <= Browser().send(page, form).status < 500
    assert Visit.objects.count() == 1


def test_what_a_teacher_picks_is_saved_by_the_platform_and_opened_from_it(
    activity: Activity, person: SignIn, unit: Unit
) -> None:
    teacher = person("teacher")
    picker = teacher.select()
    assert picker.path.endswith("/select/"), picker.text
    answer = teacher.browser.send(
        picker,
        picker.form(having="choose"),
        **{"choose": "thaw.quiz", "title.thaw.quiz": "A test of the thaw", "points.thaw.quiz": "20", "place": "1"},
    )
    handed_over = answer.form(having="JWT")
    assert urlsplit(handed_over.action).netloc == urlsplit(activity.site).netloc
    saved = teacher.browser.send(answer, handed_over)
    assert saved.status == 200, saved.text
    assert "successfully saved" in saved.text

    assignment = Assignment.objects.get()
    (item,) = activity.items
    assert item["type"] == "ltiResourceLink"
    assert item["title"] == "A test of the thaw"
    assert item["custom"] == {"assignment": str(assignment.uuid)}
    assert item["lineItem"] == {
        "label": "A test of the thaw",
        "scoreMaximum": 20.0,
        "resourceId": str(assignment.uuid),
        "tag": "quiz",
    }

    page = person("maya").launch()
    assert page.status == 200, page.text
    assert Visit.objects.get(purpose=Visit.Purpose.LEARN).assignment == assignment
    assert "A test of the thaw" in page.text


def test_several_picks_are_saved_at_once(activity: Activity, person: SignIn) -> None:
    teacher = person("teacher")
    picker = teacher.select()
    answer = teacher.browser.send(
        picker, picker.form(having="choose"), choose=["thaw.quiz", "thaw.lesson", "thaw.timeline"], place="1"
    )
    assert "successfully saved" in teacher.browser.send(answer, answer.form(having="JWT")).text
    assert [item["custom"]["assignment"] for item in activity.items] == [
        str(uuid) for uuid in Assignment.objects.order_by("pk").values_list("uuid", flat=True)
    ]
    assert ["lineItem" in item for item in activity.items].count(True) == 1


def test_the_platform_believes_no_other_hand(activity: Activity, person: SignIn) -> None:
    """The peer is no yes-man: an answer signed by another key, or brought by somebody else, saves nothing."""
    teacher = person("teacher")
    picker = teacher.select()
    answer = teacher.browser.send(picker, picker.form(having="choose"), choose="thaw.quiz", place="1")
    form = answer.form(having="JWT")
    (token,) = form.fields["JWT"]
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    forged = jwt.encode(claims, rsa_key("another"), "RS256", headers={"kid": header["kid"]})
    assert teacher.browser.send(answer, form, JWT=forged).status == 403
    assert person("maya").browser.send(answer, form).status == 403
    assert activity.items == []


def test_a_learner_cannot_pick(activity: Activity, person: SignIn) -> None:
    page = person("maya").browser.open(f"{activity.site}/course/{activity.number}/select")
    assert page.status == 403


@pytest.mark.parametrize(("right", "share"), [(True, 1.0), (False, 0.0)])
def test_a_score_arrives_in_the_gradebook(activity: Activity, person: SignIn, right: bool, share: float) -> None:
    learner = person("maya")
    take_quiz(learner, learner.launch(), right=right)
    assert activity.gradebook == {}
    activity.deliver()
    row = ScoreDelivery.objects.get()
    assert row.state == ScoreDelivery.State.DELIVERED
    assert list(row.requests.values_list("status", "outcome")) == [(201, "delivered")]
    assert activity.gradebook == {"maya": share}
    result = read_back(activity, learner)
    assert (result.score, result.maximum) == (row.wanted_score, row.wanted_maximum)


def test_everyone_gets_their_own_score(activity: Activity, person: SignIn) -> None:
    maya, noor, teacher = person("maya"), person("noor"), person("teacher")
    take_quiz(maya, maya.launch(), right=True)
    take_quiz(noor, noor.launch(), right=False)
    take_quiz(teacher, teacher.launch(), right=True)
    activity.deliver()
    assert activity.gradebook == {"maya": 1.0, "noor": 0.0}
    assert read_back(activity, maya).score == 10
    assert read_back(activity, noor).score == 0
    assert read_back(activity, teacher).score is None


def test_a_better_attempt_replaces_the_score(activity: Activity, person: SignIn) -> None:
    learner = person("maya")
    take_quiz(learner, learner.launch(), right=False)
    activity.deliver()
    take_quiz(learner, learner.launch(), right=True)
    activity.deliver()
    assert activity.gradebook == {"maya": 1.0}
    assert ScoreDelivery.objects.get().requests.count() == 2


def test_a_score_whose_answer_was_lost_is_found_in_the_gradebook(activity: Activity, person: SignIn) -> None:
    """Sent again with the same timestamp, the platform refuses it as known: it is there, and nothing is to be done."""
    learner = person("maya")
    take_quiz(learner, learner.launch(), right=True)
    activity.deliver()
    row = ScoreDelivery.objects.get()
    ScoreDelivery.objects.update(
        state=ScoreDelivery.State.WAITING,
        next_try_at=row.wanted_at,
        acknowledged_score=None,
        acknowledged_maximum=None,
        acknowledged_revision=0,
        acknowledged_attempt=0,
        acknowledged_at=None,
    )
    activity.deliver()
    again = ScoreDelivery.objects.get()
    assert again.state == ScoreDelivery.State.DELIVERED
    assert again.stamp == row.stamp
    assert again.seen_score == row.wanted_score
    assert list(again.requests.order_by("pk").values_list("status", "outcome")) == [
        (201, "delivered"),
        (400, "stale"),
        (200, "result_read"),
    ]
    assert activity.gradebook == {"maya": 1.0}


def test_one_token_serves_many_scores(activity: Activity, person: SignIn) -> None:
    for name in ("maya", "noor"):
        learner = person(name)
        take_quiz(learner, learner.launch(), right=True)
        activity.deliver()
    (token,) = activity.registration.access_tokens.all()
    assert set(token.granted.split()) == {tokens.SCORE, tokens.RESULT_READONLY}
