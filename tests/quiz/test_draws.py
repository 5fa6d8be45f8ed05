"""Plans: which items an attempt gets."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content import plans
from coexistence.content.plans import Part, Pick
from coexistence.quiz import accommodations, attempts, policy, selectors
from coexistence.quiz.models import Attempt
from tests.factories import (
    TODAY,
    AssignmentFactory,
    EnrollmentFactory,
    ItemFactory,
    QuizFactory,
    UnitFactory,
    revise,
)

from .answering import statements, take

SLUGS = [f"item-{letter}" for letter in "abcdef"]


def picks(*slugs):
    return [Pick(slug) for slug in slugs]


@st.composite
def quizzes(draw):
    """Plans that can be drawn from, however their parts overlap."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        some = draw(st.lists(st.sampled_from(SLUGS), unique=True, min_size=1))
        parts.append(Part("", picks(*some), draw(st.none() | st.integers(1, len(some)))))
    fixed = [pick.slug for part in parts if part.draw is None for pick in part.picks]
    if len(set(fixed)) < len(fixed) or plans.shortages(parts):
        parts = [Part("", picks(*SLUGS), 3)]
    return parts


@given(parts=quizzes(), seed=st.integers(0, 2**63), seen=st.dictionaries(st.sampled_from(SLUGS), st.integers(0, 3)))
def test_a_draw_has_as_many_items_as_it_should_and_none_twice(parts, seed, seen):
    found = policy.draw(parts, seed=seed, seen={(False, slug): times for slug, times in seen.items()})
    assert len(found) == sum(part.size for part in parts)
    assert len({pick.key for pick in found}) == len(found)
    begin = 0
    for part in parts:
        assert set(found[begin : begin + part.size]) <= set(part.picks)
        begin += part.size
    assert found == policy.draw(parts, seed=seed, seen={(False, slug): times for slug, times in seen.items()})


def test_every_item_is_drawn_by_some_seed_about_as_often():
    parts = [Part("", picks(*SLUGS), 2)]
    counts = Counter(pick.slug for seed in range(600) for pick in policy.draw(parts, seed=seed, seen={}))
    assert all(150 < counts[slug] < 250 for slug in SLUGS)


@pytest.mark.parametrize(
    ("parts", "short"),
    [
        ([Part("", picks("a", "b"), 2)], []),
        ([Part("", picks("a"), 2)], [(0, 1)]),
        ([Part("", picks("a")), Part("", picks("a", "b", "c"), 2)], []),
        ([Part("", picks("a")), Part("", picks("a", "b", "c"), 3)], [(1, 2)]),
        # The first part may take just those that the second one could have had.
        ([Part("", picks("a", "b", "c", "d"), 2), Part("", picks("c", "d", "e"), 2)], [(1, 1)]),
        ([Part("", picks("a", "b", "c", "d"), 1), Part("", picks("c", "d", "e"), 2)], []),
    ],
)
def test_parts_that_may_run_short_are_found(parts, short):
    assert plans.shortages(parts) == short


def test_an_item_of_the_course_is_another_one_than_the_units_of_that_name():
    parts = [Part("", [Pick("a"), Pick("a", own=True)], 2)]
    assert {pick.key for pick in policy.draw(parts, seed=1, seen={})} == {(False, "a"), (True, "a")}
    assert plans.shortages(parts) == []


# --- with rows ----------------------------------------------------------------------------------------------------


def assignment_that_draws(number, of, **options):
    unit = UnitFactory()
    items = [ItemFactory(unit=unit) for _ in range(of)]
    plan = [{"title": "", "items": [{"item": item.slug, "points": "1.5"} for item in items], "draw": number}]
    return AssignmentFactory(unit=unit, quiz=QuizFactory(unit=unit, plan=plan), **options)


def items_of(attempt):
    return set(attempt.responses.values_list("item", flat=True))


@pytest.mark.django_db
def test_the_draw_is_kept_with_the_attempt():
    assignment = assignment_that_draws(2, of=5)
    enrollment = EnrollmentFactory(course=assignment.course)
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert (len(items_of(attempt)), attempt.maximum) == (2, Decimal(3))
    assert attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY) == attempt
    assert len({frozenset(items_of(draw_for(assignment))) for _ in range(30)}) > 1


def draw_for(assignment):
    return attempts.start(assignment=assignment, enrollment=EnrollmentFactory(course=assignment.course), now=TODAY)


@pytest.mark.django_db
def test_items_seen_before_come_last():
    assignment = assignment_that_draws(2, of=5, attempts_allowed=None)
    enrollment = EnrollmentFactory(course=assignment.course)
    first, second, third = [items_of(take(enrollment, assignment, {})) for _ in range(3)]
    assert not first & second
    assert len((first | second) & third) == 1
    seen = Counter(item for attempt in Attempt.objects.all() for item in items_of(attempt))
    assert sorted(seen.values()) == [1, 1, 1, 1, 2]


@pytest.mark.django_db
def test_a_pool_that_has_shrunk_cannot_be_taken():
    assignment = assignment_that_draws(2, of=2)
    assignment.quiz.plan[0]["items"].pop()
    assignment.quiz.save()
    with pytest.raises(attempts.QuizUnavailableError):
        draw_for(assignment)


@pytest.mark.django_db
def test_an_instructors_own_item_is_asked_and_pinned_like_the_units():
    assignment = AssignmentFactory(types=["single_choice"])
    own = ItemFactory(unit=None, course=assignment.course, public=False, type="true_false")
    foreign = ItemFactory(unit=None, course=EnrollmentFactory().course, public=False, slug=own.slug)
    plan = [*assignment.quiz.plan, {"title": "", "items": [{"own": own.slug, "points": "2"}]}]
    assignment.quiz = QuizFactory(unit=assignment.unit, course=assignment.course, plan=plan)
    assignment.save()
    attempt = draw_for(assignment)
    assert own.pk in items_of(attempt)
    assert foreign.pk not in items_of(attempt)
    revise(own, stem="<p>Another statement.</p>")
    assert [item.stem for item in selectors.taking(attempt)][1] != "<p>Another statement.</p>"
    assert attempt.maximum == 3


@pytest.mark.django_db
def test_a_draw_costs_no_more_statements_than_a_fixed_list():
    assignment = assignment_that_draws(30, of=45, attempts_allowed=None, time_limit=60)
    enrollment = EnrollmentFactory(course=assignment.course)
    group = accommodations.save_group(course=assignment.course, name="g", members=[enrollment], now=TODAY)
    accommodations.grant(course=assignment.course, group=group, extra_minutes=5, by=None, now=TODAY)
    take(enrollment, assignment, {})
    with statements() as found:
        attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=TODAY)
    assert (len(found), attempt.maximum) == (6, 45)
