"""Bodies and answers for tests of item types: fixed ones, and any that an author or a learner may come up with."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from coexistence.content.dates import parse_date
from coexistence.quiz import items
from coexistence.quiz.items.spelling import fold, tidy
from tests.factories import item_words

#: The types that come with the project, whatever tests of their own may add.
TYPES = sorted(items._TYPES)

#: What hypothesis may put into texts: anything that a database can hold.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
seeds = st.integers(min_value=0, max_value=2**63 - 1)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
hundredths = st.decimals(min_value=-(10**6), max_value=10**6, places=2).map(str)


def body(name: str, **changes: Any) -> Any:
    """The body of the example item of that type, with ``changes``."""
    return items.get(name).load({"id": "an-item", "type": name, **item_words(name), **changes})


@st.composite
def _options(draw: st.DrawFn, *, several: bool) -> list[dict[str, Any]]:
    ids = draw(st.lists(slugs, min_size=2, max_size=8, unique=True))
    labels = draw(st.lists(texts, min_size=len(ids), max_size=len(ids), unique=True))
    right = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) if several else 1))
    return [
        {"id": i, "text": label, "right": i in right, "feedback": f"on {i}"}
        for i, label in zip(ids, labels, strict=True)
    ]


@st.composite
def _entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(slugs, min_size=3, max_size=8, unique=True))
    return [{"id": i, "text": f"entry {i}"} for i in ids]


@st.composite
def _points(draw: st.DrawFn, *, spans: bool) -> str:
    """A date as files have it."""
    size = draw(st.sampled_from([4, 7, 10]))
    days = st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31))
    first, last = sorted([draw(days), draw(days)])
    text = first.isoformat()[:size]
    return f"{text}/{last.isoformat()[:size]}" if spans and draw(st.booleans()) else text


@st.composite
def _pairs(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(st.lists(slugs, min_size=2, max_size=10, unique=True))
    cut = draw(st.integers(min_value=max(2, len(ids) - 4), max_value=min(8, len(ids))))
    return {
        "pairs": [{"id": i, "text": f"entry {i}", "match": f"match {i}"} for i in ids[:cut]],
        "extra": [{"id": i, "text": f"match {i}", "feedback": f"on {i}"} for i in ids[cut:]],
    }


_spellings = texts.filter(fold)


@st.composite
def _spelt(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(st.lists(_spellings, min_size=1, max_size=4, unique_by=fold))
    return {"accept": found, "typos": draw(st.integers(min_value=0, max_value=2)), "wrong": []}


@st.composite
def _dated(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "answer": draw(_points(spans=True)),
        "tolerance": draw(st.integers(min_value=0, max_value=1000)),
        "less_exact": str(draw(st.decimals(min_value=0, max_value="0.99", places=2))),
        "typical_wrong": [],
    }


@st.composite
def _several(draw: st.DrawFn, kinds: list[str], **more: str) -> list[dict[str, Any]]:
    ids = draw(st.lists(slugs, min_size=1, max_size=4, unique=True))
    chosen = [draw(st.sampled_from(kinds)) for _ in ids]
    return [{"id": i, "type": kind, **draw(_own_fields[kind]), **more} for i, kind in zip(ids, chosen, strict=True)]


@st.composite
def _blanks(draw: st.DrawFn) -> dict[str, Any]:
    blanks = draw(_several(["short_answer", "numeric", "date", "single_choice"]))
    order = draw(st.permutations([blank["id"] for blank in blanks]))
    text = " and ".join(f"{{{one}}}" for one in order)
    return {"blanks": blanks, "text": f"<p>From {text}.</p>", "points": len(blanks)}


_PARTS = ["single_choice", "multiple_choice", "numeric", "ordering", "matching", "short_answer"]
_own_fields: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "single_choice": st.fixed_dictionaries({"options": _options(several=False), "shuffle": st.booleans()}),
    "multiple_choice": st.fixed_dictionaries(
        {
            "options": _options(several=True),
            "shuffle": st.booleans(),
            "partial": st.booleans(),
            "penalty": st.sampled_from(["0.25", "1", "1.5"]),
            "floor": st.sampled_from(["0", "0.2"]),
        }
    ),
    "true_false": st.fixed_dictionaries({"answer": st.booleans()}),
    "numeric": st.fixed_dictionaries(
        {
            "answer": hundredths,
            "tolerance": st.decimals(min_value=0, max_value=100, places=2).map(str),
            "unit": st.sampled_from(["", "days", "%", "km 2"]),
            "typical_wrong": st.just([]),
        }
    ),
    "ordering": st.fixed_dictionaries({"entries": _entries()}),
    "matching": _pairs(),
    "short_answer": _spelt(),
    "date": _dated(),
    "cloze": _blanks(),
    "source_analysis": st.fixed_dictionaries({"parts": _several(_PARTS, stem="<p>A part</p>")}),
    "placement": st.fixed_dictionaries(
        {
            "date": _points(spans=True),
            "tolerance": st.integers(min_value=0, max_value=500),
            "reach": st.integers(min_value=501, max_value=9000),
        }
    ),
    "open_response": st.fixed_dictionaries(
        {
            "rubric": st.lists(slugs, min_size=1, max_size=4, unique=True).map(
                lambda ids: [{"id": i, "text": f"looks for {i}"} for i in ids]
            )
        }
    ),
    "poll": st.fixed_dictionaries(
        {
            "options": st.lists(slugs, min_size=2, max_size=5, unique=True).map(
                lambda ids: [{"id": i, "text": f"option {i}"} for i in ids]
            ),
            "several": st.booleans(),
        }
    ),
}


def bodies(name: str) -> st.SearchStrategy[Any]:
    """Any body of that type."""
    return _own_fields[name].map(lambda fields: body(name, **fields))


def answers(of: Any) -> st.SearchStrategy[Any]:
    """Any answer to the item with the body ``of``."""
    match of.type:
        case "single_choice":
            given = st.sampled_from([option.id for option in of.options])
        case "multiple_choice":
            ids = [option.id for option in of.options]
            given = st.sets(st.sampled_from(ids), min_size=1).map(lambda some: [i for i in ids if i in some])
        case "true_false":
            given = st.booleans()
        case "numeric":
            given = hundredths.map(lambda text: items.get("numeric").parse(body("numeric"), {"number": [text]}, 0))
        case "ordering":
            count = len(of.entries)
            given = st.tuples(
                st.permutations(range(1, count + 1)), st.sets(st.sampled_from([e.id for e in of.entries]), min_size=1)
            ).map(lambda pair: {e.id: p for e, p in zip(of.entries, pair[0], strict=True) if e.id in pair[1]})
        case "matching":
            matches = st.sampled_from([one.id for one in (*of.pairs, *of.extra)])
            given = st.dictionaries(st.sampled_from([pair.id for pair in of.pairs]), matches, min_size=1)
        case "short_answer":
            given = (texts | st.sampled_from(of.accept)).map(tidy).filter(bool)
        case "open_response":
            given = texts.map(tidy).filter(bool)
        case "date":
            given = st.tuples(_points(spans=True), st.sampled_from(["", "~"])).map("".join)
            given = given.map(lambda text: f"{parse_date(text.removesuffix('~'))}{'~' * text.endswith('~')}")
        case "placement":
            given = _points(spans=False)
        case "cloze" | "source_analysis":
            given = _answers_to_all(of)
        case "poll":
            ids = [option.id for option in of.options]
            most = len(ids) if of.several else 1
            given = st.sets(st.sampled_from(ids), min_size=1, max_size=most).map(
                lambda some: [i for i in ids if i in some]
            )
        case _:
            raise AssertionError(f"say what answers to {of.type} may be")
    return st.none() | given


@st.composite
def _answers_to_all(draw: st.DrawFn, of: Any) -> Any:
    given = [(part, draw(answers(part))) for part in parts(of)]
    return {part.id: {part.type: answer} for part, answer in given if answer is not None} or None


def parts(of: Any) -> list[Any]:
    """The parts of an item that asks several things."""
    return getattr(of, "blanks", None) or getattr(of, "parts", [])


def right_answer(of: Any) -> Any:
    """The answer that earns everything."""
    match of.type:
        case "single_choice":
            return next(option.id for option in of.options if option.right)
        case "multiple_choice":
            return [option.id for option in of.options if option.right]
        case "true_false":
            return of.answer
        case "numeric":
            return str(of.answer)
        case "ordering":
            return {entry.id: place for place, entry in enumerate(of.entries, 1)}
        case "matching":
            return {pair.id: pair.id for pair in of.pairs}
        case "short_answer":
            return tidy(of.accept[0])
        case "date":
            return str(of.key)
        case "placement":
            return str(of.date.start)
        case "cloze" | "source_analysis":
            return {part.id: {part.type: right_answer(part)} for part in parts(of)}
    raise AssertionError(f"say what is right for {of.type}")
