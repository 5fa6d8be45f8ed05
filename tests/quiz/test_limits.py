"""The rules of time: which limits hold, when an attempt may begin, when it ends, and what is shown when."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.courses.models import Accommodation, Assignment
from coexistence.quiz import policy
from coexistence.quiz.policy import Reason, Refusal
from tests.factories import TODAY

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HERE = 7


def said(whose="enrollment", *, here=False, **terms):
    return Accommodation(**{f"{whose}_id": 1, "assignment_id": HERE if here else None, **terms})


def limits(*rows, **settings):
    return policy.limits(Assignment(pk=HERE, **settings), rows)


PLATFORM = said(here=True, source="platform", due_at=TODAY + DAY)


@pytest.mark.parametrize(
    ("rows", "minutes", "reason"),
    [
        ([], 60, Reason.ASSIGNMENT),
        ([said(time_factor=Decimal("1.5"))], 90, Reason.PERSON),
        ([said(extra_minutes=20)], 80, Reason.PERSON),
        ([said("group", time_factor=Decimal(2)), said("group", extra_minutes=5)], 120, Reason.GROUP),
        ([said("group", time_factor=Decimal(2)), said(time_factor=Decimal("1.25"))], 75, Reason.PERSON),
        ([said(time_factor=Decimal(2)), said("group", here=True, extra_minutes=1)], 61, Reason.GROUP_HERE),
        ([said(time_factor=Decimal(2)), said(here=True, time_factor=Decimal(1))], 60, Reason.PERSON_HERE),
        ([said(time_factor=Decimal(2)), said(here=True, excused=True)], 120, Reason.PERSON),
        ([Accommodation(enrollment_id=1, assignment_id=HERE + 1, extra_minutes=9)], 60, Reason.ASSIGNMENT),
    ],
)
def test_whose_word_on_time_holds(rows, minutes, reason):
    found = limits(*rows, time_limit=60).time
    assert (found.base, found.value, found.reason) == (60 * MINUTE, minutes * MINUTE, reason)
    assert found.is_changed == (minutes != 60)


def test_without_a_limit_there_is_nothing_to_extend():
    found = limits(said(time_factor=Decimal(2), extra_attempts=3), attempts_allowed=None)
    assert (found.time.value, found.attempts.value) == (None, None)
    assert found.time.reason is Reason.NOBODY


def test_extra_attempts_are_added():
    found = limits(said(extra_attempts=1), attempts_allowed=2).attempts
    assert (found.base, found.value, found.reason) == (2, 3, Reason.PERSON)


@pytest.mark.parametrize(
    ("own", "rows", "expected", "reason"),
    [
        (None, [], None, Reason.NOBODY),
        (None, [PLATFORM], TODAY + DAY, Reason.COURSE),
        (TODAY, [PLATFORM], TODAY, Reason.ASSIGNMENT),
        (TODAY, [said(here=True, due_at=TODAY + 3 * DAY), PLATFORM], TODAY + 3 * DAY, Reason.PERSON_HERE),
        (None, [said("group", here=True, due_at=TODAY + 2 * DAY), PLATFORM], TODAY + 2 * DAY, Reason.GROUP_HERE),
        (
            TODAY,
            [said("group", here=True, due_at=TODAY + DAY), said("group", here=True, due_at=TODAY + 2 * DAY)],
            TODAY + 2 * DAY,
            Reason.GROUP_HERE,
        ),
    ],
)
def test_whose_date_holds(own, rows, expected, reason):
    found = limits(*rows, due_at=own).due_at
    assert (found.value, found.reason) == (expected, reason)


def test_who_may_hand_in_later_finds_it_open_until_then():
    row = said(here=True, due_at=TODAY + 2 * DAY)
    found = limits(row, due_at=TODAY, closes_at=TODAY + DAY)
    assert (found.closes_at.base, found.closes_at.value) == (TODAY + DAY, TODAY + 2 * DAY)
    assert found.closes_at.reason is Reason.PERSON_HERE


def test_being_excused_is_said_by_any_row():
    assert limits(said(), said("group", here=True, excused=True)).excused
    assert not limits(said()).excused


# --- when an attempt ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"time_limit": 30}, 30 * MINUTE),
        ({"closes_at": TODAY + DAY}, DAY),
        ({"time_limit": 30, "closes_at": TODAY + 10 * MINUTE}, 10 * MINUTE),
        ({"due_at": TODAY + DAY}, None),
        ({"due_at": TODAY + DAY, "late": "refuse", "late_grace": 5}, DAY + 5 * MINUTE),
        ({"due_at": TODAY + DAY, "closes_at": TODAY + 2 * DAY, "late": "refuse"}, DAY),
    ],
)
def test_the_deadline(settings, expected):
    assignment = Assignment(pk=HERE, **settings)
    found = policy.limits(assignment, [])
    ends = policy.deadline(found, assignment, started_at=TODAY)
    assert ends == (None if expected is None else TODAY + expected)
    for_staff = policy.deadline(found, assignment, started_at=TODAY, is_preview=True)
    assert for_staff == (TODAY + 30 * MINUTE if "time_limit" in settings else None)


def test_answers_on_their_way_have_a_short_grace():
    assert not policy.is_over(None, TODAY)
    assert not policy.is_over(TODAY, TODAY + policy.GRACE)
    assert policy.is_over(TODAY, TODAY + policy.GRACE + timedelta(microseconds=1))


@given(
    factors=st.lists(st.decimals(1, 10, places=2), min_size=1, max_size=4),
    minutes=st.integers(1, 10_000),
)
def test_extra_time_never_takes_any_away(factors, minutes):
    found = limits(*[said("group", time_factor=factor) for factor in factors], time_limit=minutes)
    assert found.time.value >= found.time.base


# --- when one may begin -------------------------------------------------------------------------------------------

NOW = TODAY


@pytest.mark.parametrize(
    ("settings", "facts", "expected"),
    [
        ({}, {}, (2, None, None)),
        ({}, {"used": 1, "is_open": True}, (1, Refusal.OPEN, None)),
        ({}, {"used": 2}, (0, Refusal.NO_ATTEMPTS_LEFT, None)),
        ({}, {"used": 3}, (0, Refusal.NO_ATTEMPTS_LEFT, None)),
        ({"attempts_allowed": None}, {"used": 30}, (None, None, None)),
        ({"is_practice": True}, {"used": 30}, (None, None, None)),
        ({}, {"used": 5, "is_preview": True}, (None, None, None)),
        ({"opens_at": NOW + DAY}, {}, (2, Refusal.NOT_OPEN_YET, NOW + DAY)),
        ({"opens_at": NOW}, {}, (2, None, None)),
        ({"opens_at": NOW + DAY}, {"is_preview": True}, (None, None, None)),
        ({"closes_at": NOW}, {}, (2, Refusal.CLOSED, None)),
        ({"closes_at": NOW + MINUTE}, {}, (2, None, None)),
        ({"due_at": NOW}, {}, (2, None, None)),
        ({"due_at": NOW, "late": "refuse"}, {}, (2, Refusal.CLOSED, None)),
        ({"due_at": NOW, "late": "refuse", "late_grace": 1}, {}, (2, None, None)),
        ({"wait": 10}, {"used": 1, "last_end": NOW - 9 * MINUTE}, (1, Refusal.WAIT, NOW + MINUTE)),
        ({"wait": 10}, {"used": 1, "last_end": NOW - 10 * MINUTE}, (1, None, None)),
        (
            {"wait": 10, "closes_at": NOW + MINUTE},
            {"used": 1, "last_end": NOW - 2 * MINUTE},
            (1, Refusal.CLOSED, None),
        ),
    ],
)
def test_whether_one_may_begin(settings, facts, expected):
    assignment = Assignment(pk=HERE, **settings)
    usual = {"used": 0, "is_open": False, "is_preview": False, "last_end": None, "now": NOW}
    found = policy.allowance(assignment, policy.limits(assignment, []), **{**usual, **facts})
    assert (found.left, found.refusal, found.again_at) == expected
    assert found.may_start == (expected[1] is None)


# --- what is shown ------------------------------------------------------------------------------------------------


def shown(settings=None, *, left=1, is_open=False, is_preview=False, now=NOW):
    assignment = Assignment(pk=HERE, **(settings or {}))
    found = policy.limits(assignment, [])
    moment = policy.moment(assignment, found, left=left, is_open=is_open, is_preview=is_preview, now=now)
    return policy.visible(assignment, moment)


CLOSING = {"closes_at": NOW + DAY}
AFTER = {"now": NOW + DAY}


@pytest.mark.parametrize(
    ("settings", "facts", "keys"),
    [
        ({}, {}, False),
        ({}, {"left": 0}, True),
        ({}, {"left": 0, "is_open": True}, False),
        ({}, {"left": None}, False),
        (CLOSING, {}, False),
        (CLOSING, AFTER, True),
        (CLOSING, {**AFTER, "is_open": True}, False),
        (CLOSING, {**AFTER, "is_preview": True, "left": None}, False),
        # Past due is not closed: late work may still come.
        ({"due_at": NOW}, {}, False),
        ({"due_at": NOW, "late": "refuse"}, {}, True),
        ({"is_practice": True}, {"left": None}, True),
        ({"show_keys": "submitted"}, {}, True),
        ({"show_keys": "never"}, {"left": 0}, False),
        ({"show_keys": "closed"}, {"left": 0}, False),
        ({"show_keys": "closed", **CLOSING}, {**AFTER, "left": 0}, True),
        ({"show_keys": "closed", "due_at": NOW}, {"left": 0}, False),
    ],
)
def test_when_right_answers_are_shown(settings, facts, keys):
    assert shown(settings, **facts).keys == keys


@pytest.mark.parametrize("what", ["score", "answers", "feedback"])
@pytest.mark.parametrize(
    ("when", "facts", "is_seen"),
    [
        ("during", {}, True),
        ("submitted", {}, True),
        ("exhausted", {}, False),
        ("exhausted", {"left": 0}, True),
        ("closed", {"left": 0}, False),
        ("closed", AFTER, True),
        ("never", {**AFTER, "left": 0}, False),
    ],
)
def test_when_the_rest_is_shown(what, when, facts, is_seen):
    assert getattr(shown({f"show_{what}": when, **CLOSING}, **facts), what) == is_seen


def test_without_a_closing_time_the_due_time_closes_all_but_the_keys():
    settings = {f"show_{what}": "closed" for what in ("score", "answers", "feedback", "keys")}
    assert shown({**settings, "due_at": NOW + DAY}) == policy.NOTHING
    after = shown({**settings, "due_at": NOW + DAY}, **AFTER)
    assert (after.score, after.answers, after.feedback, after.keys) == (True, True, True, False)


def test_what_may_be_checked_before_submitting():
    assert not policy.checks(Assignment())
    assert policy.checks(Assignment(show_feedback="during"))
    seen = policy.visible_during(Assignment(show_feedback="during"))
    assert (seen.feedback, seen.score, seen.keys) == (True, False, False)


def test_only_two_settings_show_keys_early():
    order = ["during", "submitted", "exhausted", "closed", "never"]
    early = [policy.shows_keys_early(one) for one in order]
    assert early == [True, True, False, False, False]
    assert all(first >= then for first, then in pairwise(early))
