"""Every type from its author's file to a score and a review."""

from typing import get_args

import pytest
from django.test import Client

from coexistence.content.folder import read_unit
from coexistence.content.importer import load
from coexistence.content.models import Item
from coexistence.content.rows import rows_of
from coexistence.quiz import attempts, items, selectors
from coexistence.quiz.items.base import Kind
from tests.factories import TODAY, AssignmentFactory, EnrollmentFactory, ItemFactory
from tests.quiz.answering import changes_told
from tests.web.pages import sound

from .examples import UNIT, examples
from .placing import RIGHT, placed, raw
from .secrets import leaks, plain


@pytest.mark.django_db
def test_right_answers_to_every_type_earn_all_points():
    assignment = placed(without=("did-it-fail",))
    enrollment = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    slugs = [response.revision.item.slug for response in attempt.responses.select_related("revision__item")]
    form = {item.position: raw(item, RIGHT[slugs[item.position - 1]]) for item in selectors.taking(attempt)}
    saved = attempts.save(attempt_id=attempt.pk, enrollment=enrollment, answers=form, sequence=1, now=TODAY)
    assert (saved.refused, len(saved.kept)) == ({}, len(examples()) - 1)
    assert all(item.answered for item in selectors.taking(attempt))
    with changes_told() as told:
        attempt = attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY)
    assert [change.score for changes in told for change in changes] == [10]
    assert attempt.maximum == 15
    outcomes = {item.type: item.outcome for item in selectors.review(attempt).items}
    assert outcomes.pop("poll") == "ungraded"
    assert set(outcomes.values()) == {"right"}


@pytest.mark.django_db
def test_a_review_says_what_the_unit_says_of_a_misconception_and_where_the_item_is_taught():
    assignment = placed(without=("did-it-fail",))
    enrollment = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    wrong = {"french-head-of-government": "de Gaulle", "who-was-who": {"Georgy Malenkov": "Soviet Premier, 1955–58"}}
    slugs = [response.revision.item.slug for response in attempt.responses.select_related("revision__item")]
    form = {i.position: raw(i, wrong[s]) for i, s in zip(selectors.taking(attempt), slugs, strict=True) if s in wrong}
    attempts.save(attempt_id=attempt.pk, enrollment=enrollment, answers=form, sequence=1, now=TODAY)
    attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=TODAY)
    attempt.refresh_from_db()
    reviewed = {item.type: item for item in selectors.review(attempt).items}
    text = reviewed["short_answer"]
    assert text.lines[0].feedback == "<p>He returned to power in 1958.</p>\n<p>Compare the dates.</p>\n"
    assert [(link.kind, link.title) for link in text.teachers] == [
        ("section", "Pact, treaty, summit"),
        ("event", "Geneva Summit"),
    ]
    assert "Malenkov headed the government to 1955" in reviewed["matching"].lines[0].feedback
    assert reviewed["numeric"].teachers == []


@pytest.mark.django_db
@pytest.mark.parametrize(("use", "seen"), [("graded", []), ("practice", ["<p>Think.</p>", "<p>Think again.</p>"])])
def test_hints_are_for_practice(use, seen):
    item = ItemFactory(body={"use": use, "hints": ["<p>Think.</p>", "<p>Think again.</p>"]})
    assignment = AssignmentFactory(unit=item.unit, items=[item])
    enrollment = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert list(selectors.taking(attempt)[0].hints) == seen


@pytest.mark.django_db
def test_no_page_and_no_answer_gives_a_key_away_before_it_may(open_visit, client: Client):
    """Every page of an attempt, before and after a form that was refused, and the public API: nothing in any of it."""
    assignment = placed()
    learner = open_visit(assignment=assignment)
    said = [client.get("/api/v1/units/every-type/quiz/").content.decode()]
    said.append(learner.page("quiz/").content.decode())
    learner.send("quiz/begin/")
    attempt = selectors.open_attempt(assignment=assignment, enrollment=learner.visit.enrollment)
    on_page = selectors.taking(attempt)
    numbers = {control.name: "many" for item in on_page for control in item.controls if control.kind == "number"}
    refused = learner.send("quiz/save/", {"attempt": attempt.pk, **numbers})
    assert refused.status_code == 422
    for form in ({"attempt": attempt.pk, "sequence": 1, **numbers}, {"attempt": attempt.pk}):
        saved = learner.send("quiz/save/", form, headers={"Accept": "application/json"})
        said += [saved.content.decode(), str(saved.headers)]
    said += [
        refused.content.decode(),
        *(learner.page(path).content.decode() for path in ("quiz/take/", "quiz/hand-in/")),
    ]
    assert {control.kind for item in on_page for control in item.controls} == set(get_args(Kind))
    bodies = examples().values()
    assert [leaks(page, *bodies, but=[item.id for item in bodies]) for page in said] == [[]] * len(said)

    learner.send("quiz/hand-in/", {"attempt": attempt.pk, "sure": "1"})
    result = learner.page("quiz/result/1/")
    sound(result)
    # Once it is handed in, what is said to everyone is no secret, nor what there is to say about a poll.
    said_now = {item.feedback for item in bodies} | {item.reason for item in bodies if item.type == "poll"}
    assert leaks(result.content.decode(), *bodies, but=[plain(text or "") for text in said_now]) == []


def test_what_gives_a_key_away_is_found():
    """The helper finds every kind of secret in a page that has it."""
    said = {
        "short_answer": "E. Faure",
        "open_response": "Says by what it judges success or failure",
        "matching": "That was Charles de Gaulle, who is not on the list.",
        "cloze": "unavoidable",
        "source_analysis": "Protocol does not prove power.",
        "poll": '"moscow"',
        "date": "1956-10-23",
        "single_choice": "M4",
    }
    for name, secret in said.items():
        assert leaks(f"<p>Here: {secret}</p>", examples()[name]), name
    assert leaks("The Warsaw Pact, 0.5 off", examples()["multiple_choice"]) == []


@pytest.mark.django_db
def test_the_event_of_a_placement_gives_its_date_to_the_item_for_good():
    load(UNIT)
    body = Item.objects.get(slug="place-geneva").current.body
    assert body["date"] == "1955-07-18/1955-07-23"


#: What the words of these items came to before any of the options that items have learnt since.
DIGESTS = {
    "armistice-is-peace": "2dea1e7a0e0ddff3785c7c768a4d3a64a4d92bc34340b7663cbafa1c0ea7f299",
    "days-to-paris": "7d0e4867de78bf3d83f4698dc8190600ae691ea08a56ebb45ef8090bc979fa6b",
    "order-of-the-fifties": "3e9bbebdd7e5d038de7ec9370a873eaeb45998221b177fc458dba4cb5087c380",
}


def test_a_new_option_makes_no_new_revision_of_items_that_do_not_use_it():
    bodies = rows_of(read_unit(UNIT)).bodies
    assert {name: bodies[name]["digest"] for name in DIGESTS} == DIGESTS


def test_a_blank_of_another_type_makes_a_new_revision():
    kind = items.get("cloze")
    two = [{"id": "a", "type": name, "answer": "1956"} for name in ("numeric", "date")]
    loaded = [kind.load({**examples()["cloze"].model_dump(), "text": "{a}", "blanks": [blank]}) for blank in two]
    said = [item.model_dump(mode="json", exclude_defaults=True) for item in loaded]
    assert said[0] != said[1]
