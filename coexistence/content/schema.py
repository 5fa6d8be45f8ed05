"""The files of a unit, as pydantic models: what authors may write, and what becomes of it when it is read.

``Markdown`` fields are validated into sanitised HTML, and ids of other parts are looked up, where the validation's
context says how; see ``items``.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from .dates import DatePoint, parse_date
from .items import CODE, SLUG, Code, ItemBase, Markdown, Misconception, Objective, Slug, Strict, names

ADDRESS = r"^https?://[^\s/]+\S*$"
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?(/\d{4}(-\d{2}(-\d{2})?)?)?$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

#: What is expected of texts that must have a form.
FORMS = {
    SLUG: "lower-case letters and digits, joined by single hyphens",
    CODE: "a code of letters and digits such as O1",
    ADDRESS: "an address such as https://example.org/page",
    LANGUAGE: "a language's code such as en or pt-BR",
}


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _coordinate(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


Line40 = Annotated[str, Field(min_length=1, max_length=40), BeforeValidator(_one_line)]
Line100 = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_one_line)]
Line200 = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_one_line)]
Line300 = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_one_line)]
Line500 = Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_one_line)]
Line1000 = Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_one_line)]
Line2000 = Annotated[str, Field(min_length=1, max_length=2000), BeforeValidator(_one_line)]
#: As an editor sees a date: YAML takes a year alone for a number.
_Written = Annotated[str, Field(pattern=DATE)] | Annotated[int, Field(ge=1, le=9999)]
When = Annotated[
    DatePoint,
    BeforeValidator(parse_date, json_schema_input_type=_Written),
    PlainSerializer(str, return_type=str),
]
Address = Annotated[str, Field(pattern=ADDRESS, max_length=500)]

EventId = Annotated[Slug, names("event")]
PersonId = Annotated[Slug, names("person")]
TermId = Annotated[Slug, names("term")]
SourceId = Annotated[Slug, names("source")]
ItemId = Annotated[Slug, names("item")]
#: What a part was called before: its row, and with it whatever hangs on that, goes on under the new name.
Former = Annotated[Slug | None, Field(description="What it was called before, so that it stays the same thing.")]
SectionId = Annotated[Slug, names("section")]
QuizId = Annotated[Slug, names("quiz")]


class ObjectiveEntry(Strict):
    """What a learner should be able to do afterwards."""

    code: Code
    text: Line500


class MisconceptionEntry(Strict):
    """A belief that learners often bring, and what answers it."""

    code: Code
    text: Line500
    feedback: Markdown


class Choice(Strict):
    """A theme or a lane of the timeline."""

    id: Annotated[Slug, Field(max_length=20)]
    title: Line100


class Route(Strict):
    """A way through the unit that a teacher can place as it is: some of its sections and one of its quizzes, or none.

    ``time`` is how long it takes, in words; ``print`` what to copy beforehand; ``claims`` the misconceptions that are
    likely to come up, whose feedback is what to say.
    """

    id: Slug
    title: Line100
    time: Line100
    aim: Line500
    sections: list[SectionId] = Field(min_length=1)
    quiz: QuizId | None = None
    print: list[Line200] = []
    claims: list[Misconception] = []
    text: Markdown | None = None

    @field_validator("sections")
    @classmethod
    def _once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("each section once")
        return value


class UnitFile(Strict):
    """``unit.yaml``."""

    slug: Slug
    title: Line200
    subtitle: Line300 | None = None
    language: str = Field(default="en", pattern=LANGUAGE, max_length=20)
    licence: Line200
    summary: Markdown
    objectives: list[ObjectiveEntry] = Field(min_length=1)
    misconceptions: list[MisconceptionEntry] = []
    themes: list[Choice] = Field(min_length=1)
    lanes: list[Choice] = Field(min_length=1)
    routes: list[Route] = []


class SectionFile(Strict):
    """``lesson/NN-name.md``: the front matter, and the text below it as ``body``."""

    title: Line200
    question: Line300
    summary: Line500 | None = None
    status: Literal["full", "outline"] = "full"
    minutes: int | None = Field(default=None, ge=1, le=600)
    objectives: list[Objective] = []
    events: list[EventId] = []
    people: list[PersonId] = []
    terms: list[TermId] = []
    sources: list[SourceId] = []
    was: Former = None
    body: Markdown


class GuideFile(Strict):
    """``guide.md``, the teacher's guide: its title in the front matter, and the text below it as ``body``."""

    title: Line200
    body: Markdown


class Claim(Strict):
    """What a text says, as near to its words as need be, and what the evidence says of it.

    ``revision`` is one way to say it rightly; ``section`` the one that tells of it.
    """

    id: Slug
    claim: Line500
    verdict: Literal["right", "partly", "wrong", "unsupported", "disputed"]
    explanation: Markdown
    revision: Line500 | None = None
    events: list[EventId] = []
    sources: list[SourceId] = []
    section: SectionId | None = None


class EssayFile(Strict):
    """``essay.yaml``: a text whose claims readers judge."""

    title: Line200
    introduction: Markdown
    claims: list[Claim] = Field(min_length=1)


class EventEntry(Strict):
    """One entry of ``timeline.yaml``. Without a lane it is in the unit's first."""

    id: Slug
    title: Line200
    date: When
    circa: bool = False
    theme: Annotated[str, names("theme")]
    lane: Annotated[str, names("lane")] | None = None
    significance: int = Field(default=2, ge=1, le=3)
    place: Line200 | None = None
    lat: Decimal | None = Field(default=None, ge=-90, le=90)
    lon: Decimal | None = Field(default=None, ge=-180, le=180)
    people: list[PersonId] = []
    sources: list[SourceId] = []
    summary: Line500
    text: Markdown | None = None
    was: Former = None

    @field_validator("lat", "lon")
    @classmethod
    def _rounded(cls, value: Decimal | None) -> Decimal | None:
        return None if value is None else _coordinate(value)

    @model_validator(mode="after")
    def _both_coordinates(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("both lat and lon, or neither")
        return self


class PersonEntry(Strict):
    """One entry of ``people.yaml``; years of birth and death."""

    id: Slug
    name: Line200
    born: int | None = Field(default=None, ge=-3000, le=3000)
    died: int | None = Field(default=None, ge=-3000, le=3000)
    role: Line300
    text: Markdown | None = None
    was: Former = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.born is not None and self.died is not None and self.died < self.born:
            raise ValueError(f"a year of death after the year of birth, {self.born}")
        return self


class TermEntry(Strict):
    """One entry of ``glossary.yaml``."""

    id: Slug
    name: Line200
    definition: Markdown
    was: Former = None


class SourceEntry(Strict):
    """One entry of ``sources.yaml``. Excerpts are kept letter for letter."""

    id: Slug
    title: Line300
    author: Line200 | None = None
    published: Line100 | None = None
    citation: Line2000
    url: Address | None = None
    rights: Line300
    locator: Line300 | None = None
    accessed: When | None = None
    excerpts: list[Annotated[str, Field(min_length=1, max_length=20_000)]] = []
    was: Former = None


class FigureEntry(Strict):
    """One entry of ``figures.yaml``; the drawing is ``figures/<id>.svg``.

    ``alt`` says what the drawing shows to whoever does not see it.
    """

    id: Slug
    title: Line200
    alt: Line1000
    caption: Markdown | None = None
    rights: Line300


class TimelineFile(Strict):
    """``timeline.yaml``."""

    events: list[EventEntry] = []


class PeopleFile(Strict):
    """``people.yaml``."""

    people: list[PersonEntry] = []


class GlossaryFile(Strict):
    """``glossary.yaml``."""

    terms: list[TermEntry] = []


class SourcesFile(Strict):
    """``sources.yaml``."""

    sources: list[SourceEntry] = []


class FiguresFile(Strict):
    """``figures.yaml``."""

    figures: list[FigureEntry] = []


class UnitText(Strict):
    """``unit.LANGUAGE.yaml``: the unit's own words in another language, all of them."""

    title: Line200
    subtitle: Line300 | None = None
    summary: Markdown
    objectives: list[ObjectiveEntry]
    themes: list[Choice]
    lanes: list[Choice]


class SectionText(Strict):
    """``lesson/NN-name.LANGUAGE.md``: a section in another language, the text below the front matter as ``body``."""

    title: Line200
    question: Line300
    summary: Line500 | None = None
    body: Markdown


class EventText(Strict):
    """An event in another language."""

    id: EventId
    title: Line200
    place: Line200 | None = None
    summary: Line500
    text: Markdown | None = None


class PersonText(Strict):
    """A person in another language."""

    id: PersonId
    name: Line200
    role: Line300
    text: Markdown | None = None


class TermText(Strict):
    """A term in another language."""

    id: TermId
    name: Line200
    definition: Markdown


class FigureText(Strict):
    """What is said about a drawing, in another language. What the drawing itself says stays."""

    id: Annotated[Slug, names("figure")]
    title: Line200
    alt: Line1000
    caption: Markdown | None = None


class TimelineText(Strict):
    """``timeline.LANGUAGE.yaml``. What is left out is shown as it is."""

    events: list[EventText] = []


class PeopleText(Strict):
    """``people.LANGUAGE.yaml``. What is left out is shown as it is."""

    people: list[PersonText] = []


class GlossaryText(Strict):
    """``glossary.LANGUAGE.yaml``. What is left out is shown as it is."""

    terms: list[TermText] = []


class FiguresText(Strict):
    """``figures.LANGUAGE.yaml``. What is left out is shown as it is."""

    figures: list[FigureText] = []


class Pick(Strict):
    """An item of a quiz. Without ``points`` it counts what the item itself says."""

    item: ItemId
    points: Decimal | None = Field(default=None, gt=0, le=100, decimal_places=2)


def _pick(value: Any) -> Any:
    return {"item": value} if isinstance(value, str) else value


class Pool(Strict):
    """Which of the unit's items a section draws from: those that fit all that is said here."""

    tags: list[Slug] = Field(default=[], description="All of these words.")
    objectives: list[Objective] = Field(default=[], description="One of these.")
    difficulties: list[Literal["easy", "medium", "hard"]] = Field(default=[], description="One of these.")
    points: Decimal | None = Field(default=None, gt=0, le=100, decimal_places=2, description="Of each item drawn.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.tags or self.objectives or self.difficulties):
            raise ValueError("tags, objectives or difficulties, at least one of them")
        return self

    def holds(self, item: ItemBase) -> bool:
        """Whether the section may ask ``item``; checks inside the lesson never."""
        return (
            item.use != "check"
            and set(self.tags) <= set(item.tags)
            and (not self.objectives or item.objective in self.objectives)
            and (not self.difficulties or item.difficulty in self.difficulties)
        )


class QuizSection(Strict):
    """A part of a quiz: all of its ``items``, or with ``draw`` as many of them, or as many of a ``pool``."""

    title: Line200 | None = None
    items: list[Annotated[Pick, BeforeValidator(_pick)]] = []
    pool: Pool | None = None
    draw: int | None = Field(default=None, ge=1, le=200, description="How many an attempt gets, at random.")

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if bool(self.items) == (self.pool is not None):
            raise ValueError("either items or a pool")
        if self.pool is not None and self.draw is None:
            raise ValueError("with a pool also draw, the number of items that an attempt gets")
        return self


class QuizEntry(Strict):
    """A ready-made quiz."""

    id: Slug
    title: Line200
    summary: Markdown | None = None
    sections: list[QuizSection] = Field(min_length=1)
    was: Former = None


class QuizFile(Strict):
    """``quiz/*.yaml``. Each of ``items`` is read by the model of its type."""

    items: list[dict[str, Any]] = []
    quizzes: list[QuizEntry] = []
