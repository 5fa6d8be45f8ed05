"""What the review of an answer says, type by type."""

from coexistence.quiz import items

from .bodies import body


def show(name, given, /, *, keys=False, **changes):
    return items.get(name).show(body(name, **changes), given, 1, keys=keys)


def lines(shown):
    return {line.text: (line.chosen, line.verdict, line.feedback) for line in shown.lines}


def test_single_choice_gives_feedback_on_what_was_chosen():
    assert lines(show("single_choice", "paris")) == {
        "<p>Geneva</p>": (False, "", ""),
        "<p>Paris</p>": (True, "wrong", "<p>Feedback on Paris.</p>"),
        "<p>Vienna</p>": (False, "", ""),
    }


def test_keys_name_what_was_missed():
    shown = show("multiple_choice", ["treaty", "pact"], keys=True)
    assert lines(shown) == {
        "<p>Treaty</p>": (True, "right", "<p>Feedback on the treaty.</p>"),
        "<p>Hotline</p>": (False, "missed", ""),
        "<p>Ultimatum</p>": (False, "", ""),
        "<p>Pact</p>": (True, "wrong", "<p>Feedback on the pact.</p>"),
    }
    assert shown.expected == ("<p>Treaty</p>", "<p>Hotline</p>")


def test_true_false():
    assert lines(show("true_false", True)) == {
        "True": (True, "wrong", "<p>Feedback on the wrong choice.</p>"),
        "False": (False, "", ""),
    }
    assert lines(show("true_false", False))["False"] == (True, "right", "")
    assert show("true_false", None, keys=True).expected == ("False",)


def test_a_typical_wrong_number_gets_its_own_feedback():
    assert show("numeric", "180").lines[0].feedback == "<p>Feedback on half a year.</p>"
    assert show("numeric", "3").lines[0].feedback == ""
    assert show("numeric", "3", feedback_wrong="<p>Count.</p>").lines[0].feedback == "<p>Count.</p>"
    assert show("numeric", "15.5", feedback_wrong="<p>Count.</p>").lines[0].feedback == ""


def test_a_number_is_shown_with_its_unit_and_nothing_in_it_is_markup():
    assert show("numeric", "3", unit="<b>").lines[0].text == "3\N{NO-BREAK SPACE}&lt;b&gt;"


def test_an_order_is_shown_as_given_with_its_right_neighbours():
    shown = show("ordering", {"ban": 1, "armistice": 2, "summit": 3, "congress": 4}, feedback_wrong="<p>Compare.</p>")
    assert [(line.text, line.verdict) for line in shown.lines] == [
        ("<p>Test ban</p>", ""),
        ("<p>Armistice</p>", "wrong"),
        ("<p>Summit</p>", "right"),
        ("<p>Congress</p>", "right"),
    ]
    assert shown.feedback == "<p>Compare.</p>"
    assert show("ordering", None, keys=True).expected[0] == "<p>Armistice</p>"


def test_feedback_names_options_by_their_text_whatever_their_order():
    options = [
        {"id": "a", "text": "<p>One &amp; <em>all</em></p>", "right": True, "feedback": "<p>Yes, not {b}.</p>"},
        {"id": "b", "text": "<p>None</p>", "feedback": "<p>Compare {a}, or {c}.</p>"},
    ]
    changes = {"options": options, "reason": "<p>Not {b}.</p>", "feedback": "<p>{a} or {b}?</p>"}
    assert show("single_choice", "a", **changes).lines != show("single_choice", "b", **changes).lines
    said = {line.feedback for answer in "ab" for line in show("single_choice", answer, **changes).lines}
    assert said == {"", "<p>Yes, not <q>None</q>.</p>", "<p>Compare <q>One &amp; all</q>, or {c}.</p>"}
    kind, item = items.get("single_choice"), body("single_choice", **changes)
    assert kind.reason(item) == "<p>Not <q>None</q>.</p>"
    assert kind.feedback(item) == "<p><q>One &amp; all</q> or <q>None</q>?</p>"


def codes(shown):
    return [line.misconception for line in shown.lines]


def test_a_wrong_answer_says_what_it_points_to():
    assert codes(show("true_false", True)) == ["M5", ""]
    assert codes(show("true_false", False)) == ["", ""]
    assert set(codes(show("single_choice", "paris"))) == {"", "M8"}
    assert codes(show("numeric", "180")) == ["M7"]
    assert codes(show("numeric", "3")) == [""]
    assert codes(show("date", "1953")) == ["M8"]
    assert codes(show("short_answer", "de gaule")) == ["M8"]


def test_a_date_is_shown_in_words():
    assert lines(show("date", "1956-10-23~")) == {"c. 23 October 1956": (True, "right", "")}
    assert lines(show("date", "1956-10")) == {"October 1956": (True, "", "")}
    assert "East Germany" in show("date", "1953-06").lines[0].feedback
    assert "in February" in show("date", "1955/1957").lines[0].feedback
    assert show("date", None, keys=True).expected == ("23 October 1956",)
    assert show("date", "1949", keys=True, answer="1950/1953", circa=True, tolerance=1, typical_wrong=[]).expected == (
        "c. 1950–1953",
    )


def test_a_wrong_match_is_answered_by_what_was_chosen_or_else_by_the_pair():
    shown = show("matching", {"malenkov": "bulganin", "faure": "president", "nagy": "powers", "powers": "powers"})
    assert lines(shown) == {
        "Georgy Malenkov – Soviet Premier, 1955–58": (True, "wrong", ""),
        "<p>Nikolai Bulganin</p>\n": (False, "", ""),
        "Edgar Faure – French President, 1960": (
            True,
            "wrong",
            "<p>That was Charles de Gaulle, who is not on the list.</p>\n",
        ),
        "Gary Powers – American U-2 pilot, 1960": (True, "right", ""),
        "Imre Nagy – American U-2 pilot, 1960": (
            True,
            "wrong",
            "<p>He headed the government in Budapest until the second Soviet intervention.</p>\n",
        ),
    }
    assert codes(shown) == ["M6", "", "M15", "", ""]


def test_a_known_wrong_text_gets_its_own_feedback_and_nothing_in_a_text_is_markup():
    assert "returned to power" in show("short_answer", "Charles de Gaule").lines[0].feedback
    assert "Prime Minister who came" in show("short_answer", "Eden").lines[0].feedback
    assert show("short_answer", "<b>Faure</b>").lines[0].text == "&lt;b&gt;Faure&lt;/b&gt;"
    assert show("open_response", "<i>\n\nTwo").lines[0].text == "<p>&lt;i&gt;</p>\n\n<p>Two</p>"


def test_every_blank_has_its_line():
    shown = show(
        "cloze",
        {
            "which-month": {"short_answer": "Feb"},
            "which-kind": {"single_choice": "for-few"},
            "which-day": {"numeric": "24"},
        },
        keys=True,
    )
    assert [(line.text, line.chosen, line.verdict) for line in shown.lines] == [
        ("Feb", True, "right"),
        ("secret", True, "wrong"),
        ("–", False, ""),
        ("24", True, "wrong"),
        ("–", False, ""),
    ]
    assert shown.expected == ("February", "open", "inevitable", "25", "Stalin")
    assert "eleven days later" in shown.lines[1].feedback


def test_the_parts_of_a_source_are_reviewed_one_by_one():
    shown = show("source_analysis", {"inference": {"single_choice": "party"}, "proof": {"true_false": False}})
    assert [(part.part.number, part.is_right, bool(part.reason)) for part in shown.parts] == [
        (1, False, False),
        (2, True, False),
        (3, False, False),
    ]
    assert all(part.reason for part in show("source_analysis", None, keys=True).parts if part.part.number != 2)


def test_a_place_is_right_wrong_or_near():
    def verdict(place):
        return show("placement", place, date="1955-07-18/1955-07-23").lines[0].verdict

    assert (verdict("1955-07"), verdict("1956"), verdict("1944")) == ("right", "", "wrong")
    assert show("placement", None, keys=True, date="1955-07-18/1955-07-23").expected == ("18–23 July 1955",)


def test_nobody_is_right_or_wrong_in_a_poll_and_the_rubric_comes_with_the_keys():
    assert lines(show("poll", ["all-four"], keys=True)) == {
        "<p>Khrushchev's</p>\n": (False, "", ""),
        "<p>Eisenhower's</p>\n": (False, "", ""),
        "<p>Those of all four leaders</p>\n": (
            True,
            "",
            "<p>Which of their choices would you put first?</p>\n",
        ),
    }
    assert show("open_response", "It did.").rubric == ()
    assert len(show("open_response", "It did.", keys=True).rubric) == 4
