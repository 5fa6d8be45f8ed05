"""The factories make what they say."""

import pytest

from coexistence.content.items import ITEM_TYPES
from tests.factories import ITEM_BODIES, AssignmentFactory, EnrollmentFactory, ItemFactory, revise

pytestmark = pytest.mark.django_db


def test_an_assignment_comes_with_a_quiz_over_all_types_in_one_unit():
    assignment = AssignmentFactory()
    [section] = assignment.quiz.plan
    items = {item.slug: item for item in assignment.unit.item_set.select_related("current")}
    assert assignment.quiz.unit == assignment.unit
    assert [items[pick["item"]].current.type for pick in section["items"]] == list(ITEM_BODIES)
    assert all(items[pick["item"]].current.body["id"] == pick["item"] for pick in section["items"])


def test_an_assignment_may_have_no_quiz_or_chosen_items():
    assert not AssignmentFactory(lesson=True).is_graded
    assert not AssignmentFactory(timeline=True).is_graded
    items = [ItemFactory(type="numeric")]
    chosen = AssignmentFactory(unit=items[0].unit, items=items)
    assert chosen.quiz.plan == [{"title": "Questions", "items": [{"item": items[0].slug}]}]


def test_a_revision_replaces_the_present_one():
    item = ItemFactory(type="true_false", body={"answer": True})
    first = item.current
    second = revise(item, answer=False)
    assert (first.number, second.number) == (1, 2)
    assert (first.body["answer"], item.current.body["answer"]) == (True, False)


@pytest.mark.parametrize(
    ("trait", "preview"), [("learner", False), ("instructor", True), ("test_student", True), ("former_staff", True)]
)
def test_traits_of_an_enrollment(trait, preview):
    assert EnrollmentFactory(**{trait: True}).is_preview is preview


def test_the_bodies_are_what_an_author_may_write():
    for name, model in ITEM_TYPES.items():
        if name in ITEM_BODIES:
            model.model_validate({"id": "some-item", "type": name, **ITEM_BODIES[name]})
