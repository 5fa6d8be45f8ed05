"""Rows for tests, whole and valid by default: ``AssignmentFactory()`` is a quiz that a learner can take.

What a test does not name is of no importance to it. Items are made from the same words that an author writes; see
``ITEM_BODIES`` for the types that a quiz is made of by default, and ``tests.quiz.items.examples`` for all others.
"""

import hashlib
import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from coexistence.content.items import ITEM_TYPES
from coexistence.content.models import Item, Quiz, Revision, Unit
from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Role, Visit
from coexistence.courses.visits import LIFETIME
from tests.quiz.items.examples import examples, words

#: A day on which nothing in particular happens.
TODAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

#: What an author would write for one item of each of these types, but for its id.
ITEM_BODIES: dict[str, dict[str, Any]] = {
    "single_choice": {
        "objective": "O2",
        "difficulty": "easy",
        "stem": "<p>Which city held the summit?</p>",
        "reason": "<p>The reason: it met in Geneva.</p>",
        "options": [
            {"id": "geneva", "text": "<p>Geneva</p>", "right": True, "feedback": "<p>Feedback on Geneva.</p>"},
            {"id": "paris", "text": "<p>Paris</p>", "feedback": "<p>Feedback on Paris.</p>", "misconception": "M8"},
            {"id": "vienna", "text": "<p>Vienna</p>", "feedback": "<p>Feedback on Vienna.</p>"},
        ],
    },
    "multiple_choice": {
        "objective": "O5",
        "difficulty": "medium",
        "stem": "<p>Which of these did both sides sign?</p>",
        "reason": "<p>The reason: an agreement needs both sides.</p>",
        "options": [
            {"id": "treaty", "text": "<p>Treaty</p>", "right": True, "feedback": "<p>Feedback on the treaty.</p>"},
            {"id": "hotline", "text": "<p>Hotline</p>", "right": True, "feedback": "<p>Feedback on the hotline.</p>"},
            {"id": "ultimatum", "text": "<p>Ultimatum</p>", "feedback": "<p>Feedback on the ultimatum.</p>"},
            {"id": "pact", "text": "<p>Pact</p>", "feedback": "<p>Feedback on the pact.</p>"},
        ],
    },
    "true_false": {
        "objective": "O1",
        "difficulty": "easy",
        "stem": "<p>The armistice was a peace treaty.</p>",
        "reason": "<p>The reason: no treaty followed.</p>",
        "answer": False,
        "feedback_wrong": "<p>Feedback on the wrong choice.</p>",
        "misconception": "M5",
    },
    "numeric": {
        "objective": "O3",
        "difficulty": "medium",
        "stem": "<p>How many days lay between the two?</p>",
        "reason": "<p>The reason: from the 1st to the 16th.</p>",
        "answer": "15.5",
        "tolerance": "0.5",
        "unit": "days",
        "typical_wrong": [{"value": "180", "feedback": "<p>Feedback on half a year.</p>", "misconception": "M7"}],
    },
    "ordering": {
        "objective": "O3",
        "difficulty": "hard",
        "stem": "<p>Put these in the order in which they happened.</p>",
        "reason": "<p>The reason: 1953, 1955, 1956, 1963.</p>",
        "entries": [
            {"id": "armistice", "text": "<p>Armistice</p>"},
            {"id": "summit", "text": "<p>Summit</p>"},
            {"id": "congress", "text": "<p>Congress</p>"},
            {"id": "ban", "text": "<p>Test ban</p>"},
        ],
    },
}


def item_words(name: str) -> dict[str, Any]:
    """What an author would write for one item of that type, but for its id."""
    return deepcopy(ITEM_BODIES[name] if name in ITEM_BODIES else words(name) if name in examples() else {})


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    slug = factory.Sequence(lambda n: f"unit-{n}")
    title = factory.Sequence(lambda n: f"Unit {n}")
    summary = "<p>What this unit is about.</p>"
    data = factory.LazyFunction(lambda: {"objectives": [{"code": "O1", "text": "define the term"}]})
    digest = factory.LazyAttribute(lambda unit: hashlib.sha256(unit.slug.encode()).hexdigest())
    loaded_at = TODAY


class ItemFactory(DjangoModelFactory):
    """An item with its current revision. ``type`` picks the body; ``body`` replaces single fields of it."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    class Params:
        type = "single_choice"
        body: dict[str, Any] = {}

    unit = factory.SubFactory(UnitFactory)
    slug = factory.Sequence(lambda n: f"item-{n}")
    position = factory.Sequence(int)
    use = factory.LazyAttribute(lambda item: item.body.get("use", "graded"))
    public = factory.LazyAttribute(lambda item: item.body.get("public", True))

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Item:
        item = super()._generate(strategy, params)
        if strategy == "create":
            name = params.get("type", "single_choice")
            revise(item, **{**item_words(name), "type": name, **params.get("body", {})})
        return item


def revise(item: Item, **body: Any) -> Revision:
    """A new current revision of ``item``: the fields of the present one, with those of ``body`` in their place."""
    present = item.current
    fields = {**(present.body if present else {}), "id": item.slug, **body}
    if model := ITEM_TYPES.get(fields["type"]):
        fields = model.model_validate(fields).model_dump(mode="json")
    revision = Revision.objects.create(
        item=item,
        number=present.number + 1 if present else 1,
        type=fields["type"],
        body=fields,
        digest=hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest(),
        created_at=TODAY,
    )
    item.current = revision
    item.save(update_fields=["current"])
    return revision


class QuizFactory(DjangoModelFactory):
    """A quiz with one item of each type, or with ``types`` (names of item types), or with ``items`` (rows).

    ``points`` are those of each item in this quiz; empty, each item's own count.
    """

    class Meta:
        model = Quiz

    class Params:
        types = tuple(ITEM_BODIES)
        items = None
        points = None

    unit = factory.SubFactory(UnitFactory)
    slug = factory.Sequence(lambda n: f"quiz-{n}")
    title = factory.Sequence(lambda n: f"Quiz {n}")
    summary = "<p>What this quiz is about.</p>"

    @factory.lazy_attribute
    def plan(self) -> list[dict[str, Any]]:
        items = self.items
        if items is None:
            items = [ItemFactory(unit=self.unit, type=name) for name in self.types]
        extra = {} if self.points is None else {"points": str(self.points)}
        return [{"title": "Questions", "items": [{"item": item.slug, **extra} for item in items]}]


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    title = factory.Sequence(lambda n: f"Course {n}")
    label = factory.Sequence(lambda n: f"C{n}")


class ParticipantFactory(DjangoModelFactory):
    class Meta:
        model = Participant

    name = factory.Sequence(lambda n: f"Participant {n}")


class EnrollmentFactory(DjangoModelFactory):
    """A learner, unless a trait says otherwise: ``instructor``, ``test_student``, ``former_staff``."""

    class Meta:
        model = Enrollment

    class Params:
        learner = factory.Trait(roles=[Role.LEARNER])
        instructor = factory.Trait(roles=[Role.INSTRUCTOR], was_staff=True)
        test_student = factory.Trait(is_test=True)
        former_staff = factory.Trait(was_staff=True)

    course = factory.SubFactory(CourseFactory)
    participant = factory.SubFactory(ParticipantFactory)
    roles = factory.LazyFunction(lambda: [Role.LEARNER])


class AssignmentFactory(DjangoModelFactory):
    """A quiz worth ten points with two attempts. ``items`` or ``types`` say what the quiz asks; see ``QuizFactory``.

    The traits ``lesson`` and ``timeline`` make it one without a quiz.
    """

    class Meta:
        model = Assignment

    class Params:
        lesson = factory.Trait(kind=Assignment.Kind.LESSON, quiz=None)
        timeline = factory.Trait(kind=Assignment.Kind.TIMELINE, quiz=None)
        types = tuple(ITEM_BODIES)
        items = None

    course = factory.SubFactory(CourseFactory)
    unit = factory.SubFactory(UnitFactory)
    quiz = factory.SubFactory(
        QuizFactory,
        unit=factory.SelfAttribute("..unit"),
        types=factory.SelfAttribute("..types"),
        items=factory.SelfAttribute("..items"),
    )
    kind = Assignment.Kind.QUIZ
    title = factory.Sequence(lambda n: f"Assignment {n}")
    points = 10
    attempts_allowed = 2


class VisitFactory(DjangoModelFactory):
    """The row of a visit; the fixture ``open_visit`` also opens one in a browser."""

    class Meta:
        model = Visit

    enrollment = factory.SubFactory(EnrollmentFactory)
    assignment = factory.SubFactory(AssignmentFactory, course=factory.SelfAttribute("..enrollment.course"))
    roles = factory.LazyAttribute(lambda visit: visit.enrollment.roles)
    credential_hash = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    frame_ancestors = factory.LazyFunction(lambda: ["https://platform.example"])
    started_at = TODAY
    expires_at = TODAY + LIFETIME
