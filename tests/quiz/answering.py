"""Filling in an attempt's form as a learner would, who knows the texts and nothing else."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from coexistence.quiz import attempts, forms, selectors
from coexistence.quiz.signals import score_changed
from tests.factories import TODAY, AssignmentFactory, EnrollmentFactory

#: The texts of the right answers to the example items, as a learner sees them.
RIGHT = {
    "single_choice": ["Geneva"],
    "multiple_choice": ["Treaty", "Hotline"],
    "true_false": ["False"],
    "numeric": "15,5",
    "ordering": ["Armistice", "Summit", "Congress", "Test ban"],
}
WRONG = {
    "single_choice": ["Paris"],
    "multiple_choice": ["Pact"],
    "true_false": ["True"],
    "numeric": "180",
    "ordering": ["Test ban", "Congress", "Summit", "Armistice"],
}


def later(minutes):
    return TODAY + timedelta(minutes=minutes)


def learner_at(**options):
    """A learner and an assignment of their course."""
    assignment = AssignmentFactory(**options)
    return EnrollmentFactory(course=assignment.course), assignment


def raw(item, given):
    """What the item's controls send for ``given``: texts of the options, in order, or a number."""
    if isinstance(given, str):
        return {local(item.controls[0].name): [given]}
    if len(item.controls) > 1:
        places = {text: str(place) for place, text in enumerate(given, 1)}
        return {local(c.name): [places[plain(c.label)]] for c in item.controls if plain(c.label) in places}
    [control] = item.controls
    return {local(control.name): [choice.value for choice in control.choices if plain(choice.text) in given]}


def local(name):
    return name.split("-", 1)[1]


def plain(html):
    return html.removeprefix("<p>").removesuffix("</p>")


def fill(attempt, given, *, sequence=1, now=TODAY):
    """Save what ``given`` says for each item type; items of other types stay as they are."""
    answers = {item.position: raw(item, given[item.type]) for item in selectors.taking(attempt) if item.type in given}
    return attempts.save(
        attempt_id=attempt.pk, enrollment=attempt.enrollment, answers=answers, sequence=sequence, now=now
    )


def take(enrollment, assignment, given, *, now=TODAY):
    """A whole attempt, from start to submission."""
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=now)
    saved = fill(attempt, given, now=now)
    assert not saved.refused
    return attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=now)


def page_form(attempt, **given):
    """All fields of the attempt's page as a browser without JavaScript sends them, after changing ``given``."""
    form = {}
    for item in selectors.taking(attempt):
        form[item.was_name] = [item.was]
        for control in item.controls:
            chosen = [choice.value for choice in control.choices if choice.selected]
            if chosen or control.kind in {"number", "select"}:
                form[control.name] = chosen or [control.value]
        if item.type in given:
            for name, sent in raw(item, given[item.type]).items():
                form[forms.control_name(item.position, name)] = sent
    return form


@contextmanager
def changes_told():
    """The lists of changes that were sent meanwhile."""
    told = []

    def listen(changes, **kwargs):
        told.append(changes)

    score_changed.connect(listen)
    try:
        yield told
    finally:
        score_changed.disconnect(listen)


@contextmanager
def statements():
    """The SQL meanwhile, without what only frames it."""
    found = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    frames = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    found += [query["sql"] for query in captured if not query["sql"].startswith(frames)]
