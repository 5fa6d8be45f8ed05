"""What authors are told when an item does not hold."""

import re

import pytest
from pydantic import ValidationError

from coexistence.content.items import ITEM_TYPES
from tests.factories import item_words

from .bodies import TYPES, body


def option(name, **changes):
    return {"id": name, "text": f"text {name}", "feedback": f"feedback {name}", **changes}


def pair(name, **changes):
    return {"id": name, "text": f"text {name}", "match": f"match {name}", **changes}


def errors(name, **changes):
    fields = {"id": "an-item", "type": name, **item_words(name), **changes}
    with pytest.raises(ValidationError) as refused:
        ITEM_TYPES[name].model_validate(
            {key: value for key, value in fields.items() if value is not ...}, context={"render": str}
        )
    return {".".join(map(str, error["loc"])): error["msg"] for error in refused.value.errors()}


@pytest.mark.parametrize(
    ("name", "changes", "field", "message"),
    [
        ("single_choice", {"options": [option("a"), option("b")]}, "options", "exactly one option .*found none"),
        (
            "single_choice",
            {"options": [option("a", right=True), option("b", right=True)]},
            "options",
            "exactly one option .*found a, b",
        ),
        ("single_choice", {"options": [option("a", right=True)]}, "options", "at least 2"),
        (
            "single_choice",
            {"options": [option("a", right=True), *(option(f"b{n}") for n in range(8))]},
            "options",
            "at most 8",
        ),
        ("single_choice", {"options": [option("a", right=True), option("a", text="b")]}, "options", "found twice: a"),
        ("single_choice", {"options": [option("a", right=True, text="x"), option("b", text="x")]}, "options", "twice"),
        ("single_choice", {"options": [option("a", right=True), option("b", feedback="")]}, "options.1.feedback", "1"),
        (
            "single_choice",
            {"options": [option("a", right=True), {"id": "b", "text": "b"}]},
            "options.1.feedback",
            "required",
        ),
        ("single_choice", {"options": [option("a", wrong=True), option("b")]}, "options.0.wrong", "not permitted"),
        ("multiple_choice", {"options": [option("a"), option("b")]}, "options", "at least one option"),
        (
            "single_choice",
            {"options": [option("a", right=True), option("b", feedback="Not {c}.")]},
            "options",
            "only options of this item in braces: a, b .*found c",
        ),
        ("single_choice", {"reason": "Not {prague}."}, "", "geneva, paris, vienna .*found prague"),
        ("multiple_choice", {"penalty": 0}, "", "'penalty' above 0"),
        ("multiple_choice", {"floor": 1}, "floor", "less than 1"),
        ("true_false", {"answer": "perhaps"}, "answer", "boolean"),
        ("true_false", {"feedback_wrong": ...}, "feedback_wrong", "required"),
        ("numeric", {"answer": "many"}, "answer", "decimal"),
        ("numeric", {"answer": "NaN"}, "answer", "finite"),
        ("numeric", {"tolerance": "-1"}, "tolerance", "greater than or equal to 0"),
        ("numeric", {"unit": "5 days"}, "unit", "pattern"),
        ("numeric", {"integer": True}, "", "whole numbers"),
        ("numeric", {"typical_wrong": [{"value": 16, "feedback": "f"}]}, "", "16 counts as right"),
        ("numeric", {"typical_wrong": [{"value": 9, "feedback": "f"}] * 2}, "", "9 is there twice"),
        ("ordering", {"entries": [{"id": "a", "text": "a"}, {"id": "b", "text": "b"}]}, "entries", "at least 3"),
        ("ordering", {"entries": [{"id": i, "text": t} for i, t in ("ax", "ay", "bz")]}, "entries", "found twice: a"),
        ("date", {"answer": "some day"}, "answer", "a date as 1955-07-18"),
        ("date", {"precision": "decade"}, "precision", "'day', 'month' or 'year'"),
        ("date", {"answer": "1956", "precision": "day", "typical_wrong": []}, "", "as exact as 'precision: day'"),
        ("date", {"circa": True, "tolerance": 0}, "", "'tolerance', or a span of years"),
        ("date", {"typical_wrong": [{"date": "1956-10-24", "feedback": "f"}]}, "", "1956-10-24 counts as right"),
        ("matching", {"pairs": [pair("a")]}, "pairs", "at least 2"),
        ("matching", {"extra": [{"id": "faure", "text": "t"}]}, "", "every id .*found twice: faure"),
        ("matching", {"pairs": [pair("a"), pair("b", match="match a")]}, "", "every match .*found twice: match a"),
        ("short_answer", {"accept": []}, "accept", "at least 1"),
        ("short_answer", {"accept": ["Faure", " FAURÉ."]}, "", "found twice: faure"),
        ("short_answer", {"accept": ["Faure", "?!"]}, "accept.1", "letters or digits"),
        ("short_answer", {"wrong": [{"texts": ["Faurer"], "feedback": "f"}]}, "", "'Faurer' counts as right"),
        ("short_answer", {"wrong": [{"texts": ["Edgar Faure"], "feedback": "f"}]}, "", "found twice: edgar faure"),
        ("short_answer", {"typos": 3}, "typos", "less than or equal to 2"),
        ("cloze", {"text": "No blank."}, "", "found no {which-month}, {which-kind}"),
        (
            "cloze",
            {"text": "{which-month} {which-kind} {which-fate} {which-day} {which-target} {place}"},
            "",
            "found {place}",
        ),
        (
            "cloze",
            {"text": "{which-month} {which-kind} {which-fate} {which-day} {which-target} {which-day}"},
            "",
            "blank in 'text' .*found twice: which-day",
        ),
        ("cloze", {"blanks": [{"id": "a", "type": "poll"}]}, "blanks.0", "'short_answer', 'numeric', 'date'"),
        ("cloze", {"blanks": [{"id": "a", "type": "numeric"}]}, "blanks.0.numeric.answer", "required"),
        ("source_analysis", {"by": ...}, "by", "required"),
        ("source_analysis", {"parts": []}, "parts", "at least 1"),
        (
            "source_analysis",
            {"parts": [{"id": "a", "type": "true_false", "answer": True, "feedback_wrong": "f"}]},
            "parts.0.true_false.stem",
            "required",
        ),
        ("placement", {"date": ...}, "", "a 'date', or an event that has one"),
        ("placement", {"date": "1955", "reach": 31}, "", "'reach' beyond the 'tolerance'"),
        ("open_response", {"rubric": [{"id": "a", "text": "t"}] * 2}, "rubric", "found twice: a"),
        ("poll", {"points": 1}, "points", "less than or equal to 0"),
        ("poll", {"tags": ["a", "a"]}, "tags", "found twice: a"),
    ],
)
def test_a_mistake_is_named_with_its_field(name, changes, field, message):
    found = errors(name, **changes)
    assert list(found) == [field]
    assert re.search(message, found[field]), found[field]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("missing", ["stem", "reason", "objective", "difficulty"])
def test_what_every_item_must_have(name, missing):
    assert "required" in errors(name, **{missing: ...})[missing]


def test_a_type_may_not_be_called_by_another_name():
    assert "single_choice" in errors("single_choice", type="multiple_choice")["type"]


def test_what_is_stored_stays_readable_whatever_its_feedback_says():
    assert body("single_choice", reason="<p>Not {prague}.</p>").reason == "<p>Not {prague}.</p>"


def test_a_blank_is_worth_a_point_unless_the_author_says_otherwise():
    assert body("cloze", points=2).points == 2
    words = {key: value for key, value in item_words("cloze").items() if key != "points"}
    assert ITEM_TYPES["cloze"].model_validate({"id": "an-item", **words}).points == 5
