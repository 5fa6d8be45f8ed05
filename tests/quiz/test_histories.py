"""Any history of tabs, lost connections, time that runs out, extensions, regrades and scores set by hand, held against
a model of what must be true (Q1 to Q4) that shares no code with what it is a model of.

``HISTORIES=1000`` tries so many, other ones each time; by default it is the same few.
"""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coexistence.quiz import accommodations, attempts, configuration, selectors
from coexistence.quiz.models import Response
from coexistence.quiz.signals import score_changed
from tests.factories import TODAY, EnrollmentFactory, revise

from .answering import learner_at

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("HISTORIES", "0"))
POINTS = 7
GRACE = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
#: What the numeric item takes for right, by revision; the second item takes "false".
KEYS = [{"15.5", "15"}, {"3"}]
KEY_BODIES = [{"answer": "15.5", "tolerance": "0.5"}, {"answer": "3", "tolerance": "0"}]
VALUES = {1: ["15.5", "15", "3", "180", ""], 2: ["true", "false", ""]}
FIELDS = {1: "number", 2: "choice"}
STORED = {"true": True, "false": False, "": None}

people = st.integers(0, 1)
places = st.integers(1, 2)


def key_of(revision):
    return {"15.5": 0, "3": 1}[revision.body["answer"]]


@dataclass
class Try:
    """One attempt, as it should be."""

    person: int
    pk: int
    seed: int
    started: object
    asked: int
    key: int
    extra: int
    limit: int | None
    ended: object = None
    forced: object = None
    answers: dict = field(default_factory=lambda: {1: "", 2: ""})
    sequences: dict = field(default_factory=lambda: {1: 0, 2: 0})
    set: dict = field(default_factory=dict)

    @property
    def ends(self):
        by_limit = None if self.limit is None else self.started + (self.limit + self.extra) * MINUTE
        return self.forced or by_limit

    def is_over(self, now):
        return self.ends is not None and now > self.ends + GRACE

    def parts(self):
        ours = {1: Fraction(self.answers[1] in KEYS[self.key]), 2: Fraction(self.answers[2] == "false")}
        return {place: self.set.get(place, earned) for place, earned in ours.items()}

    def share(self, due, percent):
        if 0 in self.set:
            return self.set[0]
        raw = sum(self.parts().values()) / 2
        if due is None or self.ended <= due:
            return raw
        days = (self.ended - due) // DAY + bool((self.ended - due) % DAY)
        return raw * max(Fraction(100 - percent * days, 100), 0)


class Histories(RuleBasedStateMachine):
    """Two learners at one quiz of two items, a teacher, and a clock."""

    lost = Bundle("lost")

    @initialize(
        allowed=st.sampled_from([2, 1, None]),
        limit=st.sampled_from([10, 3, None]),
        due=st.sampled_from([5, 60, None]),
        counts=st.sampled_from(["best", "last", "first", "mean"]),
        late=st.sampled_from([8, 2000]),
    )
    def begin(self, allowed, limit, due, counts, late):
        self.block = transaction.atomic()
        self.block.__enter__()
        score_changed.connect(self.listen)
        self.told, self.messages = {}, 0
        self.now, self.allowed, self.limit, self.counts = TODAY, allowed, limit, counts
        self.due, self.percent = None if due is None else TODAY + due * MINUTE, 30
        first, self.assignment = learner_at(
            types=["numeric", "true_false"],
            points=POINTS,
            attempts_allowed=allowed,
            time_limit=limit,
            due_at=self.due,
            late="percent",
            late_percent=self.percent,
            counts=counts,
        )
        self.learners = [first, EnrollmentFactory(course=self.assignment.course)]
        self.teacher = EnrollmentFactory(course=self.assignment.course, instructor=True)
        self.item = self.assignment.unit.item_set.get(current__type="numeric")
        self.extra = [0, 0]
        self.tries = []
        self.revisions = [self.item.current]
        self.start(0)
        self.take(1, "15", late)
        self.start(1)

    def teardown(self):
        if hasattr(self, "block"):
            score_changed.disconnect(self.listen)
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def listen(self, changes, **kwargs):
        assert len({change.enrollment_id for change in changes}) == len(changes)
        self.messages += 1
        for change in changes:
            self.told[change.enrollment_id] = change.score

    # --- the model's own steps

    def running(self, person):
        return next((one for one in self.tries if one.person == person and one.ended is None), None)

    def close(self, one):
        one.ended = self.now if one.ends is None else min(self.now, one.ends)

    def left(self, person):
        used = sum(one.person == person for one in self.tries)
        return None if self.allowed is None else max(self.allowed - used, 0)

    def counted(self, person):
        done = [one for one in self.tries if one.person == person and one.ended is not None]
        if not done:
            return None
        shares = [one.share(self.due, self.percent) for one in done]
        share = {"best": max(shares), "last": shares[-1], "first": shares[0], "mean": sum(shares) / len(shares)}
        exact = share[self.counts] * POINTS
        return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def keep(self, one, place, value, sequence):
        """What a message that arrives in time comes to."""
        if sequence is None:
            if one.answers[place] != value:
                one.answers[place] = value
                one.sequences[place] += 1
        elif sequence > one.sequences[place]:
            one.answers[place], one.sequences[place] = value, sequence

    # --- what learners do

    @rule(person=people)
    def start(self, person):
        one = self.running(person)
        if one is not None and one.is_over(self.now):
            self.close(one)
            one = None
        try:
            attempt = attempts.start(assignment=self.assignment, enrollment=self.learners[person], now=self.now)
        except attempts.NoAttemptsLeftError:
            assert one is None
            assert self.left(person) == 0
            return
        if one is None:
            assert self.left(person) != 0
            one = Try(
                person=person,
                pk=attempt.pk,
                seed=attempt.seed,
                started=self.now,
                # Whoever begins is asked the present revision, and scored by it.
                asked=len(self.revisions) - 1,
                key=key_of(self.revisions[-1]),
                extra=self.extra[person],
                limit=self.limit,
            )
            self.tries.append(one)
        assert attempt.pk == one.pk

    @rule(person=people, number=st.sampled_from(VALUES[1]), minutes=st.sampled_from([1, 8, 2000]))
    def take(self, person, number, minutes):
        """A whole attempt, as far as there is time for it."""
        self.start(person)
        if one := self.running(person):
            self.deliver(one, 1, number, 10)
            self.now += minutes * MINUTE
            self.hand_in(one)

    def deliver(self, one, place, value, sequence):
        """A message about an attempt reaches the server now."""
        is_late = one.ended is None and one.is_over(self.now)
        was_open = one.ended is None
        if is_late:
            self.close(one)
        elif was_open:
            self.keep(one, place, value, sequence)
        try:
            attempts.save(
                attempt_id=one.pk,
                enrollment=self.learners[one.person],
                answers={place: {FIELDS[place]: [value]}},
                sequence=sequence,
                now=self.now,
            )
        except attempts.AttemptClosedError:
            assert is_late or not was_open
        else:
            assert was_open
            assert not is_late

    @precondition(lambda self: self.tries)
    @rule(data=st.data(), place=places, sequence=st.integers(1, 9))
    def save(self, data, place, sequence):
        one = data.draw(st.sampled_from(self.tries))
        self.deliver(one, place, data.draw(st.sampled_from(VALUES[place])), sequence)

    @precondition(lambda self: self.tries)
    @rule(data=st.data(), place=places)
    def save_without_script(self, data, place):
        one = data.draw(st.sampled_from(self.tries))
        self.deliver(one, place, data.draw(st.sampled_from(VALUES[place])), None)

    @precondition(lambda self: self.tries)
    @rule(target=lost, data=st.data(), place=places, sequence=st.integers(1, 9))
    def lose_connection(self, data, place, sequence):
        return data.draw(st.sampled_from(self.tries)), place, data.draw(st.sampled_from(VALUES[place])), sequence

    @rule(message=lost)
    def arrive_after_all(self, message):
        self.deliver(*message)

    @precondition(lambda self: self.tries)
    @rule(data=st.data())
    def write_nonsense(self, data):
        one = data.draw(st.sampled_from(self.tries))
        if one.ended is None and one.is_over(self.now):
            self.close(one)
        try:
            saved = attempts.save(
                attempt_id=one.pk,
                enrollment=self.learners[one.person],
                answers={1: {"number": ["many"]}, 2: {"choice": ["maybe"]}, 3: {"x": ["y"]}},
                sequence=99,
                now=self.now,
            )
        except attempts.AttemptClosedError:
            assert one.ended is not None
        else:
            assert set(saved.refused) == {1, 2, 3}

    @precondition(lambda self: self.tries)
    @rule(data=st.data())
    def submit(self, data):
        self.hand_in(data.draw(st.sampled_from(self.tries)))

    def hand_in(self, one):
        before, was_open = self.messages, one.ended is None
        if was_open:
            self.close(one)
        attempts.submit(attempt_id=one.pk, enrollment=self.learners[one.person], now=self.now)
        assert self.messages == before + was_open

    # --- what the clock and the teacher do

    @rule(seconds=st.sampled_from([1, 60, 300, 90_000]))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.ending())
    @rule(data=st.data(), seconds=st.sampled_from([-1, 0, 20, 30, 31]))
    def wait_for_the_end(self, data, seconds):
        ends = data.draw(st.sampled_from(self.ending())).ends
        self.now = max(self.now, ends + timedelta(seconds=seconds))

    def ending(self):
        return [one for one in self.tries if one.ended is None and one.ends is not None]

    @rule()
    def finalise(self):
        over = [one for one in self.tries if one.ended is None and one.is_over(self.now)]
        for one in over:
            self.close(one)
        assert attempts.finalise(now=self.now) == len(over)

    @rule(person=people, minutes=st.sampled_from([0, 5, 30]))
    def extend(self, person, minutes):
        accommodations.grant(
            course=self.assignment.course,
            enrollment=self.learners[person],
            extra_minutes=minutes,
            by=self.teacher,
            now=self.now,
        )
        self.extra[person] = minutes
        self.bring_up(person)

    def bring_up(self, person):
        """Give a running attempt the limits of now; it ends no earlier than it was known to."""
        if (one := self.running(person)) is None:
            return
        before, one.forced = one.ends, None
        one.extra, one.limit = self.extra[person], self.limit
        if one.ends is not None and one.ends < self.now and one.ends != before:
            one.forced = before if before is not None and before <= self.now else self.now

    @rule(limit=st.sampled_from([None, 3, 10]), due=st.sampled_from([None, 5, 60, 3000]))
    def configure(self, limit, due):
        self.limit, self.due = limit, None if due is None else TODAY + due * MINUTE
        configuration.change(
            assignment=self.assignment,
            kind="quiz",
            title="t",
            points=POINTS,
            time_limit=limit,
            due_at=self.due,
            now=self.now,
        )
        for person in (0, 1):
            self.bring_up(person)

    @precondition(lambda self: len(self.revisions) < 3)
    @rule(key=st.sampled_from([1, 0]))
    def reword(self, key):
        """The author changes the item; nobody's attempt notices."""
        self.revisions.append(revise(self.item, **KEY_BODIES[key], stem=f"<p>Revision {len(self.revisions)}</p>"))

    @precondition(lambda self: self.tries)
    @rule(data=st.data())
    def regrade(self, data):
        at = data.draw(st.sampled_from(range(len(self.revisions))[::-1]))
        key = key_of(self.revisions[at])
        before = {person: self.counted(person) for person in (0, 1)}
        preview = attempts.preview_regrade(assignment=self.assignment, revision=self.revisions[at])
        for one in self.tries:
            one.key = key
        after = {person: self.counted(person) for person in (0, 1)}
        of = {enrollment.pk: person for person, enrollment in enumerate(self.learners)}
        for difference in preview.differences:
            person = of[difference.attempt.enrollment_id]
            assert (difference.score_before, difference.score_after) == (before[person], after[person])
        messages = self.messages
        attempts.regrade(
            assignment=self.assignment, revision=self.revisions[at], by=self.teacher, reason="Wrong key", now=self.now
        )
        assert self.messages - messages == any(one.ended is not None for one in self.tries)

    @precondition(lambda self: self.tries)
    @rule(data=st.data(), place=st.sampled_from([0, 1, 0, 2]), tenths=st.integers(0, 10))
    def override(self, data, place, tenths):
        one = data.draw(st.sampled_from(self.tries))
        score = Decimal(tenths) / 10 * (1 if place else POINTS)
        before = self.messages
        try:
            attempts.adjust(
                attempt_id=one.pk, position=place or None, score=score, by=self.teacher, reason="Fair", now=self.now
            )
        except attempts.AdjustmentError:
            assert one.ended is None
        else:
            one.set[place] = Fraction(tenths, 10)
            assert self.messages == before + 1

    @precondition(lambda self: self.tries)
    @rule(data=st.data(), place=st.integers(0, 2))
    def take_back(self, data, place):
        one = data.draw(st.sampled_from(self.tries))
        try:
            attempts.restore(attempt_id=one.pk, position=place or None, by=self.teacher, now=self.now)
        except attempts.AdjustmentError:
            assert one.ended is None or place not in one.set
        else:
            del one.set[place]

    # --- what must be true

    @invariant()
    def the_rows_are_as_the_model_says(self):
        rows = {row.pk: row for person in self.learners for row in self.attempts_of(person)}
        assert set(rows) == {one.pk for one in self.tries}
        for response in Response.objects.filter(attempt__in=rows).select_related("revision"):
            one = next(one for one in self.tries if one.pk == response.attempt_id)
            value = one.answers[response.position]
            assert response.answer == (STORED[value] if response.position == 2 else value or None)
            assert response.sequence == one.sequences[response.position]
            assert len(response.saves) >= bool(value)
            if response.position == 1:
                # Q2: what was asked stays what was asked.
                assert response.revision == self.revisions[one.asked]
            earned = None if one.ended is None else one.parts()[response.position]
            assert response.score == (None if earned is None else Decimal(earned.numerator) / earned.denominator)
        for one in self.tries:
            row = rows[one.pk]
            assert (row.state == "open", row.submitted_at, row.seed) == (one.ended is None, one.ended, one.seed)
            if one.ended is None:
                assert row.deadline == one.ends
            else:
                self.score_is_explained(row, one)

    def attempts_of(self, person):
        return selectors.attempts_of(assignment=self.assignment, enrollment=person)

    def score_is_explained(self, row, one):
        """Q4: from stored rows alone, line by line."""
        found = selectors.explain(row)
        exact = one.share(self.due, self.percent) * POINTS
        assert found.score == (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
        by_hand = [line for item in found.items for line in item.lines if line.startswith("Set to ")]
        standing = row.adjustments.filter(removed_at=None).count()
        assert standing == len(one.set)
        assert len(by_hand) + sum(line.startswith("Set to ") for line in found.lines) == row.adjustments.count()
        assert row.adjustments.exclude(by=self.teacher).count() == 0

    @invariant()
    def whoever_listens_knows_what_counts(self):
        for person, enrollment in enumerate(self.learners):
            assert self.told.get(enrollment.pk) == self.counted(person)

    @invariant()
    def nothing_is_shown_too_early(self):
        """Q1: right answers only when no attempt is left, and none is going on."""
        for person, enrollment in enumerate(self.learners):
            standing = selectors.standing(assignment=self.assignment, enrollment=enrollment, now=self.now)
            assert (standing.score, standing.attempts_left) == (self.counted(person), self.left(person))
            assert standing.shows_keys == (self.left(person) == 0 and self.running(person) is None)
            for row in standing.attempts:
                if row.state == "submitted":
                    shown = selectors.review(row, standing=standing)
                    assert any(item.expected for item in shown.items) == standing.shows_keys


def test_whatever_happens_the_rows_are_as_the_model_says(db):
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES or 45,
            derandomize=not HISTORIES,
            stateful_step_count=30,
            deadline=None,
            # A history that fails is told as it was found: making it shorter takes minutes.
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
