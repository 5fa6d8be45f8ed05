"""What every quiz item's file entry has, and where item types make themselves known.

The content knows that there are item types, not what they are: ``quiz.items`` registers one pydantic model a type.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CODE = r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$"


def _rendered(value: str, info: ValidationInfo) -> str:
    render: Callable[[str], str] | None = (info.context or {}).get("render")
    return render(value) if render else value


def names(kind: str) -> AfterValidator:
    """That a text is the id of an existing ``kind``, looked up in the context ``{"known": {kind: ids}}``.

    Without that context, as when a stored revision is read, or for a kind that it does not list, any id will do.

    Kinds: event, person, term, source, section, objective, misconception, theme, lane, item.
    """

    def check(value: str, info: ValidationInfo) -> str:
        known: Mapping[str, Mapping[str, object]] | None = (info.context or {}).get("known")
        if known is not None and kind in known and value not in known[kind]:
            ids = list(known[kind])
            raise PydanticCustomError("unknown_reference", "unknown {kind}", {"kind": kind, "known": ids})
        return value

    return AfterValidator(check)


#: Text that authors write as Markdown. Validated with the context ``{"render": function}`` it becomes sanitised HTML,
#: which the importer does once; validated without, as when a stored revision is read, it stays as it is.
Markdown = Annotated[str, Field(min_length=1), AfterValidator(_rendered)]
Slug = Annotated[str, Field(pattern=SLUG, max_length=100)]


#: Codes such as ``O1`` and ``M1``, for what should be learnt and for what is often believed instead.
Code = Annotated[str, Field(pattern=CODE, max_length=20)]
Objective = Annotated[Code, names("objective")]
Misconception = Annotated[Code, names("misconception")]


class Strict(BaseModel):
    """A part of a file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def once(found: Sequence[str], what: str) -> None:
    """Refuse an author's list in which something stands twice, and name it.

    Like every ``ValueError`` for authors, it says what is expected.
    """
    twice = sorted({one for one in found if found.count(one) > 1})
    if twice:
        raise ValueError(f"every {what} only once (found twice: {', '.join(twice)})")


def _tags(tags: list[str]) -> list[str]:
    once(tags, "tag")
    return tags


class Interaction(Strict):
    """What is asked in one place, by its type. An item is one; a text with blanks and a source have several."""

    id: Slug
    type: str


class Remark(Strict):
    """What is said to somebody who was wrong in a way that others are too."""

    feedback: Markdown
    misconception: Misconception | None = Field(default=None, description="A code of the unit's misconceptions.")


class ItemBase(Interaction):
    """What items of every type have in common."""

    use: Literal["check", "practice", "graded"] = "graded"
    public: bool = True
    objective: Objective = Field(description="A code of the unit's objectives.")
    difficulty: Literal["easy", "medium", "hard"]
    section: Annotated[Slug, names("section")] | None = Field(default=None, description="The section that teaches it.")
    events: list[Annotated[Slug, names("event")]] = []
    stem: Markdown
    reason: Markdown = Field(description="Why the right answer is right; shown with the feedback.")
    points: Decimal = Field(default=Decimal(1), gt=0, le=100, decimal_places=3)
    tags: Annotated[list[Slug], AfterValidator(_tags)] = Field(
        default=[], max_length=12, description="Words by which quizzes draw items."
    )
    hints: list[Markdown] = Field(
        default=[], max_length=5, description="Shown one after the other to whoever asks, in checks and practice."
    )
    feedback: Markdown | None = Field(
        default=None, description="Shown in review whatever was answered, so it must give no answer away."
    )
    confidence: bool = Field(default=False, description='Whether to ask "How sure are you?"; never graded.')
    was: Slug | None = Field(default=None, description="What it was called before, so that it stays the same item.")


ITEM_TYPES: dict[str, type[ItemBase]] = {}


def register_item_type(model: type[ItemBase]) -> None:
    """Make an item type known under the one value of its ``type`` field; a name is taken once."""
    name = model.model_fields["type"].default
    if ITEM_TYPES.setdefault(name, model) is not model:
        raise ValueError(f"two item types are called {name!r}")
