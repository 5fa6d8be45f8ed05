"""Every mistake is named with its file, line and field, what was found, and what to write instead."""

# ruff: noqa: E501  (a row of the tables is a change and the line that it must give)

import re
from pathlib import Path

import pytest

from coexistence.content.folder import read_unit
from coexistence.content.mistakes import MistakesError

from .small_unit import FILES, edited, write_unit


def mistakes(folder: Path, changes: dict[str, str | None]) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        read_unit(write_unit(folder, changes))
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        # A field
        ("unit.yaml", "title: Bridges\n", "", "unit.yaml:1: title: found nothing; expected this field, which is required"),
        ("unit.yaml", "title: Bridges", "title:", "unit.yaml:2: title: found nothing; expected text"),
        ("unit.yaml", "title: Bridges", 'title: ""', "unit.yaml:2: title: found nothing; expected text"),
        ("unit.yaml", "title: Bridges", "title: [a, b]", "unit.yaml:2: title: found a list of 2; expected text"),
        ("unit.yaml", "title: Bridges", "title: {a: b}", "unit.yaml:2: title: found fields (a); expected text"),
        (
            "unit.yaml",
            "slug: bridges",
            "slug: The Bridges",
            "unit.yaml:1: slug: found 'The Bridges'; expected lower-case letters and digits, joined by single hyphens",
        ),
        ("unit.yaml", "language: en", "language: English!", "unit.yaml:4: language: found 'English!'; expected a language's code such as en"),
        (
            "unit.yaml",
            "title: Bridges",
            "title: " + "B" * 201,
            "unit.yaml:2: title: found 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB…'; expected at most 200 characters",
        ),
        (
            "people.yaml",
            "born: 1871",
            "birth: 1871",
            "people.yaml:3: people[otto].birth: found an unknown field; expected one of id, name, born, died, role, text, was",
        ),
        # A text in quotes has fewer lines than rows.
        (
            "people.yaml",
            "born: 1871",
            'born: 1871, text: "A\\n\\n\\n\\n\\n\\n\\n[x](javascript:alert(1))"',
            "people.yaml:3: people[otto].text: found a link to 'javascript:alert(1)'; expected https://…, or event:id, person:id, term:id, source:id",
        ),
        (
            "people.yaml",
            "born: 1871",
            "born: about 1871",
            "people.yaml:3: people[otto].born: found 'about 1871'; expected a whole number",
        ),
        (
            "people.yaml",
            "died: 1931",
            "died: 1850",
            "people.yaml:2: people[anna]: found fields (id, name, born); expected a year of death after the year of birth, 1860",
        ),
        ("timeline.yaml", "significance: 3", "significance: 4", "timeline.yaml:29: events[collapse].significance: found '4'; expected at most 3"),
        ("timeline.yaml", "circa: true", "circa: maybe", "timeline.yaml:19: events[repairs].circa: found 'maybe'; expected true or false"),
        ("timeline.yaml", "lat: 46.20441", "lat: north", "timeline.yaml:7: events[opening].lat: found 'north'; expected a number"),
        ("timeline.yaml", "lat: 46.20441", "lat: 91", "timeline.yaml:7: events[opening].lat: found '91'; expected at most 90"),
        ("timeline.yaml", "    lat: 46.20441\n", "", "timeline.yaml:2: events[opening]: found fields (id, title, date); expected both lat and lon, or neither"),
        ("timeline.yaml", "people: [anna, otto]", "people: anna", "timeline.yaml:23: events[repairs].people: found 'anna'; expected a list"),
        ("sources.yaml", "url: https://example.org/letter", "url: example.org", "sources.yaml:7: sources[letter].url: found 'example.org'; expected an address"),
        ("unit.yaml", "objectives:\n  - {code: O1, text: Name the parts of a bridge}\n  - {code: O2, text: Say why it stands}", "objectives: []", "unit.yaml:7: objectives: found a list of 0; expected at least 1 entries"),
        # A date
        ("timeline.yaml", "date: 1901-05-03", "date: May 1901", "timeline.yaml:4: events[opening].date: found 'May 1901'; expected a date as 1955-07-18"),
        ("timeline.yaml", "date: 1901-05-03", "date: 1901-02-29", "timeline.yaml:4: events[opening].date: found '1901-02-29'; expected a day of that month, 1 to 28"),
        ("timeline.yaml", "date: 1901-05-03", "date: 1901-05-03/1901-05-01", "found '1901-05-03/1901-05-01'; expected a span that ends after it begins"),
        ("timeline.yaml", "date: 1901-05-03", "date: 1901-05-03/1902", "found '1901-05-03/1902'; expected both ends of a span given alike"),
        ("timeline.yaml", "    date: 1901-05-03\n", "", "timeline.yaml:2: events[opening].date: found nothing; expected this field, which is required"),
        # A reference in the data
        ("timeline.yaml", "people: [anna, otto]", "people: [anna, oto]", "timeline.yaml:23: events[repairs].people[#2]: found 'oto'; expected a known person: one of anna, otto"),
        ("timeline.yaml", "sources: [letter]", "sources: [diary]", "timeline.yaml:10: events[opening].sources[#1]: found 'diary'; expected a known source"),
        ("timeline.yaml", "theme: fall", "theme: war", "timeline.yaml:28: events[collapse].theme: found 'war'; expected a known theme: one of build, fall"),
        ("timeline.yaml", "lane: elsewhere", "lane: there", "timeline.yaml:21: events[repairs].lane: found 'there'; expected a known lane: one of main, elsewhere"),
        ("lesson/01-arches.md", "objectives: [O1]", "objectives: [O9]", "lesson/01-arches.md:6: objectives[#1]: found 'O9'; expected a known objective: one of O1, O2"),
        ("lesson/01-arches.md", "people: [otto]", "people: [ott]", "lesson/01-arches.md:7: people[#1]: found 'ott'; expected a known person"),
        ("quiz/items.yaml", "section: arches", "section: archs", "quiz/items.yaml:6: items[who-built].section: found 'archs'; expected a known section: one of arches, cables"),
        ("quiz/items.yaml", "events: [opening]", "events: [closing]", "quiz/items.yaml:7: items[who-built].events[#1]: found 'closing'; expected a known event"),
        ("quiz/items.yaml", "objective: O2", "objective: O3", "quiz/items.yaml:13: items[why-stands].objective: found 'O3'; expected a known objective"),
        ("quiz/items.yaml", "          - who-built", "          - who-bilt", "quiz/items.yaml:33: quizzes[bridge-test].sections[#1].items[#1]: found 'who-bilt'; expected a known item"),
        ("quiz/items.yaml", "          - who-built", "          - why-stands", "items[#2]: found 'why-stands' a second time in this quiz; expected each item once"),
        ("quiz/items.yaml", "          - who-built", "          - look-back", "items[#1]: found 'look-back', which is for checks inside the lesson; expected an item for practice or grades"),
        # A reference or a directive in a text
        ("lesson/01-arches.md", "(person:anna)", "(person:ana)", "lesson/01-arches.md:11: body: found a reference to person:ana; expected a known person"),
        ("lesson/01-arches.md", "(source:survey)", "(source:servey)", "lesson/01-arches.md:11: body: found a reference to source:servey"),
        ("lesson/01-arches.md", ":::source letter", ":::source diary", "lesson/01-arches.md:13: body: found a reference to source:diary"),
        ("lesson/01-arches.md", ":::source letter", ":::source", "lesson/01-arches.md:13: body: found '' after :::source; expected the id of one source"),
        ("lesson/01-arches.md", ":::remember", ":::recall", "lesson/01-arches.md:19: body: found ':::recall'; expected :::source, :::pair, :::remember, :::question, :::figure, :::check"),
        ("lesson/01-arches.md", ":::remember\n", ":::remember\n\n:::question\n", "lesson/01-arches.md:21: body: found :::question without an end; expected a line :::"),
        ("lesson/01-arches.md", "(person:anna)", "(people:anna)", "lesson/01-arches.md:11: body: found a link to 'people:anna'; expected https://…, or event:id"),
        ("lesson/01-arches.md", "(person:anna)", "(javascript:alert)", "lesson/01-arches.md:11: body: found a link to 'javascript:alert'; expected https://"),
        ("lesson/01-arches.md", "[Anna](", "[](", "lesson/01-arches.md:11: body: found a link without text; expected [text](address)"),
        ("lesson/01-arches.md", "[Anna](person:anna)", "![Anna](https://x.example/a.png)", "lesson/01-arches.md:11: body: found an image; expected text only"),
        ("lesson/02-cables.md", "- Cables pull.", "| a | b |\n| - | - |\n| c | [d](term:d) |", "lesson/02-cables.md:8: body: found a reference to term:d"),
        ("lesson/02-cables.md", "- Cables pull.", "> - Cables\n>   [pull](term:pull).", "lesson/02-cables.md:7: body: found a reference to term:pull"),
        ("timeline.yaml", "      # Then a parade", "      # Then a [parade](event:parade)", "timeline.yaml:15: events[opening].text: found a reference to event:parade"),
        ("glossary.yaml", "A rope of wire.", "'A [rope](term:rope) of wire.'", "glossary.yaml:3: terms[cable].definition: found a reference to term:rope"),
        ("quiz/items.yaml", "reason: She signed the *plan*.", "reason: '[She](person:she) signed.'", "quiz/items.yaml:9: items[who-built].reason: found a reference to person:she"),
        # A name
        ("people.yaml", "id: otto", "id: anna", "people.yaml:3: people[anna].id: found a second person called 'anna'; the first is at people.yaml:2"),
        ("people.yaml", "id: otto", "id: Otto", "people.yaml:3: people[Otto].id: found 'Otto'; expected lower-case letters"),
        ("quiz/items.yaml", "id: why-stands", "id: who-built", "quiz/items.yaml:11: items[who-built].id: found a second item called 'who-built'"),
        # An item
        ("quiz/items.yaml", "  - id: who-built\n    type: sample", "  - id: who-built\n    type: smaple", "quiz/items.yaml:3: items[who-built].type: found 'smaple'; expected"),
        ("quiz/items.yaml", "    key: Anna\n", "", "quiz/items.yaml:2: items[who-built].key: found nothing; expected this field"),
        ("quiz/items.yaml", "    key: Anna\n", "    key: Anna\n    kye: Otto\n", "quiz/items.yaml:11: items[who-built].kye: found an unknown field; expected one of"),
        ("quiz/items.yaml", "points: 2", "points: 0", "quiz/items.yaml:15: items[why-stands].points: found '0'; expected more than 0"),
        ("quiz/items.yaml", "points: 2", "points: NaN", "quiz/items.yaml:15: items[why-stands].points: found 'NaN'; expected a"),
        ("quiz/items.yaml", "use: check", "use: cheque", "quiz/items.yaml:21: items[look-back].use: found 'cheque'; expected 'check', 'practice' or 'graded'"),
        ("quiz/items.yaml", "items:\n  - id: who-built", "items: none\nthings:\n  - id: who-built", "quiz/items.yaml:1: items: found 'none'; expected a list"),
        # The file
        ("unit.yaml", "title: Bridges", "title: Bridges: three", "unit.yaml:2: the file: found broken YAML (mapping values are not allowed in this context); expected quotes around a text"),
        ("unit.yaml", "title: Bridges", "title: @Bridges", "unit.yaml:2: the file: found broken YAML (found character that cannot start any token); expected quotes"),
        ("unit.yaml", "title: Bridges", 'title: "Bridges', "the file: found broken YAML"),
        ("unit.yaml", "title: Bridges", "title: *bridges", "unit.yaml:2: the file: found the alias *bridges; expected the text itself"),
        ("unit.yaml", "title: Bridges", "title: !!python/object:os.system x", "unit.yaml:2: the file: found the tag tag:yaml.org,2002:python/object:os.system; expected plain values"),
        ("unit.yaml", "title: Bridges", 'title: "a\\0b"', "unit.yaml:2: the file: found the character U+0000; expected text without control characters"),
        ("unit.yaml", "title: Bridges", 'title: "a\\uD800b"', "unit.yaml:2: the file:"),
        ("unit.yaml", "title: Bridges", "title: Bri\0dges", "unit.yaml:2: the file: found the control character U+0000; expected plain text"),
        ("unit.yaml", "title: Bridges", "title: Bridges\ntitle: Tunnels", "unit.yaml:3: title: found it twice, first on line 2; expected each field once"),
        ("people.yaml", "born: 1871", "born: 1871, born: 1872", "people.yaml:3: people[otto].born: found it twice, first on line 3; expected each field once"),
        ("unit.yaml", "title: Bridges", "title: Bridges\n? [a, b]\n: c", "unit.yaml:3: the file: found a field whose name is no text"),
        ("unit.yaml", "  - {id: build, title: Building}", "\t- {id: build, title: Building}", "unit.yaml:15: the file: found a tab at the line's beginning; expected spaces"),
        ("unit.yaml", "title: Bridges", f"title: {'[' * 2000}", "unit.yaml:2: the file: found values nested too deeply; expected at most 12 levels"),
        ("unit.yaml", "title: Bridges", "title: Bridges\n---\nslug: two", "unit.yaml:3: the file: found a second document"),
        ("lesson/01-arches.md", "---\ntitle: Arches", "title: Arches", "lesson/01-arches.md:1: the file: found no front matter"),
        ("people.yaml", "id: otto", "id: [a, b]", "people.yaml:3: people[#2].id: found a list of 2; expected text"),
        ("people.yaml", "id: otto, name: Otto Brook", '"a\\nb": 1, id: otto, name: Otto Brook', "people.yaml:3: people[otto].a b: found an unknown field"),
        ("lesson/02-cables.md", "---\ntitle: Cables", "title: Cables", "lesson/02-cables.md:1: the file: found no front matter; expected a line"),
        ("lesson/02-cables.md", "---\n- Cables pull.", "- Cables pull.", "lesson/02-cables.md:1: the file: found front matter without an end"),
        ("lesson/02-cables.md", "- Cables pull.\n", "", "lesson/02-cables.md:6: body: found nothing; expected text"),
        ("lesson/02-cables.md", "status: outline", "status: outline\nbody: x", "lesson/02-cables.md:5: the file: found the field body; expected the text below"),
        ("lesson/02-cables.md", "status: outline", "status: draft", "lesson/02-cables.md:4: status: found 'draft'; expected 'full' or 'outline'"),
        # Figures, checks, routes, the guide and the essay
        ("lesson/01-arches.md", ":::figure span", ":::figure spam", "lesson/01-arches.md:26: body: found a reference to figure:spam; expected a known figure: span"),
        ("lesson/01-arches.md", ":::check look-back", ":::check who-built", "lesson/01-arches.md:23: body: found a reference to check:who-built; expected a known check: look-back"),
        (
            "lesson/01-arches.md",
            ":::figure span\n:::",
            ":::check look-back\n:::",
            "lesson/01-arches.md:26: body: found the check 'look-back' a second time; expected each check once in a section",
        ),
        ("guide.md", "## Before the lesson", ":::check look-back\n:::", "guide.md:4: body: found a :::check; expected checks in the lesson's sections only"),
        ("guide.md", "event:opening", "event:closing", "guide.md:6: body: found a reference to event:closing"),
        ("figures.yaml", "    alt: Two piers and the arch between them.\n", "", "figures.yaml:2: figures[span].alt: found nothing; expected this field, which is required"),
        ("figures/span.svg", "<title>Span</title>", "<script>x</script>", "figures/span.svg:3: the drawing: found <script>; expected shapes and text only"),
        ("unit.yaml", "sections: [arches]", "sections: [arch]", "unit.yaml:25: routes[short].sections[#1]: found 'arch'; expected a known section"),
        ("unit.yaml", "sections: [arches]", "sections: [arches, arches]", "unit.yaml:25: routes[short].sections: found a list of 2; expected each section once"),
        ("unit.yaml", "quiz: bridge-test", "quiz: other", "unit.yaml:26: routes[short].quiz: found 'other'; expected a known quiz: bridge-test"),
        ("essay.yaml", "verdict: wrong", "verdict: false", "essay.yaml:6: claims[year].verdict: found 'false'; expected 'right', 'partly', 'wrong', 'unsupported' or 'disputed'"),
    ],
)  # fmt: skip
def test_mistake(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    found = mistakes(tmp_path, edited(name, old, new))
    assert [line for line in found if said in line], found
    if not re.match("id: |objectives:|use: check|items:", old):  # then references from elsewhere are dead
        assert all(line.startswith(f"{name}:") for line in found), found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit.yaml": None}, "unit.yaml:1: the file: found nothing; expected this file, which is required"),
        ({"unit.yaml": ""}, "unit.yaml:1: title: found nothing; expected this field, which is required"),
        ({"unit.yaml": "- a\n- b\n"}, "unit.yaml:1: the file: found something else than fields"),
        ({"unit.yaml": "just words"}, "unit.yaml:1: the file: found something else than fields"),
        ({"timelin.yaml": "events: []"}, "timelin.yaml:1: the file: found a file of another name; expected one of unit.yaml"),
        ({"timeline.yml": "events: []"}, "timeline.yml:1: the file: found a file of another name"),
        ({"lesson/intro.md": "---\n---\n"}, "lesson/intro.md:1: the file: found a file of another name"),
        (
            {"lesson/02-piers.md": FILES["lesson/02-cables.md"]},
            "lesson/02-piers.md:1: the file: found a second section number called '2'; the first is at lesson/02-cables.md:1",
        ),
        (
            {"lesson/03-cables.md": FILES["lesson/02-cables.md"]},
            "lesson/03-cables.md:1: the file: found a second section called 'cables'",
        ),
        (
            {"quiz/more.yaml": "quizzes: [{id: bridge-test, title: T, sections: [{items: [who-built]}]}]"},
            "quiz/more.yaml:1: quizzes[bridge-test].id: found a second quiz called 'bridge-test'; the first is at quiz/items.yaml:",
        ),
        ({"figures/span.svg": None}, "figures.yaml:2: figures[span]: found no such file; expected its drawing in figures/span.svg"),
        ({"figures/map.png": "x"}, "figures/map.png:1: the file: found a file of another name"),
    ],
)  # fmt: skip
def test_mistake_of_whole_files(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    found = mistakes(tmp_path, changes)
    assert [line for line in found if said in line], found


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    write_unit(tmp_path)
    path = tmp_path / "people.yaml"
    path.write_bytes(path.read_bytes().replace(b"Otto", b"Ott\xf6"))
    with pytest.raises(MistakesError) as caught:
        read_unit(tmp_path)
    assert str(caught.value) == "people.yaml:3: the file: found the byte 0xf6; expected text saved as UTF-8"


def test_aliases_cannot_blow_up(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    assert "unit.yaml:2: the file: found the alias *a" in mistakes(tmp_path, {"unit.yaml": bomb})[0]


def test_a_file_of_unreasonable_size(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"glossary.yaml": "#" * 5_000_001})
    assert "glossary.yaml:1: the file: found 5000001 bytes; expected at most 5000000" in found[0]


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(MistakesError) as caught:
        read_unit(tmp_path / "nothing")
    assert "found no such folder; expected a unit's folder" in str(caught.value)


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    changes = {
        **edited("unit.yaml", "title: Bridges\n", ""),
        **edited("timeline.yaml", "theme: fall", "theme: war"),
        **edited("people.yaml", "born: 1871", "born: x"),
        **edited("lesson/01-arches.md", "(person:anna)", "(person:ana)"),
        **edited("glossary.yaml", "definition: A rope of wire.", "definition: A rope: wire."),
        **edited("quiz/items.yaml", "    key: Anna\n", ""),
    }
    files = [line.split(":")[0] for line in mistakes(tmp_path, changes)]
    assert set(files) == {
        "unit.yaml",
        "timeline.yaml",
        "people.yaml",
        "lesson/01-arches.md",
        "glossary.yaml",
        "quiz/items.yaml",
    }
    assert files == sorted(files)


def test_a_mistake_inside_a_part_does_not_make_references_to_it_mistakes(tmp_path: Path) -> None:
    found = mistakes(tmp_path, edited("people.yaml", "name: Otto Brook", "nam: Otto Brook"))
    assert len(found) == 2
    assert all("people[otto]" in line for line in found)


def test_one_unreadable_file_of_several_makes_no_reference_a_mistake(tmp_path: Path) -> None:
    picks = "quizzes: [{id: other, title: Other, sections: [{items: [who-built, in-the-broken-file]}]}]"
    found = mistakes(tmp_path, {"quiz/broken.yaml": "items: [", "quiz/picks.yaml": picks})
    assert [line.split(":")[0] for line in found] == ["quiz/broken.yaml"]


def test_what_looks_like_something_else_stays_what_was_typed(tmp_path: Path) -> None:
    changes = {
        **edited("unit.yaml", "title: Bridges", "title: 1984"),
        **edited("glossary.yaml", "name: Cable", "name: No"),
        **edited("sources.yaml", "published: 1901", "published: 1.50"),
        **edited("people.yaml", "role: Mayor", "role: 12:30"),
    }
    unit = read_unit(write_unit(tmp_path, changes))
    assert unit.unit.title == "1984"
    assert unit.terms[1].name == "No"
    assert unit.sources[0].published == "1.50"
    assert unit.people[1].role == "12:30"


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    write_unit(tmp_path)
    plain = read_unit(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_unit(tmp_path) == plain


REAL = """\
items:
  - id: which
    type: single_choice
    objective: O1
    difficulty: easy
    stem: Which?
    reason: So.
    options:
      - {id: one, text: One, right: true, feedback: Yes.}
      - {id: two, text: Two, feedback: No., misconception: M1}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("right: true", "right: perhaps", "quiz/real.yaml:9: items[which].options[one].right: found 'perhaps'; expected true or false"),
        ("feedback: Yes.", "feedback: ~", "quiz/real.yaml:9: items[which].options[one].feedback: found nothing; expected text"),
        ("right: true", "correct: true", "quiz/real.yaml:9: items[which].options[one].correct: found an unknown field; expected one of id, text, right"),
        (", right: true", "", "quiz/real.yaml:8: items[which].options: found a list of 2; expected exactly one option with 'right: true'"),
        ("id: two", "id: one", "quiz/real.yaml:8: items[which].options: found a list of 2; expected every option id only once"),
        ("M1", "M7", "quiz/real.yaml:10: items[which].options[two].misconception: found 'M7'; expected a known misconception: M1"),
        ("text: Two", 'text: "[Two](term:two)"', "quiz/real.yaml:10: items[which].options[two].text: found a reference to term:two"),
        ("single_choice", "single", "quiz/real.yaml:3: items[which].type: found 'single'; expected one of"),
    ],
)  # fmt: skip
def test_mistake_inside_an_item(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert REAL.count(old) == 1
    found = mistakes(tmp_path, {"quiz/real.yaml": REAL.replace(old, new)})
    assert [line for line in found if said in line], found
