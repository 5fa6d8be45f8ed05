"""What an author should look at again in a unit that can be loaded: each a ``Mistake`` that stops nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import layout
from .files import Path
from .folder import Reading, UnitContent
from .mistakes import Mistake, field_name
from .schema import EventEntry

#: Of a quiz's items with one key, how many may have it as the longest option.
MOST_LONGEST = 0.4
_ABSOLUTE = re.compile(
    r"\b(always|never|all|none|every|everyone|everybody|everything|nobody|nothing|only|completely|totally|entirely)\b",
    re.IGNORECASE,
)
_ALL_OF_THEM = re.compile(r"\b(all|none|both|neither|any) of (the (above|below|others)|these|them)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(an?)\W*$", re.IGNORECASE)
_HTML = re.compile(r"</?[a-z][a-z0-9-]*(\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_CODE = re.compile(r"(`+).*?\1", re.DOTALL)
_SOURCE = re.compile(r"^:{3,}source +([a-z0-9-]+) *\n(.*?)^:{3,} *$", re.MULTILINE | re.DOTALL)
_CUT = re.compile(r"\s*\[(?:…|\.\.\.)\]\s*")
_LINK = re.compile(
    r"\[(?P<text>[^\]]*)\]\((?P<kind>event|person):(?P<slug>[a-z0-9-]+)\)"
    r"(?P<after>\s+\([^()\n]{0,40}\)|\s+of\s+\d{4}\b)?"
)
_YEAR = re.compile(r"(?<![\d.,])(1\d{3}|20\d{2})(?![\d.,]\d)\b")
_LIVED = re.compile(r"\s*\((\d{3,4})[–-](\d{3,4})\)")


_LETTERS = "words letter for letter, with […] where some are left out"


def lint(reading: Reading) -> list[Mistake]:
    """Everything worth a second look, by file and line; nothing for a unit that has mistakes."""
    content = reading.content
    if content is None:
        return []
    found = [*_unused(reading, content), *_items(reading), *_longest_keys(reading, content), *_lives(reading, content)]
    excerpts = {source.id: [_one_line(text) for text in source.excerpts] for source in content.sources}
    events = {event.id: event for event in content.events}
    lives = {person.id: (person.born, person.died) for person in content.people}
    for document in reading.folder.documents.values():
        for path, text in _texts(document.data, ()):
            # Who translates a text translates what it quotes.
            quoted = () if layout.translated(document.place) else _quotations(text, excerpts)
            for offset, what, expected in [
                *_raw_html(text),
                *quoted,
                *_years(text, events, lives),
            ]:
                line = document.text_line(path, text.count("\n", 0, offset))
                found.append(Mistake(document.name, line, field_name(document.data, path), what, expected))
    return sorted(set(found))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- What nothing leads to ------------------------------------------------------------------------------------------


def _unused(reading: Reading, content: UnitContent) -> Iterator[Mistake]:
    used = set(reading.named)
    for section in content.sections:
        for kind, slugs in (
            ("person", section.file.people),
            ("term", section.file.terms),
            ("source", section.file.sources),
        ):
            used |= {(kind, slug) for slug in slugs}
    for event in content.events:
        used |= {("person", slug) for slug in event.people} | {("source", slug) for slug in event.sources}
    for claim in content.essay[0].claims if content.essay else []:
        used |= {("source", slug) for slug in claim.sources}
    wanted = {
        "person": "an event or a text that names them",
        "term": "a text that links to it",
        "source": "an event or a text that names it",
        "figure": "a :::figure in a text",
        "check": "a :::check in a section",
    }
    checks = {item.id for item in content.items if item.use == "check"}
    for (kind, slug), (document, path) in reading.places.items():
        kind = "check" if kind == "item" and slug in checks else kind
        if kind in wanted and (kind, slug) not in used:
            name = field_name(document.data, path[:-1])
            yield Mistake(document.name, document.line(path), name, "found nothing that leads to it", wanted[kind])
    for slug in reading.folder.drawings:
        if ("figure", slug) not in reading.places:
            expected = f"a figure called {slug} in figures.yaml"
            yield Mistake(f"figures/{slug}.svg", 1, "the drawing", "found nothing that leads to it", expected)


# --- Items that give themselves away --------------------------------------------------------------------------------


def _options(item: Any) -> tuple[list[str], list[str]]:
    """The right and the wrong options' texts of an item with such; what has none is no business of these looks."""
    options = item.get("options")
    options = options if isinstance(options, list) else []
    told = [(str(o.get("text", "")), str(o.get("right")).lower() in _TRUE) for o in options if isinstance(o, dict)]
    return [text for text, right in told if right], [text for text, right in told if not right]


_TRUE = {"true", "yes", "on", "y", "t", "1"}


def _items(reading: Reading) -> Iterator[Mistake]:
    language = str(reading.folder.documents["unit.yaml"].data.get("language") or "en")
    for (kind, _slug), (document, path) in reading.places.items():
        if kind != "item" or not language.startswith("en"):
            continue
        item: Any = document.data["items"][path[1]]
        right, wrong = _options(item)
        at = (*path[:-1], "options")
        for what, expected in _giveaways(str(item.get("stem", "")), right, wrong):
            yield Mistake(document.name, document.line(at), field_name(document.data, at), what, expected)


def _giveaways(stem: str, right: Sequence[str], wrong: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in [*right, *wrong]:
        if match := _ALL_OF_THEM.search(text):
            yield f"found {match[0]!r} among the options", "options that each say something of their own"
    if not right or not wrong:
        return
    article = _ARTICLE.search(stem.strip())
    if article:
        wants_vowel = article[1].lower() == "an"
        fits = [[_begins_with_vowel(text) == wants_vowel for text in texts] for texts in (right, wrong)]
        if all(fits[0]) and not any(fits[1]):
            yield f"found {article[1]!r} before options of which it fits the right ones alone", "options that all fit"
    absolute = [match[0] for text in wrong if (match := _ABSOLUTE.search(text))]
    if len(absolute) >= max(2, len(wrong) / 2) and not any(_ABSOLUTE.search(text) for text in right):
        words = ", ".join(dict.fromkeys(word.lower() for word in absolute))
        yield f"found absolute words in wrong options alone ({words})", "such words in right options too, or in none"


def _begins_with_vowel(text: str) -> bool:
    return bool(re.match(r"\W*[aeiou]", text, re.IGNORECASE))


def _longest_keys(reading: Reading, content: UnitContent) -> Iterator[Mistake]:
    for quiz in content.quizzes:
        choices, longest = 0, []
        for pick in (pick for part in quiz.sections for pick in part.items):
            document, path = reading.places["item", pick.item]
            right, wrong = _options(document.data["items"][path[1]])
            if len(right) == 1 and wrong:
                choices += 1
                longest += [pick.item] * (len(right[0]) > max(map(len, wrong)))
        if len(longest) > max(1, choices * MOST_LONGEST):
            document, path = reading.places["quiz", quiz.id]
            name, line = field_name(document.data, path[:-1]), document.line(path)
            found = f"found the key as the longest option in {len(longest)} of {choices} items ({', '.join(longest)})"
            yield Mistake(document.name, line, name, found, f"that in at most {int(choices * MOST_LONGEST)}")


# --- Texts ----------------------------------------------------------------------------------------------------------

Look = Iterator[tuple[int, str, str]]


def _raw_html(text: str) -> Look:
    text = _CODE.sub(lambda match: " " * len(match[0]), text)
    if match := _HTML.search(text):
        yield match.start(), f"found {match[0][:40]!r}, which readers see as it is", "Markdown, which is no HTML"


def _quotations(text: str, excerpts: Mapping[str, Sequence[str]]) -> Look:
    everything = [excerpt for kept in excerpts.values() for excerpt in kept]
    for block in _SOURCE.finditer(text):
        for _, quote in _quoted(block[2]):
            if not any(_is_cut_from(quote, excerpt) for excerpt in excerpts.get(block[1], [])):
                found = f"found a quotation that is no excerpt of {block[1]} ({quote[:40]}…)"
                yield block.start(), found, _LETTERS
    outside = _SOURCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for start, quote in _quoted(outside):
        if not any(_is_cut_from(quote, excerpt) for excerpt in everything):
            yield start, f"found a quotation that is no excerpt of any source ({quote[:40]}…)", _LETTERS


def _quoted(text: str) -> Iterator[tuple[int, str]]:
    """The block quotations in a text, each in one line, with where they begin."""
    for match in re.finditer(r"(?:^>.*\n?)+", text, re.MULTILINE):
        if quote := _one_line(re.sub(r"^> ?", " ", match[0], flags=re.MULTILINE)):
            yield match.start(), quote


def _is_cut_from(quote: str, excerpt: str) -> bool:
    pieces = [re.escape(piece) for piece in _CUT.split(quote)]
    return quote == excerpt or bool(re.fullmatch(r".*?\s*".join(pieces), excerpt))


def _years(text: str, events: Mapping[str, EventEntry], lives: Mapping[str, tuple[int | None, int | None]]) -> Look:
    for link in _LINK.finditer(text):
        slug, after = link["slug"], link["after"] or ""
        if link["kind"] == "event" and slug in events:
            date = events[slug].date
            years = [int(year) for year in _YEAR.findall(link["text"] + after)]
            # A span in the text, such as (1955–1957), may begin or end elsewhere.
            if len(years) == 1 and not date.start.year <= years[0] <= date.end.year:
                yield link.start(), f"found the year {years[0]} beside {slug}", f"its date, {date}"
        elif link["kind"] == "person" and (lived := _LIVED.fullmatch(after)) and slug in lives:
            born, died = lives[slug]
            if (born, died) != (int(lived[1]), int(lived[2])):
                yield link.start(), f"found the years {lived[1]}–{lived[2]} beside {slug}", f"{born}–{died}"


def _lives(reading: Reading, content: UnitContent) -> Iterator[Mistake]:
    born = {person.id: person.born for person in content.people}
    for index, event in enumerate(content.events):
        for slug in event.people:
            year = born.get(slug)
            if year is not None and event.date.end.year < year:
                document, path = reading.places["event", event.id][0], ("events", index, "people")
                found = f"found {slug}, born in {year}, in an event of {event.date}"
                name = field_name(document.data, path)
                yield Mistake(document.name, document.line(path), name, found, "people of its time")
