"""A week of plausible work: who tries when, knows how much, and gives up where; much the same every time."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coexistence.content.models import Revision
from coexistence.courses.models import Assignment, Enrollment
from coexistence.quiz import attempts, items
from coexistence.quiz.attempts import NoAttemptsLeftError
from coexistence.quiz.items.base import Field
from coexistence.quiz.models import Attempt

WEEK = timedelta(days=7)
#: How many ways to fill in a form somebody thinks of who knows the answer.
THOUGHTS = 120

Raw = dict[str, list[str]]


@dataclass(frozen=True)
class Student:
    """How somebody works: the share of items they know, and what comes of their tries."""

    knows: float
    tries: int
    finishes: bool

    @classmethod
    def drawn(cls, chance: random.Random) -> "Student":
        return cls(
            knows=min(max(chance.gauss(0.65, 0.2), 0.05), 0.98),
            tries=chance.choices((0, 1, 2), weights=(2, 11, 7))[0],
            finishes=chance.random() > 0.12,
        )


def work(*, assignment: Assignment, enrollment: Enrollment, number: int, now: datetime) -> int:
    """Let student ``number`` of the class do a week's work up to ``now``; how many attempts were begun.

    Who has attempts already is left alone.
    """
    if Attempt.objects.filter(assignment=assignment, enrollment=enrollment).exists():
        return 0
    chance = random.Random(f"student {number}")  # noqa: S311 - play, not secrets
    student = Student.drawn(chance)
    moment = now - WEEK * chance.uniform(0.6, 1.0)
    for turn in range(student.tries):
        moment = _evening(moment, chance)
        last = turn == student.tries - 1
        try:
            _attempt(assignment, enrollment, student, moment, chance, finish=student.finishes or not last)
        except NoAttemptsLeftError:
            return turn
        moment += timedelta(hours=chance.uniform(2, 40))
    return student.tries


def _attempt(
    assignment: Assignment,
    enrollment: Enrollment,
    student: Student,
    begun: datetime,
    chance: random.Random,
    *,
    finish: bool,
) -> None:
    attempt = attempts.start(assignment=assignment, enrollment=enrollment, now=begun)
    moment = begun
    responses = list(attempt.responses.select_related("revision__item"))
    for done, response in enumerate(responses, start=1):
        if not finish and done > len(responses) * 0.6:
            return
        moment += timedelta(seconds=chance.uniform(15, 120))
        given = _answer(response.revision, attempt.seed, chance, knows=chance.random() < student.knows)
        attempts.save(
            attempt_id=attempt.pk,
            enrollment=enrollment,
            answers={response.position: given},
            sequence=done,
            now=moment,
        )
    attempts.submit(attempt_id=attempt.pk, enrollment=enrollment, now=moment + timedelta(seconds=30))


def _evening(moment: datetime, chance: random.Random) -> datetime:
    """Within a day after ``moment``, at an hour when people learn."""
    hour = chance.choice((8, 11, 14, 16, 17, 18, 19, 20, 20, 21, 22))
    found = moment.replace(hour=hour, minute=chance.randrange(60))
    return found if found >= moment else found + timedelta(days=1)


def _answer(revision: Revision, seed: int, chance: random.Random, *, knows: bool) -> Raw:
    """The form as somebody fills it in who knows the answer, or who guesses and is wrong or half right."""
    item_type = items.get(revision.type)
    body = item_type.load(revision.body)
    best: Raw = {}
    for _ in range(THOUGHTS):
        raw = _guess(item_type.fields(body, seed), revision.body, chance)
        share = item_type.score(body, item_type.parse(body, raw, seed)).value
        if not best or (share == 1) == knows:
            best = raw
        if (share == 1) == knows:
            break
    return best


def _guess(fields: Sequence[Field], stored: Mapping[str, Any], chance: random.Random) -> Raw:
    """A form filled in at random. What is written is thought of, not guessed: the right words, or those of others."""
    taken: set[str] = set()
    raw: Raw = {}
    for field in fields:
        match field.kind:
            case "select":
                free = [choice.value for choice in field.choices if choice.value not in taken]
                raw[field.name] = [chance.choice(free or [choice.value for choice in field.choices])]
                taken.update(raw[field.name])
            case "one":
                raw[field.name] = [chance.choice(field.choices).value]
            case "many":
                count = chance.randint(1, len(field.choices))
                raw[field.name] = [choice.value for choice in chance.sample(field.choices, count)]
            case _:
                raw[field.name] = [chance.choice(_thoughts(stored))]
    return raw


def _thoughts(stored: Mapping[str, Any]) -> list[str]:
    """What somebody may write who has an idea of the answer, right or wrong; of a span its beginning."""
    right = [stored.get("answer"), stored.get("date"), *stored.get("accept", [])[:1]]
    wrong = [each.get("value") or each.get("date") for each in stored.get("typical_wrong", [])]
    return [str(one).partition("/")[0] for one in (*right, *wrong, "1955") if one is not None]
