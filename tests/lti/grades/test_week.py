"""A week's use, played through: forty learners, late work, more time for somebody who is at it, attempts that nobody
submits, a disputed key; and the gradebook right at each step."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from coexistence.courses.models import Assignment
from coexistence.quiz import accommodations, attempts
from coexistence.quiz.models import Attempt
from lti.models import ScoreDelivery
from tests.factories import ITEM_BODIES, EnrollmentFactory, revise
from tests.quiz.answering import RIGHT, WRONG, fill

from .conftest import NOON, School, run

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: Noon on Monday, and so on.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (NOON + number * DAY for number in range(7))
TYPES = ("single_choice", "numeric", "true_false")
#: How many of the three questions somebody has right; the choice is right last.
ANSWERS: dict[int, dict[str, Any]] = {
    0: WRONG,
    1: {**WRONG, "numeric": RIGHT["numeric"]},
    2: {**RIGHT, "single_choice": WRONG["single_choice"]},
    3: RIGHT,
}


class Week:
    """One class at one quiz, and what the gradebook should hold of each: ``expected``, by name."""

    def __init__(self, school: School, clock: Any) -> None:
        self.school, self.clock = school, clock
        self.expected: dict[str, float] = {}
        self.assignment: Assignment = school.assignment(
            types=TYPES, points=30, time_limit=30, due_at=FRIDAY, closes_at=SUNDAY, late="percent", late_percent=10
        )
        self.names = [f"learner-{number:02}" for number in range(40)]
        for name in self.names:
            school.learner(name)
        self.teacher = EnrollmentFactory(course=school.course, instructor=True)

    def begin(self, name: str, at: datetime) -> Attempt:
        self.clock.move_to(at)
        return attempts.start(assignment=self.assignment, enrollment=self.school.learner(name), now=timezone.now())

    def answer(self, attempt: Attempt, right: int, at: datetime) -> None:
        self.clock.move_to(at)
        assert not fill(attempt, ANSWERS[right], now=at).refused

    def hand_in(self, attempt: Attempt, at: datetime) -> None:
        self.clock.move_to(at)
        attempts.submit(attempt_id=attempt.pk, enrollment=attempt.enrollment, now=at)

    def take(self, name: str, right: int, at: datetime, *, worth: float | None = None) -> None:
        """A whole attempt; ``worth`` is what then counts, by default ten points a question."""
        attempt = self.begin(name, at)
        self.answer(attempt, right, at + 5 * MINUTE)
        self.hand_in(attempt, at + 6 * MINUTE)
        self.expected[name] = 10.0 * right if worth is None else worth

    def check(self) -> None:
        """Send what is due, and compare the whole gradebook, and what we believe of it, with what is expected."""
        run(self.school, self.clock)
        held = {name: self.school.held(self.assignment, name) for name in self.names}
        assert {name: score for name, score in held.items() if score is not None} == self.expected
        rows = ScoreDelivery.objects.filter(line_item__resource_link__assignment=self.assignment)
        believed = {row.user.sub: row for row in rows.select_related("user")}
        assert set(believed) == set(self.expected)
        assert {row.state for row in believed.values()} <= {"delivered"}
        assert {name: float(row.acknowledged_score or 0) for name, row in believed.items()} == self.expected


def test_a_weeks_use(school: School, clock: Any) -> None:
    week = Week(school, clock)
    names = week.names

    # Monday: a dozen come in their lesson, and the teacher tries it out.
    for number, name in enumerate(names[:12]):
        week.take(name, number % 4, MONDAY)
    week.check()
    assert attempts.start(assignment=week.assignment, enrollment=week.teacher, now=MONDAY).is_preview
    week.check()

    # Tuesday: ten more; three of Monday's try again, of whom one does worse, which lowers nothing.
    for name in names[12:22]:
        week.take(name, 2, TUESDAY)
    week.take(names[0], 3, TUESDAY + 60 * MINUTE)
    week.take(names[1], 2, TUESDAY + 60 * MINUTE)
    week.take(names[3], 1, TUESDAY + 60 * MINUTE, worth=30)
    week.check()

    # Wednesday: one is granted more time while at it, another one has the usual, a third just leaves.
    slow, usual, gone = (week.begin(name, WEDNESDAY) for name in names[22:25])
    for attempt in (slow, usual):
        week.answer(attempt, 1, WEDNESDAY + 10 * MINUTE)
    accommodations.grant(
        course=school.course,
        enrollment=slow.enrollment,
        time_factor=Decimal(2),
        by=week.teacher,
        now=WEDNESDAY + 25 * MINUTE,
    )
    clock.move_to(WEDNESDAY + 40 * MINUTE)
    # The teacher's own attempt of Monday, and the two whose half hour is over.
    assert attempts.finalise(now=timezone.now()) == 3
    week.expected |= {names[23]: 10.0, names[24]: 0.0}
    week.check()
    fill(slow, ANSWERS[3], sequence=2, now=WEDNESDAY + 50 * MINUTE)
    week.hand_in(slow, WEDNESDAY + 55 * MINUTE)
    week.expected[names[22]] = 30.0
    week.check()
    gone.refresh_from_db()
    assert (gone.submitted_at, gone.closed_by) == (WEDNESDAY + 30 * MINUTE, "clock")

    # Thursday: the key of the choice was wrong; Paris is right and Geneva is not.
    clock.move_to(THURSDAY)
    item = week.assignment.unit.item_set.get(current__type="single_choice")
    options = [{**one, "right": one["id"] == "paris"} for one in ITEM_BODIES["single_choice"]["options"]]
    revision = revise(item, options=options)
    preview = attempts.preview_regrade(assignment=week.assignment, revision=revision)
    week.check()
    attempts.regrade(
        assignment=week.assignment, revision=revision, by=week.teacher, reason="The key was wrong.", now=THURSDAY
    )
    # Each choice that was right is wrong now, and the other way round; the better of two attempts counts.
    swapped = {30.0: 20.0, 20.0: 30.0, 10.0: 20.0, 0.0: 10.0}
    before, week.expected = week.expected, {name: swapped[score] for name, score in week.expected.items()}
    # With two attempts the other one may be the better one now; and who left has chosen nothing.
    week.expected |= {names[0]: 20.0, names[1]: 30.0, names[3]: 20.0, names[24]: 0.0}
    told = {d.attempt.enrollment_id: float(d.score_after or 0) for d in preview.differences}
    for name in before:
        assert told.get(school.learner(name).pk, week.expected[name]) == week.expected[name]
    week.check()

    # Friday, up to noon: most of the others, in time.
    for number, name in enumerate(names[25:33]):
        week.take(name, 2 + number % 2, FRIDAY - 60 * MINUTE, worth=30.0 if number % 2 == 0 else 20.0)
    week.check()

    # Saturday: late work. One has a later due date, one is excused, of one the teacher sets the score.
    accommodations.grant(
        course=school.course,
        enrollment=school.learner(names[34]),
        assignment=week.assignment,
        due_at=SATURDAY + 60 * MINUTE,
        by=week.teacher,
        now=FRIDAY,
    )
    accommodations.grant(
        course=school.course,
        enrollment=school.learner(names[35]),
        assignment=week.assignment,
        excused=True,
        by=week.teacher,
        now=FRIDAY,
    )
    week.take(names[33], 2, SATURDAY - 60 * MINUTE, worth=27.0)
    week.take(names[34], 2, SATURDAY, worth=30.0)
    week.take(names[36], 2, SATURDAY, worth=24.0)
    week.take(names[35], 2, SATURDAY)
    del week.expected[names[35]]
    week.check()
    late = Attempt.objects.get(enrollment=school.learner(names[36]))
    attempts.adjust(
        attempt_id=late.pk, position=None, score=Decimal(28), by=week.teacher, reason="Was ill.", now=timezone.now()
    )
    week.expected[names[36]] = 28.0
    week.check()

    # Sunday: who is at it when the quiz closes has what was saved; then it is closed, and the rest never came.
    last = week.begin(names[37], SUNDAY - 10 * MINUTE)
    week.answer(last, 2, SUNDAY - MINUTE)
    clock.move_to(SUNDAY + MINUTE)
    assert attempts.finalise(now=timezone.now()) == 1
    week.expected[names[37]] = 24.0
    week.check()
    for name in names[38:]:
        try:
            week.begin(name, SUNDAY + 2 * MINUTE)
        except attempts.QuizClosedError:
            continue
        raise AssertionError(name)
    assert attempts.finalise(now=SUNDAY + DAY) == 0
    week.check()
    assert len(week.expected) == 37
