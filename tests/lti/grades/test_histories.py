"""Any history of submissions, regrades, faults, crashes and teachers' changes, held against what must always be true.

G1 nothing is dropped silently, G2 the newest wins, G3 no message erases or lowers by accident, G4 who tries something
out is never sent, G5 what was acknowledged and what was seen is known. Over real HTTP, in each platform's manner; what
must be true of one learner's messages stands in ``ledger``.

``HISTORIES=2000`` tries so many, other ones each time (``--hypothesis-seed`` repeats them); by default it is the same
few hundred.
"""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from coexistence.courses.gradebook import gradebook
from lti import grades, outbox, platforms, reconcile, sending
from lti.answers import SENTENCES
from lti.grades import delivery
from lti.models import Lane, LineItem, ScoreDelivery
from lti.pacing import Pace
from lti.protocol import http, tokens
from lti.settlement import settle

from .conftest import NOON, School, run
from .ledger import Ledger, Shown
from .platform import SUBMISSION, Entry, Fault

HISTORIES = int(os.environ.get("HISTORIES", "0"))
STEPS = 30
LEARNERS = ("anna", "boris")
State = ScoreDelivery.State
SECOND = timedelta(seconds=1)

LOST = Fault(stores=True, drop=True)
FAULTS = (
    Fault(500),
    Fault(503, headers={"Retry-After": "3"}),
    Fault(drop=True),
    Fault(502, "<html>", stores=True),
    Fault(200, "<html>", stores=True),
    Fault(200, "<html>"),
    Fault(403, "403 Forbidden (Rate Limit Exceeded)"),
    Fault(429, headers={"Retry-After": "2"}),
    Fault(401),
    Fault(409, "[]"),
)
learners = st.sampled_from(LEARNERS)
#: What the platform does to the next messages. None: no worker comes by.
faults = st.one_of(
    st.none(),
    st.just([]),
    st.just([LOST]),
    st.just([Fault(401), Fault(401)]),
    st.lists(st.sampled_from((LOST, *FAULTS)), min_size=1, max_size=2),
)
scores = st.sampled_from(["new", "new", "new", "zero", "as before"])
#: What comes between: nothing, or a change after the claim or after the answer.
moments = st.sampled_from([None, None, "claimed", "answered"])


class History(RuleBasedStateMachine):
    """What happens to two learners in one column. The class of each manner has ``school``, ``clock`` and ``manner``."""

    school: School
    clock: Any
    manner: str
    at_work: "History"

    @initialize()
    def open(self) -> None:
        type(self).at_work = self
        platform = self.school.platform
        ScoreDelivery.objects.all().delete()
        Lane.objects.update(paused_until=None, failures=0, holder=None, leased_until=None)
        platform.gradebook.clear()
        platform.requests.clear()
        platform.accepted.clear()
        platform.gone.clear()
        self.clock.shift(timedelta(hours=2))
        self.assignment = self.school.assignment(points=10)
        if self.manner == "moodle":
            # It lists everybody from the beginning, with nothing beside the name.
            for sub in LEARNERS:
                platform.gradebook[urlsplit(self.column.url).path, sub] = Entry(None, 10, NOON)
        self.ledgers = {sub: Ledger(sub, self.manner) for sub in LEARNERS}
        self.count = 0
        self.meanwhile: dict[str, Callable[[], None]] = {}
        self.claims: dict[int, int] = {}
        self.stalled: list[Any] = []
        for sub in LEARNERS:
            self._submit(sub, "new")

    @property
    def column(self) -> LineItem:
        return LineItem.objects.get(resource_link__assignment=self.assignment)

    @property
    def rows(self) -> dict[str, ScoreDelivery]:
        return {row.user.sub: row for row in ScoreDelivery.objects.select_related("user")}

    def entry(self, sub: str) -> Any:
        return self.school.platform.gradebook.get((urlsplit(self.column.url).path, sub))

    # --- Wishes

    @rule(sub=learners, score=scores, faults=faults, between=moments)
    def submit(self, sub: str, score: str, faults: list[Fault] | None, between: str | None) -> None:
        self._submit(sub, score)
        self._send(faults, between, sub)

    @rule(
        sub=learners, score=scores, reason=st.sampled_from(["regraded", "overridden"]), faults=faults, between=moments
    )
    def change(self, sub: str, score: str, reason: str, faults: list[Fault] | None, between: str | None) -> None:
        self._wish(sub, score, reason)
        self._send(faults, between, sub)

    def _submit(self, sub: str, score: str) -> None:
        self._wish(sub, score, "submitted", attempt=self.ledgers[sub].attempt + 1)

    def _wish(self, sub: str, score: str, reason: str, *, attempt: int | None = None) -> None:
        ledger = self.ledgers[sub]
        self.count += 1
        value = {"new": self.count * 3 / 100, "zero": 0.0}.get(score)
        if value is None:
            value = ledger.wishes[-2].score if len(ledger.wishes) > 1 else 0.0
        if ledger.wishes and self.rows[sub].state == State.DELIVERED:
            # What the instructor asked for has been done.
            ledger.insists = False
        at = ledger.wishes[-1].at if attempt is None else timezone.now()
        ledger.wish(value, attempt=attempt or ledger.attempt, at=at)
        number = ledger.attempt
        change = self.school.change(
            self.assignment, sub, Decimal(str(value)), attempt=number, at=at - timedelta(minutes=number - 1)
        )
        grades.record([change])

    @rule(score=scores)
    def try_out(self, score: str) -> None:
        """Somebody of the staff takes the quiz."""
        grades.record([self.school.change(self.assignment, "teacher", 5, was_staff=True)])

    # --- Workers

    @rule(faults=faults, between=moments, sub=learners)
    def send(self, faults: list[Fault] | None, between: str | None, sub: str) -> None:
        self._send(faults, between, sub)

    def _send(
        self, faults: list[Fault] | None, between: str | None, sub: str, *, after: timedelta = 2 * SECOND
    ) -> None:
        """Let a worker come by a little later, unless ``faults`` is None; ``between`` a regrade comes in its way."""
        self.clock.shift(after)
        if faults is None:
            return
        if between is not None:
            self.meanwhile[between] = lambda: self._wish(sub, "new", "regraded")
        self.school.platform.faults.extend(faults)
        self.school.deliver()
        self.school.platform.faults.clear()
        self.meanwhile.clear()

    def claimed(self, rows: Sequence[ScoreDelivery]) -> None:
        """A worker has claimed these rows; what was wished for by now is what it has to send."""
        for row in rows:
            self.claims[row.pk] = len(self.ledgers[row.sub].wishes)  # type: ignore[attr-defined]

    def happens(self, moment: str) -> None:
        """Whatever is to come between does so now."""
        self.meanwhile.pop(moment, lambda: None)()

    def posted(self, row: ScoreDelivery, message: dict[str, Any], status: int | None, *, taken: bool) -> None:
        """A message has been exchanged with the platform."""
        sub: str = row.sub  # type: ignore[attr-defined]
        assert sub in LEARNERS, "who tries something out is never sent"
        ledger = self.ledgers[sub]
        ledger.posted(row, message, claimed=self.claims[row.pk], status=status)
        if taken:
            prioritized = message.get(SUBMISSION, {}).get("prioritize_non_tool_grade", self.manner == "moodle")
            ledger.accepted(row, message, prioritized=prioritized)

    @rule(sends=st.booleans(), keeps_lane=st.booleans())
    def crash(self, sends: bool, keeps_lane: bool) -> None:
        """A worker is killed after it has claimed, before or after the platform heard of it."""
        rows = self._claim(keeps_lane=keeps_lane)
        if sends and rows:
            self._exchange(rows)

    @precondition(lambda self: not self.stalled)
    @rule(sends=st.booleans(), faults=st.sampled_from([(), (LOST,), (Fault(500),)]))
    def stall(self, sends: bool, faults: tuple[Fault, ...]) -> None:
        """A worker stops in the midst of it, before or after sending, and may go on some time."""
        rows = self._claim(keeps_lane=False)
        if rows:
            claims = {row.pk: self.claims[row.pk] for row in rows}
            self.school.platform.faults.extend(faults)
            self.stalled.append((rows, claims, self._exchange(rows) if sends else None))
            self.school.platform.faults.clear()
            # Only its successors may take up what it has in hand.
            self.clock.shift(outbox.CLAIM_LEASE + SECOND)

    @precondition(lambda self: self.stalled)
    @rule()
    def go_on(self) -> None:
        """The stalled worker sends, if it has not, and writes down what it takes for true."""
        rows, claims, outcomes = self.stalled.pop()
        if outcomes is None:
            self.claims, now = {**self.claims, **claims}, self.claims
            outcomes = self._exchange(rows)
            self.claims = now
        before = {row.pk: row for row in self.rows.values()}
        at = timezone.now()
        lane = outbox.HeldLane(Lane.objects.get().pk, rows[0].claim, Pace(), self.manner)
        settled = [settle(outcome, now=at) for outcome in outcomes]
        sent = [request for outcome in outcomes for request in outcome.requests]
        outbox.finish(settled, sent, claim=rows[0].claim, lane=lane, pace=lane.pace, release=True, now=at)
        for row in self.rows.values():
            earlier = before[row.pk]
            if earlier.claim != rows[0].claim:
                assert state_of(row) == state_of(earlier), "results are written only under the claim's own token"

    def _claim(self, *, keeps_lane: bool) -> list[ScoreDelivery]:
        registration_id = self.school.registration.pk
        outbox.make_lanes(registration_id=registration_id)
        if outbox.take_lane(registration_id=registration_id, now=timezone.now()) is None:
            return []
        if not keeps_lane:
            Lane.objects.update(holder=None, leased_until=None)
        rows = outbox.claim(registration_id=registration_id, limit=10, now=timezone.now())
        self.claimed(rows)
        return rows

    def _exchange(self, rows: Sequence[ScoreDelivery]) -> list[Any]:
        registration_id = self.school.registration.pk
        return sending.send(
            rows,
            post=delivery._post,
            token=tokens.access_token(registration_id=registration_id, scopes=delivery.SCOPES),
            pool=sending.pool_of(registration_id),
            platform=platforms.of(self.manner),
            concurrency=1,
        )

    # --- Teachers, and what else may happen to a gradebook

    @rule(sub=learners, pending=st.sampled_from([None, None, Fault(500), LOST]))
    def teacher_grades(self, sub: str, pending: Fault | None) -> None:
        """By hand, and protected as each platform protects it; perhaps while a score of ours is under way."""
        if pending is not None:
            self._submit(sub, "new")
            self._send([pending], None, sub)
        self._edit(sub, protected=self.manner != "")
        self.clock.shift(2 * SECOND)

    @rule(
        sub=learners,
        pending=st.sampled_from([None, Fault(500), LOST]),
        later=st.sampled_from([2, 400, 5000]),
        then=st.booleans(),
    )
    def teacher_imports(self, sub: str, pending: Fault | None, later: int, then: bool) -> None:
        """Nothing protects this one, and after a while a further attempt may come."""
        if pending is not None:
            self._submit(sub, "new")
            self._send([pending], None, sub)
        if self.manner != "canvas":
            self._edit(sub, protected=False)
        self.clock.shift(timedelta(seconds=later))
        if then:
            self._submit(sub, "new")
            self._send([], None, sub)

    def _edit(self, sub: str, *, protected: bool) -> None:
        ledger, entry = self.ledgers[sub], self.entry(sub)
        row = self.rows[sub]
        if row.state == State.DELIVERED:
            # What the instructor asked for has been done.
            ledger.insists = False
        self.count += 1
        score = (self.count * 6 + 3) / 200
        self.school.platform.override(self.column.url, sub, score, at=timezone.now())
        if entry is None and self.manner != "moodle":
            self.entry(sub).stamp = NOON
        if not protected:
            self.entry(sub).by_hand = False
        ledger.teacher(score, protected=protected)

    @precondition(lambda self: any(ledger.shown and ledger.shown.revision is None for ledger in self.ledgers.values()))
    @rule(sub=learners, ours=st.booleans(), reads=st.sampled_from([True, True, False]), then=st.booleans())
    def instructor_decides(self, sub: str, ours: bool, reads: bool, then: bool) -> None:
        """Send ours, or keep theirs, where the page offers it; another attempt may come soon after."""
        if self.ledgers[sub].shown is None or self.ledgers[sub].shown.revision is not None:
            (sub,) = set(LEARNERS) - {sub}
        if reads:
            self._reconcile()
        self._decide(sub, ours=ours)
        if then:
            self._send([], None, sub)
            self._submit(sub, "new")
            self._send([], None, sub)

    def _decide(self, sub: str, *, ours: bool) -> None:
        ledger, pk = self.ledgers[sub], self.school.learner(sub).pk
        if gradebook().settle(assignment_id=self.assignment.pk, enrollment_id=pk, ours=ours):
            ledger.insists, ledger.yields = ours, not ours
            if ours:
                ledger.may_restamp()
            if ours and self.manner == "canvas" and ledger.shown is not None:
                ledger.shown = Shown(None, ledger.shown.score, ledger.shown.since, protected=True)

    @rule()
    def instructor_resends(self) -> None:
        """All that is stuck."""
        for sub, row in self.rows.items():
            if row.state in {State.HELD, State.REFUSED}:
                self.ledgers[sub].may_restamp()
        gradebook().resend(assignment_id=self.assignment.pk)

    @rule(
        between=st.sampled_from([None, None, "read", "compared"]), sub=learners, fault=st.sampled_from([None, 500, 404])
    )
    def read_back(self, between: str | None, sub: str, fault: int | None) -> None:
        """The gradebook is read; a new score may be sent while that goes on."""
        if between is not None:
            self.meanwhile[between] = lambda: (self._submit(sub, "new"), self._send([], None, sub))
        if fault is not None:
            self.school.platform.result_faults.append(Fault(fault))
        self._reconcile()
        self.meanwhile.clear()
        self.school.platform.result_faults.clear()

    def _reconcile(self) -> None:
        self.clock.shift(SECOND)
        for sub, ledger in self.ledgers.items():
            # What it does not find there it may send anew.
            shown = ledger.shown
            if shown is None or shown.revision is None or shown.revision != len(ledger.wishes):
                self.ledgers[sub].may_restamp()
        began = timezone.now()
        outbox.ask_check(line_item_id=self.column.pk, now=began)
        reconcile.check(registration_id=self.school.registration.pk)
        for sub, row in self.rows.items():
            if row.seen_at == began == timezone.now():
                entry = self.entry(sub)
                assert (None if row.seen_score is None else float(row.seen_score)) == self._visible(entry)

    def _visible(self, entry: Any) -> float | None:
        if entry is None or (self.manner == "moodle" and not entry.score):
            return None
        score: float | None = entry.score
        return score

    @rule(sub=learners, zero=st.booleans())
    def the_gradebook_loses_one(self, sub: str, zero: bool) -> None:
        if zero:
            self._wish(sub, "zero", "regraded")
            self._send([], None, sub)
        self.school.platform.gradebook.pop((urlsplit(self.column.url).path, sub), None)
        self.ledgers[sub].lose()

    @rule(sub=learners, lost=st.booleans(), then=st.booleans(), faults=faults)
    def the_platforms_clock_runs_ahead(self, sub: str, lost: bool, then: bool, faults: list[Fault] | None) -> None:
        """It keeps times of its own, later than those of our messages; and the next one may come at once.

        Of the last one it may not have told us that it had come.
        """
        if lost:
            self._submit(sub, "new")
            self._send([LOST], None, sub)
        for entry in self.school.platform.gradebook.values():
            entry.stamp += timedelta(seconds=4)
        if then:
            self._wish(sub, "new", "regraded")
            self._send(faults, None, sub)

    @rule(known=st.booleans(), sub=learners)
    def nobody_is_enrolled_for_a_while(self, known: bool, sub: str) -> None:
        """What is sent meanwhile is held, and healed by itself."""
        self.school.platform.students = set()
        self._submit(sub, "new")
        self._send([], None, sub)
        self.school.platform.students = None
        if known:
            self.clock.shift(timedelta(hours=6, minutes=1))

    @rule(sub=learners, minutes=st.sampled_from([0, 0, 1, 6]), at_once=st.booleans())
    def scores_are_kept_back_for_a_while(self, sub: str, minutes: int, at_once: bool) -> None:
        after = 0 * SECOND if at_once else 2 * SECOND
        if at_once:
            # Its last message went out in this very second.
            self._submit(sub, "new")
            self._send([], None, sub)
        posts = len(self.school.platform.posts())
        grades.withhold(assignment_id=self.assignment.pk)
        self._submit(sub, "new")
        self.clock.shift(timedelta(minutes=minutes))
        self._send([], None, sub, after=after)
        assert len(self.school.platform.posts()) == posts, "what is kept back is not sent"
        grades.release(assignment_id=self.assignment.pk)
        if at_once:
            self._send([], None, sub, after=after)

    @rule(sub=learners)
    def the_column_is_deleted_and_a_new_one_named(self, sub: str) -> None:
        column = self.column
        self.school.platform.gone.add(urlsplit(column.url).path)
        self._submit(sub, "new")
        self._send([], None, sub)
        self.school.links += 1
        url = self.school.platform.line_item(self.school.links)
        replaced = LineItem.objects.filter(pk=column.pk, gone=True).exists()
        LineItem.objects.filter(pk=column.pk).update(url=url, gone=False)
        for ledger in self.ledgers.values():
            ledger.lose()
        grades.column_found(line_item_id=column.pk, replaced=True)
        assert replaced or self.rows[sub].state != State.HELD

    @rule(seconds=st.sampled_from([1, 5, 40, 600, 4000]))
    def wait(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    # --- What must be true

    @invariant()
    def nothing_is_dropped(self) -> None:
        rows = self.rows
        assert set(rows) == set(LEARNERS)
        for sub, row in rows.items():
            self.ledgers[sub].check(row)
            if row.state in {State.WAITING, State.SENDING}:
                assert row.next_try_at is not None
                assert (row.claim is None) == (row.state == State.WAITING)
            elif row.state != State.DELIVERED:
                assert row.code in SENTENCES

    @invariant()
    def the_gradebook_shows_what_it_should(self) -> None:
        for sub, ledger in self.ledgers.items():
            entry = self.entry(sub)
            assert (entry.score if entry else None) == (ledger.shown.score if ledger.shown else None)

    def teardown(self) -> None:
        if not hasattr(self, "stalled"):
            return
        # Everything works again.
        for _ in range(3):
            run(self.school, self.clock, minutes=60 * 8)
            self._reconcile()
        for sub, row in self.rows.items():
            self.ledgers[sub].settled(row)


def state_of(row: ScoreDelivery) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def in_the_way(machine: type[History], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the history at work see what passes, and do something in between."""
    post, send, read, sent_scores = delivery._post, sending.send, reconcile._read, outbox.sent_scores

    def posting(row: ScoreDelivery, *rest: Any) -> http.Reply:
        platform = machine.school.platform
        taken, reply = len(platform.accepted), None
        try:
            reply = post(row, *rest)
        finally:
            message = platform.posts()[-1]
            status = reply.status if reply is not None else None
            machine.at_work.posted(row, message, status, taken=len(platform.accepted) > taken)
        return reply

    def claimed_and_sent(rows: Sequence[ScoreDelivery], **how: Any) -> Any:
        machine.at_work.claimed(rows)
        machine.at_work.happens("claimed")
        # One after the other, so that a history can be repeated.
        outcomes = send(rows, **{**how, "concurrency": 1})
        machine.at_work.happens("answered")
        return outcomes

    def reading(*what: Any) -> Any:
        results = read(*what)
        machine.at_work.happens("read")
        return results

    def comparing(*what: Any) -> Any:
        machine.at_work.happens("compared")
        return sent_scores(*what)

    monkeypatch.setattr(delivery, "_post", posting)
    monkeypatch.setattr(delivery, "send", claimed_and_sent)
    monkeypatch.setattr(reconcile, "_read", reading)
    monkeypatch.setattr(outbox, "sent_scores", comparing)


@pytest.mark.parametrize(("manner", "examples"), [("moodle", 60), ("canvas", 60), ("", 30)])
def test_whatever_happens(
    make_school: Callable[..., School],
    bells: Any,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    manner: str,
    examples: int,
) -> None:
    class OfThisManner(History):
        pass

    OfThisManner.school, OfThisManner.clock, OfThisManner.manner = make_school(manner), clock, manner
    clock.move_to(NOON)
    in_the_way(OfThisManner, monkeypatch)
    run_machine(
        OfThisManner,
        settings=settings(
            max_examples=HISTORIES or examples,
            stateful_step_count=STEPS,
            derandomize=not HISTORIES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
