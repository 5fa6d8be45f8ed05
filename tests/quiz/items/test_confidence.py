"""How sure somebody is: asked beside an item's own fields, where its author wants it."""

import pytest

from coexistence.quiz.items import AnswerError, confidence

from .bodies import body


def test_it_is_asked_only_where_the_author_wants_it():
    assert confidence.control(body("single_choice")) is None
    field = confidence.control(body("single_choice", confidence=True))
    assert (field.kind, field.name, field.label) == ("one", "sure", "How sure are you?")
    assert [(choice.value, choice.text) for choice in field.choices] == [
        ("guess", "A guess"),
        ("fairly", "Fairly sure"),
        ("sure", "Sure"),
    ]


@pytest.mark.parametrize(("given", "said"), [([], None), ([""], None), (["guess"], "guess"), (["sure"], "sure")])
def test_what_was_said(given, said):
    assert confidence.parse({"sure": given, "choice": ["x"]}) == said


@pytest.mark.parametrize("given", [["certain"], ["guess", "sure"]])
def test_what_was_never_offered_is_refused(given):
    with pytest.raises(AnswerError) as refused:
        confidence.parse({"sure": given})
    assert refused.value.field == "sure"
