"""What holds for the source itself."""

import re
from pathlib import Path

import pytest

from lti import answers, pacing
from lti.answers import Kind, Verdict
from lti.platforms import of

from .conftest import NOON

LTI = Path(answers.__file__).parent
MODULES = [path for path in LTI.rglob("*.py") if "sandbox" not in path.parts and "migrations" not in path.parts]


def modules_with(pattern: str) -> set[str]:
    return {str(path.relative_to(LTI)) for path in MODULES if re.search(pattern, path.read_text())}


def test_only_grades_calls_the_score_service() -> None:
    assert modules_with(r"\bpost_score\b") == {"protocol/services.py", "grades/delivery.py"}
    assert modules_with(r"scores_url\(") == {"protocol/services.py"}


def test_only_the_outbox_changes_what_is_owed() -> None:
    assert modules_with(r"(?s)ScoreDelivery\.objects[^=]*?\.(update|delete|create|bulk_create)\(") <= {
        "outbox/wishes.py",
        "outbox/claims.py",
        "outbox/delays.py",
        "outbox/readings.py",
        "grades/delivery.py",
    }


def test_nobody_changes_what_was_written_about_a_request() -> None:
    assert modules_with(r"\bScoreRequest\.objects[^=]*?\.(update|delete|bulk_update|update_or_create)\(") == set()
    assert modules_with(r"\.requests\.[^=\n]*?\b(update|delete)\(") == set()
    assert modules_with(r"(UPDATE|DELETE FROM) lti_scorerequest") == set()
    assert modules_with("INSERT INTO lti_scorerequest") == {"outbox/claims.py"}


def test_celery_stays_in_its_modules() -> None:
    root = LTI.parent
    users = {
        str(path.relative_to(root))
        for folder in ("coexistence", "lti")
        for path in (root / folder).rglob("*.py")
        if re.search(r"^\s*(from|import) celery\b", path.read_text(), re.MULTILINE)
    }
    assert {path for path in users if not path.endswith("/tasks.py")} == {"coexistence/celery.py"}


def test_every_code_has_its_sentence() -> None:
    codes = {rule.code for rule in answers.TABLE if rule.kind is not Kind.ACCEPTED}
    codes |= {verdict.code for verdict in answers.NO_ANSWER.values()} | set(answers.BY_CODE)
    codes |= {code for family in ("canvas", "moodle", "") for code in of(family).score_codes.values()}
    settled = re.findall(r'State\.[A-Z]+, "(\w+)"', (LTI / "settlement.py").read_text())
    raised = re.findall(r'TokenError\(\s*"(\w+)"', "".join(path.read_text() for path in MODULES))
    assert len(settled) >= 5
    assert len(raised) >= 4
    assert codes | set(settled) | set(raised) <= set(answers.SENTENCES)


def test_the_schedule() -> None:
    waits = [pacing.delay(tries).total_seconds() for tries in range(1, 40)]
    assert waits[0] <= 2
    assert sum(waits[:5]) <= 60
    assert all(wait <= 86_400 for wait in waits)
    assert waits[-1] >= 86_400 * 0.8 * 0.8


def test_the_pace_grows_gently_and_falls_fast() -> None:
    good, down = Verdict(Kind.ACCEPTED, "delivered"), Verdict(Kind.LATER, "platform_error")
    pace = pacing.Pace()
    assert pace.concurrency == 2
    for _ in range(20):
        pace = pacing.after_batch(pace, [good] * 5, now=NOON)
    assert (pace.concurrency, pace.failures, pace.paused_until) == (pacing.MOST, 0, None)
    throttled = pacing.after_batch(pace, [good, Verdict(Kind.LATER, "throttled", throttled=True)], now=NOON)
    assert throttled.concurrency == pacing.MOST // 2
    assert throttled.paused_until == NOON + pacing.THROTTLE_PAUSE
    for _ in range(10):
        pace = pacing.after_batch(pace, [down] * 5, now=NOON)
    assert (pace.concurrency, pace.batch) == (1, 1)
    assert pace.paused_until == NOON + pacing.LONGEST_PAUSE
    assert pacing.after_batch(pace, [good], now=NOON).failures == 0


@pytest.mark.parametrize("family", ["canvas", "Canvas", "moodle", "desire2learn", ""])
def test_every_platform_has_manners(family: str) -> None:
    assert of(family).score_submission(NOON, True, False) is not None
