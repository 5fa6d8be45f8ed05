"""The rules of assessment: what a score comes to, and which attempt counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.courses.models import Assignment
from coexistence.quiz import policy
from tests.factories import TODAY

DUE = TODAY
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Done:
    number: int
    exact: Fraction
    maximum: Decimal = Decimal(4)
    submitted_at: datetime = TODAY
    due_at: datetime | None = None
    is_overridden: bool = False


def share(exact, **assignment):
    return policy.worth(Done(1, Fraction(exact)), Assignment(**assignment)).share


@pytest.mark.parametrize(
    ("exact", "shown"),
    [(Fraction(1, 3), "0.33"), (Fraction(2, 3), "0.67"), (Fraction(1, 8), "0.13"), (Fraction(5, 2), "2.50")],
)
def test_halves_are_rounded_up(exact, shown):
    assert str(policy.rounded(exact, 2)) == shown


def test_a_score_is_rounded_once_at_the_end():
    # To six places first, a third would come to 0.62499 and so to 0.62.
    done = Done(1, Fraction(1, 3), Decimal("1.6"))
    assert policy.points(policy.worth(done, Assignment()).share, Assignment(points=3)) == Decimal("0.63")


@given(share=st.fractions(0, 1), maximum=st.decimals("0.001", 3000, places=3), points=st.integers(1, 100))
def test_a_score_keeps_to_its_limits(share, maximum, points):
    assignment = Assignment(points=points)
    worth = policy.worth(Done(1, share * Fraction(maximum), maximum), assignment)
    assert 0 <= policy.points(worth.share, assignment) <= points


def test_full_marks_are_exactly_the_points():
    assert policy.points(share(4), Assignment(points=3)) == 3


# --- which attempt counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected", "number", "used"),
    [
        ("best", Fraction(3, 4), 2, [2]),
        ("last", Fraction(3, 4), 3, [3]),
        ("first", Fraction(2, 4), 1, [1]),
        ("mean", Fraction(2, 3), 3, [1, 2, 3]),
    ],
)
def test_which_attempt_counts(counts, expected, number, used):
    attempts = [Done(3, Fraction(3)), Done(1, Fraction(2)), Done(2, Fraction(3))]
    counted = policy.counted(attempts, Assignment(counts=counts))
    assert (counted.share, counted.attempt.number) == (expected, number)
    assert [attempt.number for attempt in counted.attempts] == used
    assert policy.counted([], Assignment(counts=counts)) is None


def test_attempts_out_of_different_maxima_are_compared_by_their_share():
    small, large = Done(1, Fraction(3), Decimal(3)), Done(2, Fraction(4), Decimal(8))
    assert policy.counted([large, small], Assignment()).attempt is small


def test_an_earlier_attempt_in_time_beats_a_better_one_that_lost_more_for_being_late():
    first = Done(1, Fraction(3), due_at=DUE)
    second = Done(2, Fraction(4), due_at=DUE, submitted_at=DUE + 3 * DAY)
    assert policy.counted([first, second], Assignment(late="percent", late_percent=10)).attempt is first


# --- late work ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late_by", "settings", "days", "left"),
    [
        (timedelta(0), {}, 0, 1),
        (timedelta(minutes=5), {"late_grace": 5}, 0, 1),
        (timedelta(minutes=5, seconds=1), {"late_grace": 5}, 1, Fraction(9, 10)),
        (timedelta(seconds=1), {}, 1, Fraction(9, 10)),
        (DAY, {}, 1, Fraction(9, 10)),
        (DAY + timedelta(seconds=1), {}, 2, Fraction(8, 10)),
        (3 * DAY, {"late_percent": 40}, 3, 0),
        (3 * DAY, {"late": "accept"}, 0, 1),
    ],
)
def test_what_lateness_takes_off(late_by, settings, days, left):
    assignment = Assignment(**{"late": "percent", "late_percent": 10, **settings})
    worth = policy.worth(Done(1, Fraction(2), due_at=DUE, submitted_at=DUE + late_by), assignment)
    assert (worth.days, worth.raw, worth.share) == (days, Fraction(1, 2), Fraction(1, 2) * left)
    assert worth.is_late == (late_by > timedelta(minutes=assignment.late_grace))


def test_nothing_is_taken_off_what_a_person_has_set():
    done = Done(1, Fraction(2), due_at=DUE, submitted_at=DUE + DAY, is_overridden=True)
    assert policy.worth(done, Assignment(late="percent")).share == Fraction(1, 2)


@pytest.mark.parametrize(
    ("mark", "share", "passed"),
    [(None, Fraction(1), None), (50, Fraction(1, 2), True), (50, Fraction(49, 100), False)],
)
def test_the_pass_mark(mark, share, passed):
    assert policy.passed(share, Assignment(pass_percent=mark)) is passed
