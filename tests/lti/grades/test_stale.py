"""The platform holds something newer, or something else: whose it is decides."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from lti import outbox
from lti.models import LineItem

from .conftest import NOON, run
from .platform import SUBMISSION, Entry, Fault

HTML = "<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.mark.parametrize("manner", ["", "moodle", "canvas"])
def test_our_own_value_under_a_later_time_is_no_obstacle(make_school, bells, clock, manner: str) -> None:
    school = make_school(manner)
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    school.deliver()
    # The platform's clock is ahead of ours, and it stored its own time.
    school.platform.edit(LineItem.objects.get().url, "anna", 5, at=NOON.replace(microsecond=0) + timedelta(seconds=3))
    clock.shift(timedelta(seconds=2))
    school.owe(assignment, "anna", 8)
    run(school, clock, minutes=0.2)
    row = school.row(assignment, "anna")
    assert (row.state, school.held(assignment, "anna")) == ("delivered", 8)
    assert row.restamps == (2 if manner == "moodle" else 1)


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
@pytest.mark.parametrize("killed", [False, True])
def test_an_earlier_score_of_ours_whose_answer_was_lost_is_no_teachers(
    make_school, bells, clock, manner: str, killed: bool
) -> None:
    """It is stored under a later time than ours, and a newer score comes back as stale."""
    school = make_school(manner)
    assignment = school.assignment()
    school.owe(assignment, "anna", 5)
    if killed:
        # The worker that claimed it has died after sending: not even the request is on record.
        outbox.claim(registration_id=school.registration.pk, limit=1, now=timezone.now())
        clock.shift(outbox.LANE_LEASE)
    else:
        school.platform.faults.append(Fault(503))
        school.deliver()
    later = timezone.now().replace(microsecond=0) + timedelta(seconds=3)
    school.platform.edit(LineItem.objects.get().url, "anna", 5, at=later)
    clock.shift(timedelta(seconds=2))
    school.owe(assignment, "anna", 8)
    run(school, clock, minutes=0.5)
    row = school.row(assignment, "anna")
    assert (row.state, row.sent, school.held(assignment, "anna")) == ("delivered", [], 8)
    assert row.restamps > 0


def test_a_gradebook_that_cannot_be_read_just_now_is_read_later(make_school, bells, clock) -> None:
    school = make_school("moodle")
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(stores=True, drop=True))
    school.platform.result_faults.extend([Fault(503), Fault(500), Fault(drop=True)])
    run(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code, school.held(assignment, "anna")) == ("delivered", "", 8)
    assert len(school.platform.accepted) == 1


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
def test_a_teachers_own_change_is_left_alone(make_school, bells, clock, manner: str) -> None:
    school = make_school(manner)
    assignment = school.assignment()
    url = LineItem.objects.get().url
    school.platform.edit(url, "anna", 9.5, at=NOON + timedelta(hours=1))
    school.owe(assignment, "anna", 4)
    run(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code, school.held(assignment, "anna")) == ("superseded", "changed_by_hand", 9.5)
    assert (row.seen_score, row.seen_maximum) == (9.5, 10)


def test_new_stamps_are_given_twice_at_most_and_once_more_after_hours(make_school, bells, clock) -> None:
    school = make_school("moodle")
    assignment = school.assignment()
    school.owe(assignment, "anna", 4)
    school.platform.faults.extend(Fault(409, "[]") for _ in range(20))
    run(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("held", "still_stale")
    stamps = [message["timestamp"] for message in school.platform.posts()]
    assert len(stamps) == len(set(stamps)) == 3
    school.platform.faults.clear()
    clock.shift(timedelta(hours=6, seconds=1))
    school.deliver()
    assert (school.row(assignment, "anna").state, school.held(assignment, "anna")) == ("delivered", 4)


@pytest.mark.parametrize(
    "fault", [Fault(404, HTML), Fault(200, HTML), Fault(200, '[{"userId":"anna","resultScore":"x"}]')]
)
def test_a_result_that_cannot_be_read_is_said(make_school, bells, clock, fault: Fault) -> None:
    school = make_school("moodle")
    assignment = school.assignment()
    school.owe(assignment, "anna", 4)
    school.platform.faults.append(Fault(409, "[]"))
    school.platform.result_faults.append(fault)
    run(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("held", "result_unreadable")


def test_a_score_of_zero_is_a_value_where_the_platform_leaves_it_out(make_school, bells, clock) -> None:
    school = make_school("moodle")
    assignment = school.assignment()
    school.owe(assignment, "anna", 0)
    school.platform.faults.append(Fault(stores=True, drop=True))
    run(school, clock)
    assert school.row(assignment, "anna").state == "delivered"
    assert [message["scoreGiven"] for _, message in school.platform.accepted] == [0]


def test_a_page_and_an_empty_row_are_no_proof_of_a_zero(make_school, bells, clock) -> None:
    school = make_school("moodle")
    assignment = school.assignment()
    row = (urlsplit(assignment.resource_link.line_item.url).path, "anna")
    school.platform.gradebook[row] = Entry(None, 10, NOON - timedelta(days=1))
    school.owe(assignment, "anna", 0)
    school.platform.faults.append(Fault(200, HTML))
    run(school, clock)
    assert school.row(assignment, "anna").state == "delivered"
    assert [message["scoreGiven"] for _, message in school.platform.accepted] == [0]


def test_only_the_first_message_of_an_attempt_announces_it(make_school, bells, clock) -> None:
    school = make_school("canvas")
    assignment = school.assignment()

    def send(score: object, attempt: int) -> dict:
        school.owe(assignment, "anna", score, attempt=attempt)
        clock.shift(timedelta(seconds=2))
        school.deliver()
        return school.platform.posts()[-1][SUBMISSION]

    first, regraded, second = send(5, 1), send(6, 1), send(9, 2)
    assert [item["new_submission"] for item in (first, regraded, second)] == [True, False, True]
    assert first["submitted_at"] == regraded["submitted_at"] != second["submitted_at"]
    assert len(next(iter(school.platform.gradebook.values())).submissions) == 2


def test_a_last_attempt_whose_answer_was_lost_is_found(make_school, bells, clock) -> None:
    school = make_school("canvas")
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.platform.faults.append(Fault(stores=True, drop=True))
    school.platform.faults.append(Fault(422, "The maximum number of allowed attempts has been reached"))
    run(school, clock)
    assert school.row(assignment, "anna").state == "delivered"
