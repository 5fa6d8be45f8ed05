"""What those who teach see of attempts: who is at it, what was late, how a score came about, and receipts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from coexistence.quiz import accommodations, attempts, receipts
from coexistence.quiz.models import Attempt
from tests.factories import AssignmentFactory, EnrollmentFactory
from tests.quiz.answering import fill
from tests.web.pages import sound

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def staff(open_visit):
    """A teacher at half past twelve: of three learners one was late, one ran out of time, one is at it with more."""
    with time_machine.travel(NOON, tick=False) as clock:
        assignment = AssignmentFactory(time_limit=20, due_at=NOON + 10 * MINUTE, late="percent", late_percent=50)
        course = assignment.course
        late, slow, long = (
            EnrollmentFactory(course=course, participant__name=name) for name in ("Late Lena", "Slow Sam", "Long Lou")
        )
        accommodations.grant(course=course, enrollment=long, time_factor=Decimal(3), by=None, now=NOON)
        rows = [attempts.start(assignment=assignment, enrollment=one, now=NOON) for one in (late, slow, long)]
        fill(rows[0], {"numeric": "15.5"}, now=NOON + MINUTE)
        attempts.note(attempt_id=rows[0].pk, enrollment=late, kind="left", now=NOON + 2 * MINUTE)
        attempts.submit(attempt_id=rows[0].pk, enrollment=late, now=NOON + 15 * MINUTE)
        attempts.finalise(now=NOON + 21 * MINUTE)
        clock.move_to(NOON + 30 * MINUTE)
        yield open_visit(enrollment=EnrollmentFactory(course=course, instructor=True), assignment=assignment)


def attempt_of(name: str) -> Attempt:
    return Attempt.objects.get(enrollment__participant__name=name)


def test_the_class_list_tells_late_closed_running_and_accommodated(staff) -> None:
    page = sound(staff.page("grades/"))
    text = " ".join(page.text.split())
    for words in ("1 attempt is going on", "Long Lou: begun 2 March, 12:00 UTC, ends 2 March, 13:00 UTC", "60 min"):
        assert words in text
    # Whoever ran out of time was late as well: the time ended after it was due.
    assert (text.count(" late"), text.count("time over")) == (2, 1)
    for name in ("Late Lena", "Slow Sam", "Long Lou"):
        assert page.has("a", href=staff.path(f"grades/attempts/{attempt_of(name).pk}/"))
    person = attempt_of("Long Lou").enrollment_id
    assert page.has("a", href=f"{staff.path('accommodations/give/')}?person={person}")


def test_a_score_is_explained_with_all_that_happened(staff) -> None:
    text = " ".join(sound(staff.page(f"grades/attempts/{attempt_of('Late Lena').pk}/")).text.split())
    for words in (
        "submitted by the learner",
        "late",
        "The questions earned",
        "50% are taken off",
        "What counts is the best attempt",
        "Question 4",
        "2 March, 12:00:00 began Late Lena",
        "12:01:00 answered question 4 Late Lena",
        "12:02:00 left the page",
        "12:15:00 submitted",
    ):
        assert words in text


def test_an_attempt_that_goes_on_or_that_the_clock_closed_says_so(staff) -> None:
    text = " ".join(sound(staff.page(f"grades/attempts/{attempt_of('Slow Sam').pk}/")).text.split())
    assert "closed by the end of the time" in text
    assert "12:21:00 the time was over, and it was closed the clock" in text
    accommodations.grant(
        course=staff.visit.course,
        enrollment=attempt_of("Long Lou").enrollment,
        extra_minutes=60,
        by=staff.visit.enrollment,
        now=NOON + 30 * MINUTE,
    )
    text = " ".join(sound(staff.page(f"grades/attempts/{attempt_of('Long Lou').pk}/")).text.split())
    assert "going on" in text
    assert "the limits changed: it ends at 2 March 2026, 13:20" in text
    assert "How the score came about" not in text


def test_what_people_did_to_a_score_is_told(staff) -> None:
    attempt, by = attempt_of("Late Lena"), staff.visit.enrollment
    for position, score in ((1, Decimal(1)), (None, Decimal(7))):
        attempts.adjust(
            attempt_id=attempt.pk,
            position=position,
            score=score,
            by=by,
            reason="Seen in class.",
            now=NOON + 30 * MINUTE,
        )
    attempts.restore(attempt_id=attempt.pk, position=None, by=by, now=NOON + 31 * MINUTE)
    text = " ".join(sound(staff.page(f"grades/attempts/{attempt.pk}/")).text.split())
    for words in (
        "score of question 1 was set to 1",
        "the score was set to 7 of 10",
        "was taken back",
        "Seen in class.",
    ):
        assert words in text


def test_a_receipt_is_checked(staff, open_visit) -> None:
    code = receipts.receipt(attempt_of("Late Lena"))
    assert staff.path("grades/receipt/") in sound(staff.page("grades/")).values("href")
    sound(staff.page("grades/receipt/"))
    page = sound(staff.send("grades/receipt/", {"code": f" {code[:20]} {code[20:]}\n"}))
    for words in ("The receipt is genuine.", "Late Lena", "2 March 2026, 12:15:00 UTC"):
        assert words in page.text
    for wrong in (code[:-1], "", "x" * 5000):
        assert "no receipt of this course" in sound(staff.send("grades/receipt/", {"code": wrong}), status=422).text
    other = AssignmentFactory()
    stranger = open_visit(enrollment=EnrollmentFactory(course=other.course, instructor=True), assignment=other)
    sound(stranger.send("grades/receipt/", {"code": code}), status=422)
    sound(stranger.page(f"grades/attempts/{attempt_of('Late Lena').pk}/"), status=404)


def test_learners_see_none_of_it(staff, open_visit) -> None:
    attempt = attempt_of("Late Lena")
    learner = open_visit(enrollment=attempt.enrollment, assignment=attempt.assignment)
    sound(learner.page(f"grades/attempts/{attempt.pk}/"), status=403)
    sound(learner.send("grades/receipt/", {"code": "x"}), status=403)


def test_an_attempts_page_costs_a_fixed_number_of_queries(staff, django_assert_num_queries) -> None:
    path = f"grades/attempts/{attempt_of('Late Lena').pk}/"
    with django_assert_num_queries(7):
        sound(staff.page(path))
