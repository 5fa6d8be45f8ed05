"""The unit's items and ready-made quizzes: right keys, levels and pools, and nothing that gives a key away."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from coexistence.quiz.items.short_answer import ShortAnswerInteraction

from . import facts_peaceful_coexistence_items as facts
from .files_peaceful_coexistence import excerpts, items, one_line, quizzes, read

TEXT_FIELDS = {"id", "type", "accept", "typos", "wrong", "feedback_wrong"}


@cache
def asked() -> dict[str, dict[str, Any]]:
    """All that is asked in one place: items, and in place of sources and clozes their parts as ``item/part``."""
    found = {}
    for slug, item in items().items():
        parts = item.get("parts") or item.get("blanks")
        found.update({f"{slug}/{part['id']}": part for part in parts} if parts else {slug: item})
    return found


def wrong_ones(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything wrong that somebody may answer, with what the file says to it."""
    if one["type"] in {"single_choice", "multiple_choice"}:
        yield from (option for option in one["options"] if not option.get("right"))
    if one["type"] == "true_false":
        yield one
    for key in ("typical_wrong", "wrong", "pairs", "extra"):
        yield from one.get(key, [])


def test_every_item_has_its_key_in_the_facts() -> None:
    kept = {
        *facts.CHOICES,
        *facts.TRUE_FALSE,
        *facts.NUMBERS,
        *facts.ORDERS,
        *facts.MATCHES,
        *facts.TEXTS,
        *facts.DATES,
    }
    judged = {slug for slug, item in items().items() if item["type"] in {"open_response", "poll"}}
    assert set(asked()) == kept | judged


def test_keys_of_choices_are_right() -> None:
    for slug, phrases in facts.CHOICES.items():
        right = [option["text"] for option in asked()[slug]["options"] if option.get("right")]
        assert len(right) == len(phrases), slug
        for phrase in phrases:
            assert sum(phrase in text for text in right) == 1, (slug, phrase)
    for slug, answer in facts.TRUE_FALSE.items():
        assert asked()[slug]["answer"] is answer, slug


def test_numbers_dates_and_orders_are_right() -> None:
    for slug, numbers in facts.NUMBERS.items():
        item = asked()[slug]
        assert {item["answer"], *item.get("accept", [])} == numbers, slug
        assert item.get("tolerance", 0) == 0, slug
    events = {event["id"]: event["date"] for event in read("timeline.yaml")["events"]}
    for slug, date in facts.DATES.items():
        item = asked()[slug]
        assert (item.get("answer") or events[item["event"]]) == date, slug
    for slug, dates in facts.ORDERS.items():
        texts = [entry["text"] for entry in asked()[slug]["entries"]]
        assert len(texts) == len(dates), slug
        in_order = [next(date for word, date in dates.items() if word in text) for text in texts]
        assert all(before < after for before, after in pairwise(in_order)), slug


def test_pairs_and_texts_are_right() -> None:
    for slug, pairs in facts.MATCHES.items():
        found = asked()[slug]["pairs"]
        assert len(found) == len(pairs), slug
        for pair in found:
            (word,) = [match for entry, match in pairs.items() if entry in pair["text"]]
            assert word in pair["match"], (slug, pair["text"])
    for slug, texts in facts.TEXTS.items():
        one = ShortAnswerInteraction.model_validate({k: v for k, v in asked()[slug].items() if k in TEXT_FIELDS})
        assert [text for text in texts if not one.takes(text)] == [], slug
        assert [text for text in facts.WRONG_TEXTS.get(slug, ()) if one.takes(text)] == [], slug
        assert all(one.believed(text) for text in facts.WRONG_TEXTS.get(slug, ())), slug


def test_items_are_of_their_objective_and_difficulty() -> None:
    known = items()
    assert {s: f"{known[s]['objective']} {known[s]['difficulty']}" for s in facts.LEVELS} == facts.LEVELS


def test_there_is_enough_to_draw_from() -> None:
    graded = [item["objective"] for item in items().values() if item.get("use", "graded") == "graded"]
    assert sum(facts.DRAWS.values()) == 25
    sections = quizzes()["unit-test"]["sections"]
    assert {part["pool"]["objectives"][0]: part["draw"] for part in sections} == facts.DRAWS
    # Whatever is drawn, every attempt is worth the same.
    assert [part["pool"] for part in sections] == [{"objectives": [code], "points": 1} for code in facts.DRAWS]
    assert {code: n for code, n in facts.DRAWS.items() if graded.count(code) < 1.5 * n} == {}


def test_the_source_workshop_lets_several_sides_speak() -> None:
    slugs = [slug for part in quizzes()["source-workshop"]["sections"] for slug in part["items"]]
    assert {items()[slug]["type"] for slug in slugs} == {"source_analysis"}
    assert {items()[slug]["objective"] for slug in slugs} == {"O7"}
    speakers = " ".join(items()[slug]["by"] for slug in slugs)
    assert [
        side for side in ("Stalin", "Khrushchev", "United Nations", "Red Flag", "Kennedy") if side not in speakers
    ] == []


def test_every_item_says_where_it_is_taught() -> None:
    assert [slug for slug, item in items().items() if not item.get("section")] == []


def test_judgments_are_never_graded() -> None:
    for slug, item in items().items():
        if item["objective"] == "O8" or item["type"] in {"open_response", "poll"}:
            assert item["use"] == "practice", slug


def test_the_first_quiz_is_the_check() -> None:
    first = next(iter(quizzes().values()))
    assert (first["id"], first["title"]) == ("check", "Ten questions on peaceful coexistence")
    slugs = [slug for part in first["sections"] for slug in part["items"]]
    assert len(slugs) == len(set(slugs)) == 10
    known = items()
    assert {known[slug].get("use", "graded") for slug in slugs} == {"graded"}
    assert len({known[slug]["type"] for slug in slugs}) >= 4


def test_quotations_in_items_are_kept_letter_for_letter() -> None:
    kept = {text for texts in excerpts().values() for text in texts}
    passages = {slug: one_line(item["passage"]) for slug, item in items().items() if item["type"] == "source_analysis"}
    assert len(passages) >= 5
    assert {slug: passage for slug, passage in passages.items() if passage not in kept} == {}
    assert [slug for slug, item in items().items() if "\n>" in item["stem"]] == []


def test_keys_do_not_show_in_the_length_of_options() -> None:
    choices = {slug: one["options"] for slug, one in asked().items() if "options" in one and one["type"] != "poll"}
    longest, shortest = [], []
    for slug, options in choices.items():
        right = {len(option["text"]) for option in options if option.get("right")}
        wrong = {len(option["text"]) for option in options if not option.get("right")}
        if max(right) >= max(wrong):
            longest.append(slug)
        if min(right) < min(wrong):
            shortest.append(slug)
    assert len(longest) <= len(choices) * 2 / 5, longest
    assert len(shortest) <= len(choices) * 2 / 5, shortest


def test_every_wrong_answer_names_a_misconception_that_the_unit_explains() -> None:
    known = {entry["code"] for entry in read("unit.yaml")["misconceptions"]}
    # Whoever corrects what is right has overdone it; no belief about the subject stands behind that.
    known_or_none = {"essay-corrections": {*known, None}}
    for slug, one in asked().items():
        for wrong in wrong_ones(one):
            assert wrong.get("misconception") in known_or_none.get(slug, known), slug


def test_the_unit_asks_in_many_ways() -> None:
    choices = {"single_choice", "multiple_choice", "true_false"}
    written = {"numeric", "date", "placement", "short_answer", "cloze", "open_response"}
    assert {item["type"] for item in items().values()} >= choices | written | {
        *("ordering", "matching", "source_analysis", "poll"),
    }
