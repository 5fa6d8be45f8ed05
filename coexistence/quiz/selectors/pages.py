"""An attempt as a page shows it: while it is taken, with nothing that gives a key away, and in review."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from coexistence.content.models import Revision
from coexistence.quiz import items, policy
from coexistence.quiz.forms import WAS, control_name
from coexistence.quiz.items import confidence
from coexistence.quiz.items.base import Field, Kind, Line, Part, Shown, ShownLine, ShownPart, mark
from coexistence.quiz.models import Attempt, Response

from . import results
from .teaching import NOTHING, Link, Teaching, teaching


@dataclass(frozen=True, slots=True)
class ControlChoice:
    """One value that a control offers; ``text`` is sanitised HTML."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A field of an item's form (see ``items.base.Field``), named for the page and filled with the saved answer."""

    kind: Kind
    name: str
    label: str
    unit: str
    part: Part | None
    choices: Sequence[ControlChoice]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOnPage:
    """One item while it is taken. ``stem`` and ``hints`` are sanitised HTML; positions count from 1.

    A page that works without JavaScript carries the hidden field ``was_name`` with the value ``was``; see
    ``forms.WAS``. ``confidence`` asks "How sure are you?", where the item does; an answer that ``is_checked`` is fixed.
    """

    position: int
    type: str
    stem: str
    instruction: str
    points: Decimal
    controls: Sequence[Control]
    hints: Sequence[str]
    was_name: str
    was: str
    answered: bool
    confidence: Control | None
    is_checked: bool
    sequence: int
    saved_at: datetime | None


Outcome = Literal["", "right", "partly", "wrong", "unanswered", "waiting", "ungraded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedItem:
    """One item in review. Texts are sanitised HTML, but for ``explanation``.

    ``lines``, ``numbered``, ``rubric`` and ``parts`` are as in ``items.base.Shown``. ``feedback`` is on the answer,
    ``remark`` for everyone. ``expected`` and ``rubric`` are empty while right answers are held back, and so is
    ``reason`` (why the right answer is right) unless the answer was fully right or nobody grades it. ``score`` is
    ``None`` while the answer waits for a person, and where it is not shown. ``explanation`` says how the score came
    about, line by line. ``teachers`` are the section and the events that teach it. Without feedback there is only what
    was answered, and no ``outcome``.
    """

    position: int
    type: str
    stem: str
    points: Decimal
    score: Decimal | None
    outcome: Outcome
    lines: Sequence[ShownLine]
    numbered: bool
    parts: Sequence[ShownPart]
    feedback: str
    remark: str
    expected: Sequence[str]
    rubric: Sequence[str]
    reason: str
    explanation: Sequence[str]
    teachers: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A submitted attempt. ``score`` is out of ``maximum``, the assignment's points, and ``None`` where it is not shown
    or waits for a person; ``worth`` says what lateness took off it; ``counts`` says whether it is (one of those) that
    count; ``shows_keys`` whether right answers are shown. Without answers to be seen there are no ``items``."""

    attempt: Attempt
    score: Decimal | None
    maximum: Decimal
    worth: policy.Worth
    counts: bool
    visible: policy.Visible
    items: Sequence[ReviewedItem]

    @property
    def shows_keys(self) -> bool:
        return self.visible.keys


def taking(attempt: Attempt) -> list[ItemOnPage]:
    """The attempt's items for whoever is in it. One query."""
    return [on_page(response, attempt.seed) for response in attempt.responses.select_related("revision")]


def review(
    attempt: Attempt,
    *,
    for_staff: bool = False,
    standing: results.Standing | None = None,
    now: datetime | None = None,
) -> Review:
    """A submitted attempt with what the assignment shows of it at that moment, by default the present one; all of it to
    staff. Three queries, and two more without the learner's ``standing``, if the attempt brings its assignment, with
    the unit, and enrollment along."""
    if attempt.state != Attempt.State.SUBMITTED:
        raise ValueError("an open attempt has no review")
    standing = standing or results.standing(assignment=attempt.assignment, enrollment=attempt.enrollment, now=now)
    visible = policy.EVERYTHING if for_staff else standing.visible
    is_scored = visible.score and not attempt.ungraded and bool(attempt.maximum)
    responses = list(attempt.responses.select_related("revision", "scored_by")) if visible.answers else []
    taught = teaching(attempt.assignment.unit, [response.rules for response in responses])
    return Review(
        attempt=attempt,
        score=results.scaled_score(attempt, attempt.assignment) if is_scored else None,
        maximum=Decimal(attempt.assignment.points),
        worth=policy.worth(attempt, attempt.assignment),
        counts=attempt.pk in standing.counting,
        visible=visible,
        items=[reviewed(response, attempt.seed, visible=visible, taught=taught) for response in responses],
    )


def checked(response: Response, attempt: Attempt) -> ReviewedItem:
    """An item whose answer the learner had checked, with what may be seen of it meanwhile; ``response`` is scored, as
    ``attempts.check`` returns it."""
    return reviewed(response, attempt.seed, visible=policy.visible_during(attempt.assignment))


def on_page(response: Response, seed: int) -> ItemOnPage:
    """One item for whoever takes it; ``response`` brings its revision along."""
    item_type, body = _item(response.revision)
    filled = item_type.fill(body, response.answer, seed)
    sure = confidence.control(body)
    return ItemOnPage(
        position=response.position,
        type=item_type.name,
        stem=item_type.stem(body),
        instruction=item_type.instruction_for(body),
        points=response.points,
        controls=[
            _control(field, response.position, filled.get(field.name, [])) for field in item_type.fields(body, seed)
        ],
        hints=() if body.use == "graded" else body.hints,
        was_name=control_name(response.position, WAS),
        was=mark(response.answer, seed),
        answered=response.answer is not None,
        confidence=_control(sure, response.position, [response.confidence]) if sure else None,
        is_checked=response.checked_at is not None,
        sequence=response.sequence,
        saved_at=response.saved_at,
    )


def _control(field: Field, position: int, given: list[str]) -> Control:
    return Control(
        kind=field.kind,
        name=control_name(position, field.name),
        label=field.label,
        unit=field.unit,
        part=field.part,
        choices=[ControlChoice(choice.value, choice.text, choice.value in given) for choice in field.choices],
        value=given[0] if given and not field.choices else "",
    )


def reviewed(response: Response, seed: int, *, visible: policy.Visible, taught: Teaching = NOTHING) -> ReviewedItem:
    """One scored item with what may be seen of it; ``response`` brings its revisions along.

    After a regrade, verdicts and feedback are those of the revision that scores it now.
    """
    item_type, body = _item(response.rules)
    is_seen = visible.feedback or visible.keys
    shown = _with_notes(item_type.show(body, response.answer, seed, keys=visible.keys), taught)
    if not is_seen:
        shown = _without_feedback(shown)
    explanation = response.explanation or {"share": "0", "lines": []}
    outcome = _outcome(item_type, response)
    tells_reason = visible.keys or Fraction(explanation["share"]) == 1 or outcome == "ungraded"
    is_scored = visible.score and response.score is not None
    return ReviewedItem(
        position=response.position,
        type=response.revision.type,
        stem=item_type.stem(item_type.load(response.revision.body)),
        points=response.points,
        score=policy.rounded(Fraction(response.score or 0), policy.SHOWN_PLACES) if is_scored else None,
        outcome=outcome if is_seen else "",
        lines=shown.lines,
        numbered=shown.numbered,
        parts=shown.parts,
        feedback=shown.feedback,
        remark=item_type.feedback(body) if is_seen else "",
        expected=shown.expected,
        rubric=shown.rubric,
        reason=item_type.reason(body) if is_seen and tells_reason else "",
        explanation=[str(Line(line["text"], line["values"])) for line in explanation["lines"]] if is_seen else [],
        teachers=taught.of(body) if is_seen else (),
    )


def _without_feedback(shown: Shown) -> Shown:
    """What was answered, and not a word on whether it was right."""
    return Shown(
        lines=tuple(ShownLine(text=line.text) for line in shown.lines if line.chosen),
        numbered=shown.numbered,
        parts=tuple(
            ShownPart(part=part.part, shown=_without_feedback(part.shown), is_right=False) for part in shown.parts
        ),
    )


def _with_notes(shown: Shown, taught: Teaching) -> Shown:
    """The review with what the unit says of each misconception behind the item's own feedback, each of them once."""
    said: set[str] = set()

    def noted(line: ShownLine) -> ShownLine:
        note = "" if line.misconception in said else taught.misconceptions.get(line.misconception, "")
        said.add(line.misconception)
        return replace(line, feedback=line.feedback + note, misconception="")

    return replace(
        shown,
        lines=tuple(map(noted, shown.lines)),
        parts=tuple(replace(part, shown=_with_notes(part.shown, taught)) for part in shown.parts),
    )


def _outcome(item_type: items.ItemType[Any], response: Response) -> Outcome:
    """What became of the answer, with what a person has set."""
    if response.answer is None:
        return "unanswered"
    if item_type.graded_by == "nobody":
        return "ungraded"
    if response.score is None:
        return "waiting"
    return "right" if response.score == response.points else "partly" if response.score else "wrong"


def _item(revision: Revision) -> tuple[items.ItemType[Any], Any]:
    item_type = items.get(revision.type)
    return item_type, item_type.load(revision.body)
