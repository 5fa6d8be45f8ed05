"""Reading the gradebook back: what it holds decides what is resent, and what a teacher has entered stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Min
from django.utils import timezone

from coexistence.courses.gradebook import Action, GradeState, GradeStatus, gradebook
from lti import outbox, reconcile
from lti.models import LineItem, ScoreDelivery, ScoreRequest
from lti.outbox.claims import FIRST_CHECK

from .conftest import NOON, School
from .platform import SUBMISSION, Fault

MANNERS = ["", "moodle", "canvas"]
LATER = FIRST_CHECK + timedelta(seconds=1)


@pytest.fixture
def given(make_school: Callable[..., School], bells, clock) -> Callable[..., tuple]:
    """A school in some manner, with an assignment of which Anna's 8 of 10 has been delivered."""

    def make(manner: str = "", score: object = 8):
        school = make_school(manner)
        assignment = school.assignment()
        school.owe(assignment, "anna", score)
        school.deliver()
        assert school.row(assignment, "anna").state == "delivered"
        return school, assignment

    return make


def check(school: School, clock, *, after: timedelta = LATER) -> None:
    clock.shift(after)
    reconcile.check(registration_id=school.registration.pk)


def status(school: School, assignment, sub: str = "anna") -> GradeStatus:
    pk = school.learner(sub).pk
    return gradebook().statuses(assignment_id=assignment.pk, enrollment_ids=[pk])[pk]


def edit(school: School, assignment, score: float, *, at=None) -> None:
    school.platform.edit(assignment.resource_link.line_item.url, "anna", score, at=at or timezone.now())


def gets(school: School) -> list[str]:
    return [path for method, path, _, _ in school.platform.requests if method == "GET"]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_score_is_read_back_some_time_after_its_delivery(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    check(school, clock, after=FIRST_CHECK - timedelta(seconds=1))
    assert gets(school) == []
    check(school, clock, after=timedelta(seconds=2))
    row = school.row(assignment, "anna")
    assert (row.state, row.seen_score, row.seen_maximum, row.seen_at) == ("delivered", 8, 10, timezone.now())
    assert row.check_at == row.acknowledged_at + timedelta(days=1)
    assert LineItem.objects.get().read_at == timezone.now()
    assert len(school.platform.posts()) == 1
    (path,) = gets(school)
    assert ("limit=100" in path) is (manner == "canvas")


def test_it_is_read_less_and_less_often_and_then_no_more(given, clock) -> None:
    school, assignment = given()
    for after in (LATER, timedelta(days=1), timedelta(days=7)):
        assert school.row(assignment, "anna").check_at is not None
        check(school, clock, after=after)
    assert school.row(assignment, "anna").check_at is None
    assert len(gets(school)) == 3


@pytest.mark.parametrize("manner", MANNERS)
def test_zero_is_a_value_also_where_the_platform_leaves_it_out(given, clock, manner: str) -> None:
    school, assignment = given(manner, 0)
    check(school, clock)
    assert school.row(assignment, "anna").state == "delivered"
    assert status(school, assignment).seen == 0
    assert len(school.platform.posts()) == 1


@pytest.mark.parametrize("manner", MANNERS)
def test_a_teachers_change_is_shown_and_left_alone(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    edit(school, assignment, 9.5)
    check(school, clock)
    found = status(school, assignment)
    assert (found.state, found.computed, found.acknowledged, found.seen) == (GradeState.SUPERSEDED, 8, 8, 9.5)
    assert found.actions == {Action.SEND_OURS, Action.KEEP_THEIRS}
    assert found.attention
    assert found.sentence == "A teacher has entered another grade in the gradebook. It was left as it is."
    assert "9" not in found.sentence
    clock.shift(timedelta(days=30))
    school.deliver()
    assert (len(school.platform.posts()), school.held(assignment, "anna")) == (1, 9.5)


def test_the_maximum_that_the_platform_remembers_may_be_another(given, clock) -> None:
    school, assignment = given("canvas")
    school.platform.edit(assignment.resource_link.line_item.url, "anna", 80, at=NOON, maximum=100)
    check(school, clock)
    assert school.row(assignment, "anna").state == "delivered"


@pytest.mark.parametrize("manner", MANNERS)
def test_ours_is_sent_in_place_of_theirs_if_the_instructor_says_so(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    edit(school, assignment, 9.5)
    check(school, clock)
    pk = school.learner("anna").pk
    assert gradebook().settle(assignment_id=assignment.pk, enrollment_id=pk, ours=True)
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert (school.held(assignment, "anna"), school.row(assignment, "anna").state) == (8, "delivered")
    first, second = school.platform.posts()
    assert second["timestamp"] > first["timestamp"]
    if manner == "canvas":
        assert [post[SUBMISSION]["prioritize_non_tool_grade"] for post in (first, second)] == [True, False]
        assert [post[SUBMISSION]["new_submission"] for post in (first, second)] == [True, False]
    check(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.insists, row.seen_score) == ("delivered", False, 8)


def test_a_platform_that_keeps_the_override_is_named(given, clock) -> None:
    """Moodle takes a score over an overridden grade with 200, and goes on showing the teacher's."""
    school, assignment = given("moodle")
    edit(school, assignment, 9.5)
    check(school, clock)
    gradebook().settle(assignment_id=assignment.pk, enrollment_id=school.learner("anna").pk, ours=True)
    clock.shift(timedelta(seconds=2))
    school.deliver()
    edit(school, assignment, 9.5)
    check(school, clock)
    found = status(school, assignment)
    assert found.state is GradeState.SUPERSEDED
    assert "remove the override" in found.sentence
    assert len(school.platform.posts()) == 2


def test_theirs_is_kept_and_nothing_more_is_said(given, clock) -> None:
    school, assignment = given()
    edit(school, assignment, 9.5)
    check(school, clock)
    pk = school.learner("anna").pk
    assert gradebook().settle(assignment_id=assignment.pk, enrollment_id=pk, ours=False)
    assert gradebook().check_now(assignment_id=assignment.pk)
    check(school, clock)
    found = status(school, assignment)
    assert (found.state, found.attention, found.actions) == (GradeState.SUPERSEDED, False, {Action.SEND_OURS})
    assert "that one is kept" in found.sentence
    assert not gradebook().settle(assignment_id=assignment.pk, enrollment_id=pk + 1, ours=True)


def test_a_change_taken_back_is_a_difference_no_more(given, clock) -> None:
    school, assignment = given()
    edit(school, assignment, 9.5)
    check(school, clock)
    edit(school, assignment, 8)
    gradebook().check_now(assignment_id=assignment.pk)
    check(school, clock)
    assert school.row(assignment, "anna").state == "delivered"


@pytest.mark.parametrize("manner", MANNERS)
def test_what_the_gradebook_has_lost_is_sent_again_as_the_same_submission(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    school.platform.gradebook.clear()
    check(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.seen_score) == ("waiting", "not_kept", None)
    clock.shift(timedelta(seconds=1))
    school.deliver()
    assert (school.held(assignment, "anna"), school.row(assignment, "anna").state) == (8, "delivered")
    first, second = school.platform.posts()
    assert first["submission"] == second["submission"]
    if manner == "canvas":
        assert second[SUBMISSION]["new_submission"] is False


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("holds", ["nothing", "an earlier score of ours"])
def test_what_is_sent_again_carries_a_later_stamp_than_the_gradebook_has(given, clock, manner: str, holds: str) -> None:
    """Even where it holds an older score under our newest stamp, one message puts it right (G2)."""
    school, assignment = given(manner)
    clock.shift(timedelta(seconds=2))
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    newest = school.row(assignment, "anna").stamp
    if holds == "nothing":
        school.platform.gradebook.clear()
    else:
        edit(school, assignment, 8, at=newest)
    assert gradebook().check_now(assignment_id=assignment.pk)
    check(school, clock, after=timedelta(milliseconds=200))
    # Still in the second of the last stamp: the message waits for the next one.
    assert school.row(assignment, "anna").next_try_at == newest + timedelta(seconds=1)
    school.deliver()
    assert len(school.platform.posts()) == 2
    clock.move_to(newest + timedelta(seconds=1))
    school.deliver()
    stamps = [datetime.fromisoformat(message["timestamp"]) for message in school.platform.posts()]
    assert len(stamps) == 3
    assert stamps[2] == school.row(assignment, "anna").stamp >= newest + timedelta(seconds=1)
    assert (school.row(assignment, "anna").state, school.held(assignment, "anna")) == ("delivered", 9)


def test_what_is_lost_again_and_again_needs_somebody(given, clock) -> None:
    school, assignment = given()
    for _ in range(4):
        school.platform.gradebook.clear()
        check(school, clock)
        clock.shift(timedelta(seconds=2))
        school.deliver()
    found = status(school, assignment)
    assert (found.state, found.attention) == (GradeState.SUPERSEDED, True)
    assert "shows no grade here" in found.sentence
    assert len(school.platform.posts()) == 3


def test_a_grade_that_somebody_emptied_is_left_empty(given, clock) -> None:
    school, assignment = given()
    item = assignment.resource_link.line_item.url
    school.platform.edit(item, "anna", None, at=timezone.now())
    check(school, clock)
    assert school.row(assignment, "anna").code == "emptied"
    assert len(school.platform.posts()) == 1


def test_an_older_score_of_ours_that_came_late_is_no_teachers_change(given, clock) -> None:
    school, assignment = given()
    clock.shift(timedelta(seconds=5))
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    assert school.held(assignment, "anna") == 9
    edit(school, assignment, 8, at=NOON)
    check(school, clock)
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert school.held(assignment, "anna") == 9


def test_a_held_score_that_is_there_after_all_is_delivered(given, clock) -> None:
    school, assignment = given()
    ScoreDelivery.objects.update(state="held", code="result_unreadable", wanted_score=9, wanted_revision=2)
    edit(school, assignment, 9)
    gradebook().check_now(assignment_id=assignment.pk)
    check(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.acknowledged_score, row.acknowledged_revision) == ("delivered", "", 9, 2)


@pytest.mark.parametrize(
    ("manner", "head", "line"),
    [
        ("", "User ID,Name,Week six", "anna,Anna,8"),
        ("moodle", "User ID,Full name,Week six", "anna,Anna,8"),
        ("canvas", "Student,ID,SIS User ID,SIS Login ID,Section,Week six", "Anna,,,,,8"),
    ],
)
def test_the_file_is_in_the_format_of_the_platforms_import(given, clock, manner: str, head: str, line: str) -> None:
    school, assignment = given(manner)
    anna, mallory = school.learner("anna"), school.learner("=1+1")
    for enrollment, name in ((anna, "Anna"), (mallory, "@SUM(A1)")):
        enrollment.participant.name = name
        enrollment.participant.save()
    scores = {anna.pk: Decimal("8.00"), mallory.pk: Decimal("0.50")}
    file = gradebook().grade_file(assignment_id=assignment.pk, title="Week six", scores=scores)
    assert file.name == "week-six.csv"
    assert file.content.splitlines()[0] == head
    assert line in file.content.splitlines()
    assert "\n@" not in file.content
    assert "\n=" not in file.content
    assert "0.5" in file.content


def test_what_is_stuck_is_sent_again_when_asked(given, clock) -> None:
    school, assignment = given()
    school.owe(assignment, "boris", 5)
    school.owe(assignment, "carla", 6)
    school.platform.faults.extend([Fault(422, "unpublished"), Fault(422, "unpublished")])
    school.deliver()
    assert [status(school, assignment, sub).actions for sub in ("anna", "boris")] == [set(), {Action.RESEND}]
    boris = school.learner("boris").pk
    assert gradebook().resend(assignment_id=assignment.pk, enrollment_ids=[boris]) == 1
    assert gradebook().resend(assignment_id=assignment.pk) == 1
    assert gradebook().resend(assignment_id=assignment.pk) == 0
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert [school.held(assignment, sub) for sub in ("boris", "carla")] == [5, 6]


# --- Before overwriting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", MANNERS)
def test_an_old_grade_is_looked_at_before_it_is_overwritten(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    clock.shift(timedelta(days=20))
    edit(school, assignment, 6.5, at=NOON)
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code, row.seen_score) == ("superseded", "changed_by_hand", 6.5)
    assert (school.held(assignment, "anna"), len(school.platform.posts())) == (6.5, 1)
    # A further attempt finds the same grade of the teacher's.
    clock.shift(timedelta(minutes=1))
    school.owe(assignment, "anna", 10, attempt=3)
    school.deliver()
    assert (school.row(assignment, "anna").state, school.held(assignment, "anna")) == ("superseded", 6.5)
    gradebook().settle(assignment_id=assignment.pk, enrollment_id=school.learner("anna").pk, ours=True)
    clock.shift(timedelta(seconds=2))
    school.deliver()
    assert (school.row(assignment, "anna").state, school.held(assignment, "anna")) == ("delivered", 10)


def test_an_old_grade_of_ours_is_overwritten(given, clock) -> None:
    school, assignment = given()
    clock.shift(timedelta(days=20))
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    assert (school.row(assignment, "anna").state, school.held(assignment, "anna")) == ("delivered", 9)
    assert len(gets(school)) == 1


def test_a_fresh_score_costs_one_request(given, clock) -> None:
    school, assignment = given()
    clock.shift(timedelta(minutes=5))
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    assert (school.held(assignment, "anna"), gets(school)) == (9, [])


@pytest.mark.parametrize("known", ["by age", "by a reading", "insists"])
@pytest.mark.parametrize("manner", MANNERS)
def test_a_comment_that_a_teacher_has_written_outlives_our_next_score(given, clock, manner: str, known: str) -> None:
    """Moodle takes a score without a comment for the wish to remove the one that is there."""
    school, assignment = given(manner)
    if known == "insists":
        edit(school, assignment, 9.5)
    (entry,) = school.platform.gradebook.values()
    entry.comment = "<p>Well argued.</p>"
    check(school, clock, after=timedelta(hours=2) if known == "by age" else LATER)
    if known == "insists":
        pk = school.learner("anna").pk
        assert gradebook().settle(assignment_id=assignment.pk, enrollment_id=pk, ours=True)
    if known == "by age":
        ScoreDelivery.objects.update(seen_at=None, seen_score=None)
    clock.shift(timedelta(seconds=2))
    school.owe(assignment, "anna", 9, attempt=2)
    school.deliver()
    (entry,) = school.platform.gradebook.values()
    assert (school.row(assignment, "anna").state, entry.score) == ("delivered", 9)
    assert entry.comment == "<p>Well argued.</p>"
    assert ("comment" in school.platform.posts()[-1]) is (manner == "moodle")


# --- How it is read -------------------------------------------------------------------------------------------------


def many(school: School, assignment, number: int) -> None:
    from lti import grades

    for begin in range(0, number, 50):
        grades.record([school.change(assignment, f"s{n}", 1 + n % 10) for n in range(begin, min(begin + 50, number))])
    school.deliver()


@pytest.mark.parametrize(
    "link", ['<{}>; rel="next"', "<{}>; rel=“next”", "<{}>;rel=next", "<x>; rel=prev, <{}>; rel='next'"]
)
def test_all_pages_are_read_whatever_the_link_header_looks_like(make_school, bells, clock, link: str) -> None:
    school = make_school("")
    school.platform.page, school.platform.link = 10, link
    assignment = school.assignment()
    many(school, assignment, 35)
    check(school, clock)
    assert ScoreDelivery.objects.filter(seen_at=timezone.now(), seen_score__isnull=False).count() == 35
    assert len(gets(school)) == 4


@pytest.mark.parametrize(
    "link", ["<http://127.0.0.2:1/results>; rel=next", "<{same}>; rel=next", "<file:///etc/passwd>; rel=next"]
)
def test_no_page_leads_astray(given, clock, link: str) -> None:
    school, assignment = given()
    url = assignment.resource_link.line_item.url + "/results"
    school.platform.result_faults.append(Fault(200, "[]", {"Link": link.format(same=url)}))
    check(school, clock)
    assert len(gets(school)) == 1
    assert LineItem.objects.get().read_code == "list_endless"
    assert school.row(assignment, "anna").seen_at is None
    assert "did not come to an end" in gradebook().column(assignment_id=assignment.pk).trouble


@pytest.mark.parametrize(
    ("fault", "code", "again"),
    [
        (Fault(500), "platform_error", True),
        (Fault(429), "platform_error", True),
        (Fault(403, "Rate Limit Exceeded"), "throttled", True),
        (Fault(403, "Forbidden"), "forbidden", False),
        (Fault(404), "line_item_gone", False),
        (Fault(200, "<html>"), "list_unreadable", True),
        (Fault(200, '{"a": 1}'), "list_unreadable", False),
        (Fault(drop=True), "unreachable", True),
    ],
)
def test_a_gradebook_that_cannot_be_read_says_why_and_changes_nothing(given, clock, fault, code, again) -> None:
    school, assignment = given()
    school.platform.result_faults.append(fault)
    check(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.seen_at, LineItem.objects.get().read_code) == ("delivered", None, code)
    assert (row.check_at is not None) is again
    assert gradebook().column(assignment_id=assignment.pk).trouble


def test_a_gradebook_is_not_read_before_its_platform_wants_it(given, clock) -> None:
    school, assignment = given()
    school.platform.result_faults.append(Fault(503, "", {"Retry-After": "7200"}))
    check(school, clock)
    assert school.row(assignment, "anna").check_at == timezone.now() + timedelta(hours=2)


def test_a_token_that_has_ended_is_renewed_once(given, clock) -> None:
    school, assignment = given()
    school.platform.result_faults.append(Fault(401))
    check(school, clock)
    assert school.row(assignment, "anna").seen_score == 8
    assert len(school.platform.tokens) == 2


def test_without_the_right_to_read_nothing_is_asked(make_school, bells, clock) -> None:
    school = make_school("moodle")
    school.platform.scopes_granted = {"https://purl.imsglobal.org/spec/lti-ags/scope/score"}
    assignment = school.assignment()
    school.owe(assignment, "anna", 8)
    school.deliver()
    check(school, clock)
    assert gets(school) == []
    assert "result.readonly" in gradebook().column(assignment_id=assignment.pk).trouble
    assert school.row(assignment, "anna").check_at is None


def test_a_class_costs_a_bounded_number_of_statements(make_school, bells, clock, django_assert_max_num_queries) -> None:
    school = make_school("")
    assignment = school.assignment()
    many(school, assignment, 95)
    check(school, clock, after=FIRST_CHECK - timedelta(seconds=1))
    with django_assert_max_num_queries(16):
        check(school, clock, after=timedelta(seconds=2))
    assert ScoreDelivery.objects.filter(seen_score__isnull=False).count() == 95


def test_one_worker_reads_and_a_dead_one_is_followed(given, clock) -> None:
    school, _ = given()
    clock.shift(LATER)
    line_item_id = LineItem.objects.get().pk
    now = timezone.now()
    assert outbox.take_check(line_item_id=line_item_id, until=now + reconcile.LEASE, now=now)
    reconcile.check(registration_id=school.registration.pk)
    assert gets(school) == []
    check(school, clock, after=reconcile.LEASE)
    assert len(gets(school)) == 1


def test_what_changes_while_we_read_is_not_judged_by_it(given, clock, monkeypatch) -> None:
    school, assignment = given()
    read = reconcile._read

    def slowly(*args: object):
        results = read(*args)
        clock.shift(timedelta(seconds=5))
        school.owe(assignment, "anna", 9, attempt=2)
        school.deliver()
        return results

    monkeypatch.setattr(reconcile, "_read", slowly)
    check(school, clock)
    row = school.row(assignment, "anna")
    assert (row.state, row.acknowledged_score, school.held(assignment, "anna")) == ("delivered", 9, 9)
    assert row.check_at == row.acknowledged_at + FIRST_CHECK


def test_the_sweep_rings_for_what_is_due(given, clock, monkeypatch) -> None:
    school, _ = given()
    rung = []
    monkeypatch.setattr("lti.grades.bell.strike", lambda task, key, at: rung.append((task, key)))
    reconcile.sweep(now=timezone.now())
    assert rung == []
    reconcile.sweep(now=timezone.now() + LATER)
    assert rung == [("check", school.registration.pk)]


def test_asking_twice_says_that_it_is_being_read(given, clock) -> None:
    school, assignment = given()
    assert gradebook().check_now(assignment_id=assignment.pk)
    assert gradebook().column(assignment_id=assignment.pk).reading
    check(school, clock, after=timedelta(seconds=1))
    column = gradebook().column(assignment_id=assignment.pk)
    assert (column.reading, column.read_at, column.trouble) == (False, timezone.now(), "")
    assert ScoreDelivery.objects.aggregate(first=Min("seen_at"))["first"] == timezone.now()
    assert ScoreRequest.objects.count() == 1
