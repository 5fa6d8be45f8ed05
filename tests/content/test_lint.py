"""What ``check_content`` asks an author to look at again, and what it leaves alone."""

# ruff: noqa: E501  (a row of the tables is a change and the line that it must give)

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from coexistence.content.folder import read
from coexistence.content.lint import lint
from coexistence.content.readability import Readability, readability

from .small_unit import FILES, edited, write_unit


def warnings(folder: Path, changes: dict[str, str | None]) -> list[str]:
    reading = read(write_unit(folder, changes))
    assert not reading.mistakes
    return [str(warning) for warning in lint(reading)]


def choice(slug: str, *options: str, stem: str = "Which?") -> str:
    """A quiz item whose first option is right."""
    rows = "".join(
        f"      - {{id: o{n}, text: '{text}', feedback: So., right: {n == 0}}}\n" for n, text in enumerate(options)
    )
    return (
        f"  - id: {slug}\n    type: single_choice\n    objective: O1\n    difficulty: easy\n    stem: '{stem}'\n"
        f"    reason: So.\n    options:\n{rows}"
    )


def quiz(*items: tuple[str, ...]) -> str:
    texts = "".join(choice(f"i{n}", *options) for n, options in enumerate(items))
    picks = ", ".join(f"i{n}" for n in range(len(items)))
    return f"items:\n{texts}quizzes: [{{id: more, title: More, sections: [{{items: [{picks}]}}]}}]\n"


def test_a_unit_in_order_has_none(tmp_path: Path) -> None:
    assert warnings(tmp_path, {}) == []


BODY = "- Cables pull.\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        # What nothing leads to
        ("glossary.yaml", "  - {id: cable", "  - {id: rope, name: Rope, definition: Thin.}\n  - {id: cable", "glossary.yaml:3: terms[rope]: found nothing that leads to it; expected a text that links to it"),
        ("people.yaml", "  - {id: otto", "  - {id: ivo, name: Ivo, role: Guest}\n  - {id: otto", "people.yaml:3: people[ivo]: found nothing that leads to it"),
        ("sources.yaml", "  - {id: survey", "  - {id: map, title: A map, citation: Map., rights: PD}\n  - {id: survey", "sources.yaml:12: sources[map]: found nothing that leads to it"),
        ("lesson/01-arches.md", ":::figure span\n:::\n", "", "figures.yaml:2: figures[span]: found nothing that leads to it; expected a :::figure in a text"),
        ("lesson/01-arches.md", ":::check look-back prediction\n:::\n", "", "quiz/items.yaml:19: items[look-back]: found nothing that leads to it; expected a :::check in a section"),
        # Quotations
        ("lesson/01-arches.md", "> It will stand.", "> It would stand.", "lesson/01-arches.md:13: body: found a quotation that is no excerpt of letter (It would stand.…); expected words letter for letter"),
        ("lesson/01-arches.md", "> It will stand.", "> It will", "lesson/01-arches.md:13: body: found a quotation that is no excerpt of letter"),
        ("lesson/02-cables.md", BODY, f"{BODY}\n> It may fall.\n", "lesson/02-cables.md:8: body: found a quotation that is no excerpt of any source (It may fall.…)"),
        ("quiz/items.yaml", "stem: Who built it?", "stem: |\n      Who said?\n\n      > It fell.", "quiz/items.yaml:11: items[who-built].stem: found a quotation that is no excerpt of any source"),
        # Dates
        ("lesson/02-cables.md", BODY, "The [opening of 1902](event:opening).\n", "lesson/02-cables.md:6: body: found the year 1902 beside opening; expected its date, 1901-05-03"),
        ("lesson/02-cables.md", BODY, "See\nthe [opening](event:opening) (May 1900).\n", "lesson/02-cables.md:7: body: found the year 1900 beside opening"),
        ("lesson/02-cables.md", BODY, "The [opening](event:opening) of 1899.\n", "lesson/02-cables.md:6: body: found the year 1899 beside opening"),
        ("lesson/02-cables.md", BODY, "As [Anna](person:anna) (1861–1931) said.\n", "lesson/02-cables.md:6: body: found the years 1861–1931 beside anna; expected 1860–1931"),
        ("people.yaml", "born: 1871", "born: 1971", "timeline.yaml:23: events[repairs].people: found otto, born in 1971, in an event of 1905/1906; expected people of its time"),
        # Raw HTML
        ("lesson/02-cables.md", BODY, "Cables <b>pull</b>.\n", "lesson/02-cables.md:6: body: found '<b>', which readers see as it is; expected Markdown, which is no HTML"),
        ("people.yaml", "text: She built.", "text: She built.<br/>", "people.yaml:2: people[anna].text: found '<br/>', which readers see as it is"),
    ],
)  # fmt: skip
def test_warning(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    found = warnings(tmp_path, edited(name, old, new))
    assert [line for line in found if line.startswith(said)], found
    assert len(found) <= 2, found


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lesson/01-arches.md", "> It will stand.", "> It\n> will stand."),
        ("lesson/01-arches.md", "> It will stand.", "> It […] stand."),
        ("lesson/01-arches.md", "> It will stand.", "> […] will [...]"),
        ("lesson/02-cables.md", BODY, "The [opening](event:opening) in May 1901, and in 1902 the fall.\n"),
        (
            "lesson/02-cables.md",
            BODY,
            "The [opening](event:opening) (1901) and the [repairs of 1906](event:repairs).\n",
        ),
        ("lesson/02-cables.md", BODY, "The [years 1890 to 1901](event:opening) and [1000 men](event:opening).\n"),
        ("lesson/02-cables.md", BODY, "[Anna](person:anna) (1860–1931); a < b, `<b>`, <https://example.org/>.\n"),
    ],
)
def test_what_is_in_order(tmp_path: Path, name: str, old: str, new: str) -> None:
    found = warnings(tmp_path, edited(name, old, new))
    assert found == ([] if "1000" not in new else found)


def test_numbers_that_are_no_years_are_left_alone(tmp_path: Path) -> None:
    body = "[All 3,500 men](event:opening), [12000 stones](event:opening), [1,500.5](event:opening).\n"
    assert warnings(tmp_path, edited("lesson/02-cables.md", BODY, body)) == []


@pytest.mark.parametrize(
    ("options", "stem", "said"),
    [
        (("Stone", "All of the above", "Wood"), "Which?", "found 'All of the above' among the options"),
        (("Stone", "None of these", "Wood"), "Which?", "found 'None of these' among the options"),
        (("Arch", "Beam", "Pier"), "It is an …", "found 'an' before options of which it fits the right ones alone"),
        (("Beam", "Arch", "Eye"), "It is a", "found 'a' before options of which it fits the right ones alone"),
        (("It falls", "It never falls", "It always falls"), "Which?", "found absolute words in wrong options alone (never, always)"),
        (("Arch", "Beam", "Eye"), "It is an …", ""),
        (("It only falls", "It never falls", "It always falls"), "Which?", ""),
        (("It falls", "It never falls", "It rises", "It stays"), "Which?", ""),
        (("Stone", "All stone", "Wood"), "Which?", ""),
    ],
)  # fmt: skip
def test_an_item_that_gives_itself_away(tmp_path: Path, options: tuple[str, ...], stem: str, said: str) -> None:
    found = warnings(tmp_path, {"quiz/more.yaml": "items:\n" + choice("it", *options, stem=stem)})
    assert len(found) == bool(said)
    assert not said or found[0].startswith(f"quiz/more.yaml:8: items[it].options: {said}"), found


SHORT, LONG = ("No", "Perhaps"), ("Certainly", "No")


@pytest.mark.parametrize(("long", "short", "warned"), [(2, 3, False), (3, 2, True), (3, 4, True), (1, 0, False)])
def test_a_quiz_whose_keys_are_the_longest_options(tmp_path: Path, long: int, short: int, warned: bool) -> None:
    found = warnings(tmp_path, {"quiz/more.yaml": quiz(*[LONG] * long, *[SHORT] * short)})
    assert len(found) == warned
    if warned:
        said = f"quizzes[more]: found the key as the longest option in {long} of {long + short} items (i0, i1, i2)"
        assert said in found[0]
        assert "expected that in at most 2" in found[0]


def test_a_unit_with_mistakes_has_no_warnings(tmp_path: Path) -> None:
    reading = read(write_unit(tmp_path, edited("unit.yaml", "title: Bridges\n", "")))
    assert reading.mistakes
    assert lint(reading) == []


@pytest.mark.parametrize(
    ("html", "figures"),
    [
        ("", Readability(0, 0, 0)),
        ("<p>…</p>", Readability(0, 0, 0)),
        # 8 words in 2 sentences, 2 of them long: 4 + 25.
        ("<p>The arches stand. Their builders <em>never</em> explained it.</p>", Readability(8, 1, 29)),
        ("<h2>The bridge</h2><ul><li>Stone</li><li>Wood</li></ul>", Readability(4, 1, 1)),
        (f"<p>{'Go on. ' * 270}</p>", Readability(540, 3, 2)),
    ],
)
def test_readability(html: str, figures: Readability) -> None:
    assert readability(html) == figures


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_content", *arguments, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_prints_all_of_it_and_ends_accordingly(tmp_path: Path) -> None:
    folder = str(write_unit(tmp_path))
    code, out, err = run(folder, "--strict")
    assert (code, err) == (0, "")
    assert "01 arches: " in out
    assert out.endswith("bridges: 2 minutes to read, 0 warnings\n")
    write_unit(tmp_path, edited("lesson/02-cables.md", BODY, "Cables <b>pull</b>.\n"))
    assert run(folder)[0] == 0
    code, out, err = run(folder, "--strict")
    assert code == 1
    assert err.startswith("warning: lesson/02-cables.md:6: body: found '<b>'")
    assert "1 warning" in out
    write_unit(tmp_path, {"people.yaml": FILES["people.yaml"].replace("born: 1871", "born: x")})
    code, out, err = run(folder)
    assert (code, out) == (1, "")
    assert err == (
        "people.yaml:3: people[otto].born: found 'x'; expected a whole number\n"
        "1 mistake; warnings come when they are mended.\n"
    )
