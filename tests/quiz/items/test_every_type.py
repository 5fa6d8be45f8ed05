"""What holds for items of every type."""

import json
import re
from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from coexistence.quiz import items
from coexistence.quiz.items import AnswerError
from coexistence.quiz.items.base import Kind

from .bodies import TYPES, answers, bodies, body, parts, right_answer, seeds, texts
from .examples import examples
from .secrets import secrets, shown

every_type = pytest.mark.parametrize("name", TYPES)
scored_types = pytest.mark.parametrize("name", [n for n in TYPES if items.get(n).graded_by == "machine"])


def walk(value):
    """Everything in a JSON value: keys, strings, numbers."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk(inner)
    else:
        yield value


def test_there_is_an_example_of_every_type():
    assert set(items._TYPES) == set(examples())


@scored_types
@given(data=st.data())
def test_the_right_answer_earns_everything_and_none_earns_nothing(name, data):
    item = data.draw(bodies(name))
    assert items.get(name).score(item, right_answer(item)).value == 1
    assert items.get(name).score(item, None).value == 0


@every_type
@given(data=st.data(), seed=seeds, other_seed=seeds)
def test_an_answer_survives_the_form_and_the_shuffle_and_earns_a_share(name, data, seed, other_seed):
    kind, item = items.get(name), data.draw(bodies(name))
    answer = data.draw(answers(item))
    filled = kind.fill(item, answer, seed)
    again = kind.parse(item, filled, seed)
    assert again == answer == kind.parse(item, kind.fill(item, answer, other_seed), other_seed)
    assert json.loads(json.dumps(answer)) == answer
    controls = {control.name: control for control in kind.fields(item, seed)}
    for field, given_values in filled.items():
        offered = {choice.value for choice in controls[field].choices}
        assert not offered or offered.issuperset(given_values)
    share = kind.score(item, again)
    assert share == kind.score(item, answer)
    assert 0 <= share.value <= 1
    assert share.waits <= (kind.graded_by == "person")
    assert share.lines
    assert all(str(line) for line in share.lines)


@every_type
@given(data=st.data(), seed=seeds)
def test_an_answer_to_one_revision_can_be_scored_and_shown_by_any_other(name, data, seed):
    kind, former, item = items.get(name), data.draw(bodies(name)), data.draw(bodies(name))
    answer = data.draw(answers(former))
    share = kind.score(item, answer)
    assert 0 <= share.value <= 1
    assert not [value for line in share.lines for value in line.values.values() if str(value).startswith("-")]
    for keys in (False, True):
        assert all(line.text for one in reviews(kind.show(item, answer, seed, keys=keys)) for line in one.lines)


@every_type
@given(data=st.data(), seed=seeds)
def test_garbage_is_refused_with_a_sentence_and_never_crashes(name, data, seed):
    kind, item = items.get(name), data.draw(bodies(name))
    names = [control.name for control in kind.fields(item, seed)]
    raw = data.draw(st.dictionaries(st.sampled_from(names) | texts, st.lists(texts, max_size=3), max_size=6))
    refusal = None
    try:
        answer = kind.parse(item, raw, seed)
    except AnswerError as error:
        refusal = error
    if refusal:
        assert refusal.code
        assert refusal.message
        assert refusal.field in names
    else:
        assert 0 <= kind.score(item, answer).value <= 1


@every_type
def test_an_empty_form_is_no_answer(name):
    kind, item = items.get(name), body(name)
    blank = {control.name: ["", " "] for control in kind.fields(item, 1)}
    assert kind.parse(item, {}, 1) is None
    assert kind.parse(item, blank, 1) is None


OPAQUE = re.compile(r"([0-9a-f]{12}-)?(place-|pair-)?([0-9a-f]{12}|choice|number|text|date)|[1-8]")


@every_type
@given(data=st.data(), seed=seeds)
@example(data=None, seed=1)
def test_nothing_that_a_learner_gets_before_submission_is_a_key(name, data, seed):
    """The public item holds texts to read, texts to choose from, instructions and opaque names: no word more."""
    kind, item = items.get(name), body(name) if data is None else data.draw(bodies(name))
    known = {name, kind.stem(item), kind.instruction_for(item), *shown(item), *get_args(Kind), "", None}
    known |= {"type", "stem", "instruction", "fields", "kind", "name", "label", "choices", "value", "text", "unit"}
    known |= {"part", "number", "true", "false", "True", "False"}
    known |= {items.get(part.type).instruction_for(part) for part in parts(item)}
    known |= {f"Blank {number}" for number in range(1, 13)}
    found = set(walk(kind.public(item, seed)))
    assert not {one for one in found - known if not OPAQUE.fullmatch(str(one))}
    assert not (secrets(item) - known - set("12345678")) & found


@every_type
@given(data=st.data(), seed=seeds)
def test_the_public_item_does_not_depend_on_the_key(name, data, seed):
    """Two items that differ in what is right and in nothing that a learner may see look the same."""
    kind, item = items.get(name), data.draw(bodies(name))
    changed = kind.load({**item.model_dump(), **other_key(item), "reason": "another", "difficulty": "hard"})
    assert kind.public(changed, seed) == kind.public(item, seed)


def other_key(item):
    """Fields that make another answer right and look the same."""
    match item.type:
        case "single_choice" | "multiple_choice":
            options = [option.model_dump() for option in item.options]
            right = [option["right"] for option in options]
            moved = [*right[1:], right[0]]
            return {"options": [{**option, "right": r} for option, r in zip(options, moved, strict=True)]}
        case "true_false":
            return {"answer": not item.answer}
        case "numeric":
            return {"answer": item.answer + 1, "tolerance": item.tolerance + 1, "typical_wrong": []}
        case "ordering":
            return {"entries": [entry.model_dump() for entry in reversed(item.entries)]}
        case "matching":
            # Refs are made of ids, so what belongs together may change but not what is called what.
            pairs = [pair.model_dump() for pair in item.pairs]
            return {"pairs": [{**pair, "feedback": "another", "misconception": "M1"} for pair in pairs]}
        case "short_answer":
            return {"accept": ["another"], "typos": 2}
        case "date":
            year = item.key.start.year + 2000
            return {"answer": f"{year}{str(item.key.start)[4 : {'year': 4, 'month': 7, 'day': 10}[item.asked]]}"}
        case "placement":
            return {"date": "1901", "tolerance": item.tolerance + 1, "reach": item.reach + 1}
        case "open_response":
            return {"rubric": [{"id": "another", "text": "another"}]}
        case "poll":
            return {"options": [{**option.model_dump(), "feedback": "another"} for option in item.options]}
        case "cloze" | "source_analysis":
            field = "blanks" if item.type == "cloze" else "parts"
            return {field: [{**part.model_dump(), **other_key(part)} for part in parts(item)]}
    raise AssertionError(f"say what another {item.type} would be")


@given(data=st.data(), seed=seeds)
def test_the_names_of_two_sides_do_not_tell_what_belongs_together(data, seed):
    item = data.draw(bodies("matching"))
    fields = items.get("matching").fields(item, seed)
    assert not {field.name.removeprefix("pair-") for field in fields} & {c.value for c in fields[0].choices}


@every_type
@given(data=st.data(), seed=seeds)
def test_a_review_without_keys_shows_own_choices_only(name, data, seed):
    kind, item = items.get(name), data.draw(bodies(name))
    answer = data.draw(answers(item))
    for one in reviews(kind.show(item, answer, seed, keys=False)):
        assert (one.expected, one.rubric) == ((), ())
        assert all(line.verdict != "missed" for line in one.lines)
        assert all(line.chosen or not (line.verdict or line.feedback or line.misconception) for line in one.lines)
    if name != "poll":
        assert all(one.expected or one.rubric for one in reviews(kind.show(item, answer, seed, keys=True)))


def reviews(shown):
    """The review's parts, or itself where it has none."""
    return [part.shown for part in shown.parts] or [shown]


@pytest.mark.parametrize("name", ["single_choice", "multiple_choice", "ordering"])
def test_the_seed_decides_the_order_and_the_names(name):
    kind, item = items.get(name), body(name)

    def order(seed):
        [first, *more] = kind.fields(item, seed)
        return [choice.text for choice in first.choices] if not more else [first.label, *(c.label for c in more)]

    assert len({tuple(order(seed)) for seed in range(50)}) > 3
    assert order(7) == order(7)
    assert kind.public(item, 7) != kind.public(item, 8)


@given(data=st.data(), seed=seeds)
def test_options_that_are_not_shuffled_keep_the_authors_order(data, seed):
    item = data.draw(bodies("single_choice"))
    assume(not item.shuffle)
    [control] = items.get("single_choice").fields(item, seed)
    assert [choice.text for choice in control.choices] == [option.text for option in item.options]
