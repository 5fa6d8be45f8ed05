"""Dates as learners write them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from coexistence.quiz.items import AnswerError
from coexistence.quiz.items.dates import read, stored


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1956", "1956"),
        (" 1956 ", "1956"),
        ("Oct 1956", "1956-10"),
        ("oct. 1956", "1956-10"),
        ("October, 1956", "1956-10"),
        ("1956 October", "1956-10"),
        ("1956-10", "1956-10"),
        ("10/1956", "1956-10"),
        ("1956-10-23", "1956-10-23"),
        ("1956-10-3", "1956-10-03"),
        ("23 October 1956", "1956-10-23"),
        ("October 23, 1956", "1956-10-23"),
        ("the 23rd of October 1956", "1956-10-23"),
        ("23. October 1956", "1956-10-23"),
        ("23.10.1956", "1956-10-23"),
        ("3.10.1956", "1956-10-03"),
        ("23/10/1956", "1956-10-23"),
        ("10/23/1956", "1956-10-23"),
        ("5/5/1955", "1955-05-05"),
        ("Sept 1953", "1953-09"),
        ("１９５６", "1956"),
        ("c. 1956", "1956~"),
        ("c1956", "1956~"),
        ("ca. Oct 1956", "1956-10~"),
        ("about 1956", "1956~"),
        ("~1956", "1956~"),
        ("1955-1956", "1955/1956"),
        ("1955–1956", "1955/1956"),
        ("1955/1956", "1955/1956"),
        ("from 1955 to 1956", "1955/1956"),
        ("c. 1955 - 1956", "1955/1956~"),
        ("18 to 23 July 1955", "1955-07-18/1955-07-23"),
        ("23 Oct – 11 Nov 1956", "1956-10-23/1956-11-11"),
        ("May–July 1955", "1955-05/1955-07"),
        ("1956-10-23/1956-11-11", "1956-10-23/1956-11-11"),
    ],
)
def test_how_a_date_may_be_written(written, kept):
    assert str(read(written, field="date")) == kept
    assert stored(kept) == read(written, field="date")
    assert read(stored(kept).in_digits(), field="date") == stored(kept)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("soon", "not_a_date"),
        ("the year of the revolution", "not_a_date"),
        ("56", "no_year"),
        ("October", "no_year"),
        ("23 October 56", "no_year"),
        ("19566", "not_a_date"),
        ("1956 1957", "not_a_date"),
        ("23 1956", "not_a_date"),
        ("5/3/1953", "ambiguous"),
        ("1956-13", "no_such_date"),
        ("30 February 1956", "no_such_date"),
        ("0000", "no_such_date"),
        ("1956–1955", "no_such_span"),
        ("18 July 1955 – 1956", "no_such_span"),
        ("-", "not_a_date"),
        ("~", "not_a_date"),
        ("c.", "not_a_date"),
        ("1955 – ", "not_a_date"),
        ("1" * 61, "not_a_date"),
    ],
)
def test_what_is_no_date_is_said_to_be_none(written, code):
    with pytest.raises(AnswerError) as refused:
        read(written, field="date")
    assert (refused.value.code, refused.value.field) == (code, "date")


def test_months_may_be_named_in_the_language_of_the_page():
    with translation.override("de"):
        assert str(read("23. Oktober 1956", field="date")) == "1956-10-23"
        assert str(read("23 October 1956", field="date")) == "1956-10-23"


WORDS = [
    "19",
    "56",
    "1956",
    "3",
    "12",
    "31",
    "-",
    "–",
    "/",
    ".",
    ",",
    " ",
    "~",
    "c.",
    "oct",
    "may",
    "to",
    "of",
    "th",
    "٣",
]


@given(written=st.lists(st.sampled_from(WORDS), max_size=9).map("".join))
def test_whatever_is_written_is_a_date_or_refused(written):
    try:
        found = read(written, field="date")
    except AnswerError:
        return
    assert read(found.in_digits(), field="date") == found
