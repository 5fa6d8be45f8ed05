"""How each type scores, by example."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.quiz import items
from coexistence.quiz.items import AnswerError
from coexistence.quiz.items.spelling import distance

from .bodies import body, texts
from .examples import examples


def score(name, answer, /, **changes):
    return items.get(name).score(body(name, **changes), answer)


def words(share):
    return [str(line) for line in share.lines]


@pytest.mark.parametrize(("answer", "earned"), [("geneva", 1), ("paris", 0), (None, 0)])
def test_single_choice(answer, earned):
    assert score("single_choice", answer).value == earned


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        (["treaty", "hotline"], 1),
        (["treaty"], Fraction(1, 2)),
        (["treaty", "pact"], 0),
        (["treaty", "hotline", "pact"], Fraction(1, 2)),
        (["treaty", "hotline", "pact", "ultimatum"], 0),
        (["pact", "ultimatum"], 0),
    ],
)
def test_multiple_choice(answer, earned):
    assert score("multiple_choice", answer).value == earned


def test_multiple_choice_is_exact_where_thirds_come_in():
    options = [{"id": i, "text": i, "right": i != "d", "feedback": "f"} for i in "abcd"]
    assert score("multiple_choice", ["a"], options=options).value == Fraction(1, 3)


def test_multiple_choice_is_explained():
    assert words(score("multiple_choice", ["pact"])) == [
        "Right choices: 0 of 2, one point each.",
        "Wrong choices: 1, one point off each.",
        "Less than nothing counts as nothing.",
    ]


PENALTY_WORDS = [
    "Right choices: 2 of 2, one point each.",
    "Wrong choices: 1, 0.5 points off each.",
]


@pytest.mark.parametrize(
    ("options", "answer", "earned"),
    [
        ({"penalty": "0.5"}, ["treaty", "pact"], Fraction(1, 4)),
        ({"penalty": "0.5"}, ["treaty", "hotline", "pact", "ultimatum"], Fraction(1, 2)),
        ({"penalty": "2"}, ["treaty", "hotline", "pact"], 0),
        ({"floor": "0.2"}, ["pact", "ultimatum"], Fraction(1, 5)),
        ({"floor": "0.2"}, ["treaty"], Fraction(1, 2)),
        ({"partial": False}, ["treaty"], 0),
        ({"partial": False}, ["treaty", "hotline", "pact"], 0),
        ({"partial": False}, ["treaty", "hotline"], 1),
        ({"partial": False, "penalty": "0"}, ["treaty", "hotline"], 1),
    ],
)
def test_penalty_and_floor_of_multiple_choice_are_the_authors(options, answer, earned):
    assert score("multiple_choice", answer, **options).value == earned


def test_penalty_and_floor_are_explained():
    assert words(score("multiple_choice", ["treaty", "hotline", "pact"], penalty="0.5")) == PENALTY_WORDS
    assert words(score("multiple_choice", ["pact"], floor="0.2"))[-1] == "An answer earns 0.2 of the points at least."
    kind = items.get("multiple_choice")
    assert kind.instruction_for(body("multiple_choice")) == str(kind.instruction)
    assert "takes off 0.5" in kind.instruction_for(body("multiple_choice", penalty="0.5"))
    assert "only all of them together" in kind.instruction_for(body("multiple_choice", partial=False))


@pytest.mark.parametrize(("answer", "earned"), [(False, 1), (True, 0)])
def test_true_false(answer, earned):
    assert score("true_false", answer).value == earned


@pytest.mark.parametrize(
    ("written", "earned"),
    [("15.5", 1), ("15,5", 1), (" 16 ", 1), ("15.0", 1), ("14.999999", 0), ("16.01", 0), ("-15.5", 0), ("15 days", 1)],
)
def test_numeric(written, earned):
    item = body("numeric")
    answer = items.get("numeric").parse(item, {"number": [written]}, 1)
    assert items.get("numeric").score(item, answer).value == earned


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1,5", "1.5"),
        ("+2", "2"),
        ("\u22123", "-3"),
        ("-0", "0"),
        (".5", "0.5"),
        ("007.50", "7.5"),
        ("１９５５", "1955"),
    ],
)
def test_how_a_number_may_be_written(written, kept):
    assert items.get("numeric").parse(body("numeric"), {"number": [written]}, 1) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("fifteen", "not_a_number"),
        ("1 500", "not_a_number"),
        ("1.500.000", "not_a_number"),
        ("1e3", "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("9" * 21, "not_a_number"),
        ("1,500", "ambiguous"),
    ],
)
def test_what_is_not_taken_for_a_number(written, code):
    with pytest.raises(AnswerError) as refused:
        items.get("numeric").parse(body("numeric"), {"number": [written]}, 1)
    assert (refused.value.code, refused.value.field) == (code, "number")


def test_a_whole_number_may_be_asked_for():
    item = body("numeric", answer=15, tolerance=0, integer=True)
    with pytest.raises(AnswerError, match="whole number"):
        items.get("numeric").parse(item, {"number": ["15.5"]}, 1)
    assert items.get("numeric").parse(item, {"number": ["15.0"]}, 1) == "15"


def test_further_numbers_may_be_right():
    assert score("numeric", "16", answer=15, tolerance=0, accept=[16]).value == 1
    assert score("numeric", "14", answer=15, tolerance=0, accept=[16]).value == 0


@pytest.mark.parametrize(
    ("written", "kept"), [("15 days", "15"), ("15 Day", "15"), ("15d", "15"), ("15", "15"), ("15 dd", None)]
)
def test_a_unit_may_be_written_in_other_ways(written, kept):
    item, kind = body("numeric", unit_variants=["day", "d"]), items.get("numeric")
    if kept is None:
        with pytest.raises(AnswerError, match="a number in digits"):
            kind.parse(item, {"number": [written]}, 1)
    else:
        assert kind.parse(item, {"number": [written]}, 1) == kept


@pytest.mark.parametrize(
    ("order", "earned"),
    [
        ("armistice summit congress ban", 1),
        ("ban armistice summit congress", Fraction(2, 3)),
        ("summit armistice congress ban", Fraction(1, 3)),
        ("ban congress summit armistice", 0),
    ],
)
def test_ordering_counts_right_neighbours(order, earned):
    assert score("ordering", {name: place for place, name in enumerate(order.split(), 1)}).value == earned


def test_ordering_counts_what_has_a_place():
    share = score("ordering", {"armistice": 1, "summit": 2, "ban": 4})
    assert share.value == Fraction(1, 3)
    assert words(share) == ["Neighbours in the right order: 1 of 3.", "Entries without a place: 1."]


def test_ordering_gives_nothing_for_a_place_given_twice():
    kind, item = items.get("ordering"), body("ordering")
    names = [control.name for control in kind.fields(item, 1)]
    with pytest.raises(AnswerError) as refused:
        kind.parse(item, {names[0]: ["1"], names[1]: ["1"]}, 1)
    assert (refused.value.code, refused.value.field in names) == ("same_place", True)
    assert kind.score(item, {"armistice": 1, "summit": 2, "congress": 1, "ban": 2}).value == 0


DAY = {"answer": "1956-10-23", "tolerance": 1}


@pytest.mark.parametrize(
    ("key", "written", "earned"),
    [
        (DAY, "23 October 1956", 1),
        (DAY, "1956-10-23", 1),
        (DAY, "c. 24 Oct 1956", 1),
        (DAY, "25 Oct 1956", 0),
        (DAY, "22 to 24 October 1956", 1),
        (DAY, "22 to 25 October 1956", 0),
        (DAY, "Oct 1956", Fraction(1, 2)),
        (DAY, "1956", Fraction(1, 4)),
        (DAY, "1955–1957", 0),
        (DAY, "1957", 0),
        ({**DAY, "less_exact": 0}, "Oct 1956", 0),
        ({**DAY, "precision": "year", "tolerance": 0}, "1956", 1),
        ({**DAY, "precision": "year", "tolerance": 0}, "Jan 1956", 1),
        ({**DAY, "precision": "year", "tolerance": 2}, "1958-12-31", 1),
        ({**DAY, "precision": "year", "tolerance": 2}, "1959", 0),
        ({**DAY, "precision": "month", "tolerance": 2}, "Aug 1956", 1),
        ({**DAY, "precision": "month", "tolerance": 2}, "Jan 1957", 0),
        ({"answer": "1922-04-10/1922-05-19", "tolerance": 0}, "15 April 1922", 1),
        ({"answer": "1922-04-10/1922-05-19", "tolerance": 0}, "10 April to 19 May 1922", 1),
        ({"answer": "1922-04-10/1922-05-19", "tolerance": 0}, "20 May 1922", 0),
        ({"answer": "1950/1953", "circa": True, "tolerance": 1}, "c. 1949", 1),
    ],
)
def test_a_date_is_right_as_exactly_as_it_is_asked_for(key, written, earned):
    item = body("date", **{"typical_wrong": [], **key})
    answer = items.get("date").parse(item, {"date": [written]}, 1)
    assert items.get("date").score(item, answer).value == earned


def test_what_a_less_exact_date_earns_is_said_before():
    def said(**changes):
        return items.get("date").instruction_for(body("date", **{"typical_wrong": [], **changes}))

    assert said() == "Answer with a day, like 4 July 1901 or 1901-07-04. A month or a year alone earns a part."
    assert said(less_exact=0) == "Answer with a day, like 4 July 1901 or 1901-07-04."
    assert said(precision="year") == "Answer with a year, like 1901."


def test_a_date_that_is_not_exact_enough_is_explained():
    said = "The date is right, but less exact than asked for: that earns 1/4 of the points."
    assert words(score("date", "1956")) == [said]


@pytest.mark.parametrize(
    ("pairs", "earned"),
    [
        ("malenkov=malenkov bulganin=bulganin faure=faure powers=powers nagy=nagy", 1),
        ("malenkov=bulganin bulganin=malenkov faure=faure powers=powers nagy=nagy", Fraction(3, 5)),
        ("malenkov=malenkov bulganin=malenkov", Fraction(1, 5)),
        ("faure=president", 0),
    ],
)
def test_matching_counts_right_pairs(pairs, earned):
    assert score("matching", dict(pair.split("=") for pair in pairs.split())).value == earned


def test_matching_is_explained():
    assert words(score("matching", {"faure": "faure"})) == ["Right pairs: 1 of 5.", "Entries without a match: 4."]


@pytest.mark.parametrize(
    ("written", "earned"),
    [
        ("Faure", 1),
        ("  edgar   FAURE. ", 1),
        ("Fauré", 1),
        ("Fuare", 1),
        ("Edgra Faure", 1),
        ("Faurer", 1),
        ("Furae", 0),
        ("Fare d", 0),
        ("Mendès-France", 0),
        ("de Gaulle", 0),
        ("?!", 0),
    ],
)
def test_a_text_is_right_in_any_of_its_spellings(written, earned):
    item, kind = body("short_answer"), items.get("short_answer")
    assert kind.score(item, kind.parse(item, {"text": [written]}, 1)).value == earned


@pytest.mark.parametrize(
    ("accepted", "written", "typos", "right"),
    [
        ("U-2", "U-3", 2, False),
        ("U-2", "u‑2", 0, True),
        ("Treaty of 1955", "Traety of 1955", 1, True),
        ("Treaty of 1955", "Treaty of 1956", 2, False),
        ("Gomułka", "Gomulka", 0, True),
        ("Straße", "STRASSE", 0, True),
        ("Nagy", "Nagi", 1, True),
        ("war", "was", 2, False),
        ("coexistence", "coexistance", 1, True),
        ("coexistence", "coexistanse", 1, False),
        ("coexistence", "coexistanse", 2, True),
    ],
)
def test_what_counts_as_a_typing_error(accepted, written, typos, right):
    item = body("short_answer", accept=[accepted], typos=typos, wrong=[])
    assert item.takes(written) is right


def test_a_forgiven_typing_error_is_said():
    assert words(score("short_answer", "Fuare")) == ["The text is right.", "A typing error was forgiven."]
    assert words(score("short_answer", "faure")) == ["The text is right."]


@given(one=texts, other=texts)
def test_two_texts_are_as_far_apart_from_either_side(one, other):
    there = distance(one, other, most=50)
    assert there == distance(other, one, most=50)
    assert (there == 0) == (one == other)
    assert there <= max(len(one), len(other))


def test_cloze_gives_a_point_a_blank():
    item = body("cloze")
    assert item.points == 5
    answer = {
        "which-month": {"short_answer": "Feb."},
        "which-kind": {"single_choice": "for-few"},
        "which-fate": {"short_answer": "inevitabel"},
        "which-day": {"numeric": "25"},
    }
    share = items.get("cloze").score(item, answer)
    assert share.value == Fraction(3, 5)
    assert words(share)[:4] == [
        "Blank 1: 1 of 1.",
        "The text is right.",
        "Blank 2: 0 of 1.",
        "A wrong answer was chosen.",
    ]
    assert words(share)[-2:] == ["Blank 5: 0 of 1.", "Not answered."]


def test_a_part_that_is_no_answer_is_named():
    item, kind = body("cloze"), items.get("cloze")
    number = next(field.name for field in kind.fields(item, 1) if field.kind == "number")
    with pytest.raises(AnswerError, match=r"^Blank 4: Write a number in digits") as refused:
        kind.parse(item, {number: ["late"]}, 1)
    assert (refused.value.code, refused.value.field) == ("not_a_number", number)


def test_the_parts_of_a_source_count_alike():
    share = score("source_analysis", {"inference": {"single_choice": "precedence"}, "proof": {"true_false": True}})
    assert share.value == Fraction(1, 3)
    assert words(share)[0] == "Part 1: 1 of 1."


@pytest.mark.parametrize(
    ("place", "earned"),
    [
        ("1955-07-20", 1),
        ("1955-07", 1),
        ("1955", 1),
        ("1955-06-17", 1),
        ("1955-06-16", Fraction(698, 699)),
        ("1957-07-21", Fraction(1, 699)),
        ("1957-07-22", 0),
        ("1944", 0),
    ],
)
def test_a_place_on_the_axis_earns_by_its_distance(place, earned):
    assert score("placement", place, date="1955-07-18/1955-07-23").value == earned


@given(point=st.dates(min_value=date(1950, 1, 1), max_value=date(1960, 1, 1)))
def test_too_early_costs_as_much_as_too_late(point):
    item = body("placement", date="1955-01-01")
    mirrored = date(1955, 1, 1) - (point - date(1955, 1, 1))
    kind = items.get("placement")
    assert kind.score(item, str(point)).value == kind.score(item, str(mirrored)).value


def test_a_place_is_one_date():
    with pytest.raises(AnswerError, match="one place on the axis"):
        items.get("placement").parse(body("placement"), {"date": ["1955–1956"]}, 1)


def test_an_essay_waits_for_a_person_and_an_empty_one_does_not():
    assert score("open_response", "It did, and it did not.").waits
    assert words(score("open_response", "It did.")) == ["Waits for a person to grade it."]
    assert not score("open_response", None).waits


def test_an_essay_keeps_its_paragraphs_and_has_an_end():
    kind, item = items.get("open_response"), body("open_response")
    assert kind.parse(item, {"text": [" One.\r\n\r\n Two.\x00 "]}, 1) == "One.\n\nTwo."
    with pytest.raises(AnswerError, match="20000 characters at most; these are 20001"):
        kind.parse(item, {"text": ["x" * 20_001]}, 1)


def test_a_poll_is_worth_nothing():
    assert body("poll").points == 0
    assert items.get("poll").graded_by == "nobody"
    assert (score("poll", ["moscow"]).value, words(score("poll", ["moscow"]))) == (0, ["A poll is not graded."])


def test_every_other_type_is_graded_by_the_machine():
    graded_by = {name: items.get(name).graded_by for name in examples()}
    assert {name for name, who in graded_by.items() if who != "machine"} == {"open_response", "poll"}


def test_what_a_later_revision_has_no_more_counts_for_nothing():
    gone = {"faure": "gone", "lost": "faure", "nagy": "nagy"}
    assert words(score("matching", gone)) == ["Right pairs: 1 of 5.", "Entries without a match: 3."]
    assert [line.chosen for line in items.get("matching").show(body("matching"), gone, 1, keys=True).lines].count(
        True
    ) == 1
    assert score("multiple_choice", ["treaty", "hotline", "gone"]).value == 1
    share = score("cloze", {"which-day": {"date": "1956-02-25"}, "which-target": {"short_answer": "Stalin"}})
    assert share.value == Fraction(1, 5)
