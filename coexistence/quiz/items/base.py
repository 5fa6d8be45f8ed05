"""What an item type is: its file model, its plain form, its scoring and its review.

All of it is pure: nothing here reads the clock, the database or the settings. An answer is a JSON value that the type
defines, kept in terms of the author's ids; ``None`` is an item left unanswered. What a learner's browser holds are
opaque *refs* instead, because an author's id may well say ``right``.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Generic, Literal, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from coexistence.content.items import ItemBase

#: What a form brought for one item: field name to values, names as in the item's ``fields``.
Raw = Mapping[str, Sequence[str]]
Answer = Any
Body = TypeVar("Body", bound=ItemBase)


class AnswerError(Exception):
    """What was given is no answer to this item. ``message`` says what to change, ``field`` names the form field."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a score's explanation: a message to translate when it is read, and the values in it."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.text) % self.values if self.values else gettext(self.text)


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an item's points an answer earns, exactly, from 0 to 1, and why.

    While it ``waits`` for a person to grade it, ``value`` is no score: nothing may be made of it.
    """

    value: Fraction
    lines: tuple[Line, ...]
    waits: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise ValueError(f"a share lies between 0 and 1, not at {self.value}")


UNANSWERED = Share(Fraction(0), (Line(gettext_noop("Not answered.")),))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a field offers; ``text`` is sanitised HTML."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The question above some of an item's fields, where it has several. ``stem`` is sanitised HTML."""

    number: int
    stem: str
    instruction: str


Kind = Literal["one", "many", "select", "number", "text", "long", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control of an item's plain form.

    ``one``: radio buttons; ``many``: check boxes; ``select``: a list to pick from; ``number``: a short text, digits;
    ``text``: a line; ``long``: an essay; ``date``: a line with a date in words or digits.
    ``label`` is sanitised HTML, empty where the stem says it all. ``name`` is unique in the item and tells nothing.
    Fields of one ``part`` stand together.
    """

    kind: Kind
    name: str
    label: str = ""
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    part: Part | None = None


Verdict = Literal["", "right", "wrong", "missed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of a reviewed answer. ``text`` and ``feedback`` are sanitised HTML; ``verdict`` is empty where none is
    given; ``missed`` is a right option that was not chosen, said only where right answers are shown.
    ``misconception`` is the code of what a wrong answer points to."""

    text: str
    chosen: bool = True
    verdict: Verdict = ""
    feedback: str = ""
    misconception: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A reviewed answer: its lines, general feedback, and the right answer (empty where it is not shown yet).

    ``lines`` is empty for an item left unanswered whose options would tell nothing. All texts are sanitised HTML.
    ``numbered`` says that the order of the lines is the answer; ``rubric`` is what a person looks for who grades it,
    empty where it is not shown yet; ``parts`` are the answers of an item with several questions.
    """

    lines: tuple[ShownLine, ...] = ()
    feedback: str = ""
    expected: tuple[str, ...] = ()
    numbered: bool = False
    rubric: tuple[str, ...] = ()
    parts: tuple["ShownPart", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """One question of several in review. ``reason`` says why the right answer is right, empty where it must not yet."""

    part: Part
    shown: Shown
    is_right: bool
    reason: str = ""


class ItemType(ABC, Generic[Body]):
    """One kind of item. A new one is a subclass in a module of its own and a line in ``QuizConfig.ready``.

    The item on a page is drawn from ``fields`` alone, and its review from ``show``, so that a type needs no template.
    Of the body, the abstract methods and ``instruction_for`` read the id and the type's own fields only: a part of a
    larger item has no more (see ``content.items.Interaction``).
    """

    #: The file model; its field ``type`` has the type's name as its only value.
    model: ClassVar[type[Any]]
    #: What to do, in a sentence, for the learner.
    instruction: ClassVar[str | Promise]
    #: Who says what an answer is worth. A person's grade takes time; what ``nobody`` grades is worth no points.
    graded_by: ClassVar[Literal["machine", "person", "nobody"]] = "machine"

    @property
    def name(self) -> str:
        return str(self.model.model_fields["type"].default)

    def load(self, stored: Mapping[str, Any]) -> Body:
        """The body of a stored revision."""
        body: Body = self.model.model_validate(stored)
        return body

    def public(self, body: Body, seed: int) -> dict[str, Any]:
        """All that a learner may see before the answer is in, as JSON: no key, no feedback, no reason, no ids.

        ``{"type", "stem", "instruction", "fields": [{"kind", "name", "label", "choices": [{"value", "text"}],
        "unit", "part": {"number", "stem", "instruction"} or None}]}``; ``seed`` decides the order and the refs.
        """
        return {
            "type": self.name,
            "stem": self.stem(body),
            "instruction": self.instruction_for(body),
            "fields": [asdict(control) for control in self.fields(body, seed)],
        }

    def stem(self, body: Body) -> str:
        """All that stands above the fields, as sanitised HTML. Override it where that is more than the stem."""
        return body.stem

    def reason(self, body: Body) -> str:
        """Why the right answer is right, as sanitised HTML."""
        return body.reason

    def feedback(self, body: Body) -> str:
        """What is said to everyone in review, as sanitised HTML; empty where there is nothing."""
        return body.feedback or ""

    def instruction_for(self, body: Body) -> str:
        """What to do with this item. Override it where that depends on the item."""
        return str(self.instruction)

    @abstractmethod
    def fields(self, body: Body, seed: int) -> tuple[Field, ...]:
        """The controls of the plain form."""

    @abstractmethod
    def parse(self, body: Body, raw: Raw, seed: int) -> Answer:
        """The answer that a form brought, ``None`` where it is blank; raises ``AnswerError``."""

    @abstractmethod
    def fill(self, body: Body, answer: Answer, seed: int) -> dict[str, list[str]]:
        """The form that ``parse`` would make ``answer`` of."""

    @abstractmethod
    def score(self, body: Body, answer: Answer) -> Share:
        """What ``answer`` earns; the shuffle plays no part."""

    @abstractmethod
    def show(self, body: Body, answer: Answer, seed: int, *, keys: bool) -> Shown:
        """The answer in review: what was chosen, whether that was right, the feedback on it; with ``keys`` also what
        would have been right."""


def ref(item_id: str, part_id: str, seed: int) -> str:
    """The name under which a learner's browser knows a part of an item. Without the seed nothing can be told by it."""
    return hashlib.blake2b(f"{item_id}/{part_id}".encode(), key=str(seed).encode(), digest_size=6).hexdigest()


def mark(answer: Answer, seed: int) -> str:
    """A short sign of an answer, by which a form can say what it was filled with when it was made."""
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), key=str(seed).encode(), digest_size=6).hexdigest()


def values(raw: Raw, name: str) -> list[str]:
    """The values that the form brought under ``name``, without blanks."""
    return [value.strip() for value in raw.get(name, ()) if value.strip()]


def single(raw: Raw, name: str) -> str:
    """The one value under ``name``, empty where there is none; raises ``AnswerError`` for several."""
    found = values(raw, name)
    if len(found) > 1:
        raise AnswerError("several", gettext("Give one answer; there were several."), field=name)
    return found[0] if found else ""


def unknown_choice(name: str) -> AnswerError:
    """What to raise for a value that the form never offered."""
    return AnswerError("unknown_choice", gettext("Choose one of the answers that are offered."), field=name)


def inline(html: str) -> str:
    """Sanitised HTML for a place where only a line of text may stand: a lone paragraph loses its mark-up."""
    text = html.strip()
    inner = text.removeprefix("<p>").removesuffix("</p>")
    return inner if text == f"<p>{inner}</p>" and "<p>" not in inner else text
