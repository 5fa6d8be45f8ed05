"""Files -> rows: complete, all or nothing, and nothing at all the second time."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from coexistence.content import documents, selectors
from coexistence.content import folder as unit_folder
from coexistence.content.importer import Loaded, load
from coexistence.content.mistakes import MistakesError
from coexistence.content.models import Event, Item, Page, Person, Quiz, Revision, Section, Source, Term, Unit

from .small_unit import FILES, edited, write_unit

pytestmark = pytest.mark.django_db

PARTS: list[Any] = [Section, Event, Person, Term, Source, Item, Quiz, Page]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_unit(tmp_path / "bridges")


def everything() -> list[Any]:
    """All rows of all content tables and of the tables between them, as they are."""
    models = [Unit, *PARTS, Revision]
    models += [field.remote_field.through for model in PARTS for field in model._meta.many_to_many]
    return [list(model.objects.order_by("pk").values()) for model in models]


def slugs(rows: Any) -> list[str]:
    return [row.slug for row in rows.all()]


def test_every_file_becomes_rows(folder: Path) -> None:
    loaded = load(folder)

    unit = Unit.objects.get()
    assert (unit.slug, unit.title, unit.revision, loaded.revision) == ("bridges", "Bridges", 1, 1)
    assert unit.summary == "<p>How <em>bridges</em> stand.</p>\n"
    assert unit.data["licence"] == "CC BY 4.0"
    assert unit.data["misconceptions"][0]["feedback"] == "<p>It <strong>breaks</strong>.</p>\n"
    assert [s.slug for s in Section.objects.all()] == ["arches", "cables"]
    arches = Section.objects.get(slug="arches")
    assert arches.data == {"status": "full", "minutes": 8, "objectives": ["O1"], "checks": ["look-back"]}
    assert (slugs(arches.events), slugs(arches.terms)) == (["opening"], ["arch"])
    assert (slugs(arches.people), slugs(arches.sources)) == (["anna", "otto"], ["letter", "survey"])
    opening = Event.objects.get(slug="opening")
    assert (opening.start, opening.end, opening.precision) == (date(1901, 5, 3), date(1901, 5, 3), "day")
    assert (opening.latitude, opening.longitude) == (Decimal("46.2044"), Decimal("6.15"))
    assert (opening.lane, slugs(opening.people), slugs(opening.sources)) == ("main", ["anna"], ["letter"])
    repairs = Event.objects.get(slug="repairs")
    assert (repairs.start, repairs.end, repairs.precision) == (date(1905, 1, 1), date(1906, 12, 31), "year")
    assert repairs.circa
    collapse = Event.objects.get(slug="collapse")
    assert (collapse.start, collapse.end, collapse.precision) == (date(1910, 2, 1), date(1910, 2, 28), "month")
    assert Person.objects.get(slug="otto").died is None
    letter = Source.objects.get(slug="letter")
    assert letter.published == "1901"
    assert letter.data == {"locator": None, "accessed": "2025-11-02", "excerpts": ["It will stand."]}
    item = Item.objects.select_related("current").get(slug="who-built")
    assert item.current is not None
    assert (item.use, item.public, item.retired, item.current.number) == ("graded", True, False, 1)
    assert item.current.body["reason"] == "<p>She signed the <em>plan</em>.</p>\n"
    assert item.current.body["section"] == "arches"
    assert '<div class="check" data-ref="check" data-slug="look-back" data-kind="prediction"></div>' in arches.html
    assert 'alt="Two piers and the arch between them." width="200" height="100"><figcaption>' in arches.html
    assert unit.data["pages"] == ["guide", "essay"]
    assert [(route["id"], route["sections"], route["quiz"]) for route in unit.data["routes"]] == [
        ("short", ["arches"], "bridge-test"),
        ("reading", ["cables"], None),
    ]
    guide, essay = Page.objects.order_by("position")
    assert (guide.slug, guide.data["references"]["event"]) == ("guide", ["opening"])
    assert essay.data["references"] == {"event": ["opening"], "person": ["anna"], "term": [], "source": ["letter"]}
    assert essay.data["claims"][0]["explanation"] == "<p>It opened in <em>1901</em>.</p>\n"
    assert Quiz.objects.get().plan == [
        {"title": "All", "items": [{"item": "who-built", "points": "1"}, {"item": "why-stands", "points": "3"}]}
    ]


def test_second_load_writes_nothing(folder: Path, django_assert_num_queries: Any) -> None:
    load(folder)
    before = everything()
    with django_assert_num_queries(1):  # one look for a unit of these very files
        assert load(folder).changes == []
    assert everything() == before


def test_all_or_nothing(folder: Path) -> None:
    load(folder)
    before = everything()
    write_unit(
        folder, {**edited("people.yaml", "Otto Brook", "Otto Bridge"), **edited("unit.yaml", "title: Bridges\n", "")}
    )
    with pytest.raises(MistakesError):
        load(folder)
    assert everything() == before


def test_a_failing_write_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(Quiz.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        load(folder)
    assert not Unit.objects.exists()


def test_only_what_changed_is_touched(folder: Path) -> None:
    load(folder)
    keys = {model: dict(model.objects.values_list("slug", "pk")) for model in PARTS}
    write_unit(folder, edited("people.yaml", "Otto Brook", "Otto Bridge"))
    assert load(folder).changes == ["person otto: changed name"]
    assert Unit.objects.get().revision == 2
    assert Person.objects.get(slug="otto").name == "Otto Bridge"
    assert {model: dict(model.objects.values_list("slug", "pk")) for model in PARTS} == keys
    assert Revision.objects.count() == 3


def test_a_changed_item_gets_a_revision_and_keeps_its_old_one(folder: Path) -> None:
    load(folder)
    item = Item.objects.get(slug="who-built")
    write_unit(folder, edited("quiz/items.yaml", "Who built it?", "Who *built* it?"))
    assert load(folder).changes == ["item who-built: revision 2"]
    assert [r.body["stem"] for r in item.revisions.order_by("number")] == [
        "<p>Who built it?</p>\n",
        "<p>Who <em>built</em> it?</p>\n",
    ]
    item.refresh_from_db()
    assert item.current == item.revisions.get(number=2)
    assert Revision.objects.exclude(item=item).filter(number__gt=1).count() == 0


def test_saying_a_default_is_no_change(folder: Path) -> None:
    load(folder)
    write_unit(
        folder,
        edited("quiz/items.yaml", "stem: Who built it?", "use: graded\n    points: 1.0\n    stem: Who built it?"),
    )
    assert load(folder).changes == []


def test_items_that_are_gone_are_retired_and_can_come_back(folder: Path) -> None:
    load(folder)
    without = {
        **edited("unit.yaml", "    quiz: bridge-test\n", ""),
        **edited("lesson/01-arches.md", ":::check look-back prediction\n:::\n", ""),
    }
    write_unit(folder, {"quiz/items.yaml": "items: []", **without})
    load(folder)
    assert not Item.objects.filter(retired=True).exists()
    assert sorted(load(folder, remove=True).changes) == [
        "item look-back: retired",
        "item who-built: retired",
        "item why-stands: retired",
        "quiz bridge-test: retired",
    ]
    assert Item.objects.filter(retired=True).count() == 3
    assert Revision.objects.count() == 3
    write_unit(folder, {})
    load(folder)
    assert not Item.objects.filter(retired=True).exists()
    assert not Quiz.objects.filter(retired=True).exists()
    assert Revision.objects.count() == 3


def test_renamed_files_and_titles_keep_their_rows(folder: Path) -> None:
    load(folder)
    keys = {model: dict(model.objects.values_list("slug", "pk")) for model in PARTS}
    (folder / "quiz/items.yaml").rename(folder / "quiz/all-of-them.yaml")
    assert load(folder).changes == []
    (folder / "lesson/01-arches.md").rename(folder / "lesson/03-arches.md")
    assert load(folder).changes == ["section arches: changed position"]
    assert [s.slug for s in Section.objects.all()] == ["cables", "arches"]
    assert {model: dict(model.objects.values_list("slug", "pk")) for model in PARTS} == keys


def test_parts_that_are_gone_are_removed_when_asked(folder: Path) -> None:
    load(folder)
    text = FILES["glossary.yaml"].replace("  - {id: cable, name: Cable, definition: A rope of wire.}\n", "")
    write_unit(folder, {"glossary.yaml": text, **edited("guide.md", "[ropes](term:cable)", "ropes")})
    assert load(folder).changes == ["term cable: no longer in the files, kept", "page guide: changed html, data"]
    assert [term.slug for term in Term.objects.all()] == ["arch", "cable"]
    assert load(folder).changes == []
    assert load(folder, remove=True).changes == ["term cable: removed"]
    assert [term.slug for term in Term.objects.all()] == ["arch"]
    assert load(folder, remove=True) == Loaded("bridges", 3, [], [])


def test_what_was_called_otherwise_before_stays_the_same_row(folder: Path) -> None:
    load(folder)
    keys = {model: dict(model.objects.values_list("slug", "pk")) for model in PARTS}
    (folder / "lesson/02-cables.md").rename(folder / "lesson/02-ropes.md")
    changes = {
        "lesson/02-ropes.md": FILES["lesson/02-cables.md"].replace("title: Cables", "title: Cables\nwas: cables"),
        "lesson/02-cables.md": None,
        **edited("timeline.yaml", "id: collapse", "id: fall\n    was: collapse"),
        "quiz/items.yaml": FILES["quiz/items.yaml"].replace("id: why-stands", "id: why\n    was: why-stands", 1)
        .replace("item: why-stands", "item: why"),
        "unit.yaml": FILES["unit.yaml"].replace("sections: [cables]", "sections: [ropes]"),
    }  # fmt: skip
    write_unit(folder, changes)
    assert load(folder).changes == [
        "unit bridges: changed data",
        "event fall: renamed from collapse",
        "section ropes: renamed from cables",
        "item why: renamed from why-stands, revision 2",
        "quiz bridge-test: changed plan",
    ]
    assert Section.objects.get(slug="ropes").pk == keys[Section]["cables"]
    assert Event.objects.get(slug="fall").pk == keys[Event]["collapse"]
    assert Item.objects.get(slug="why").pk == keys[Item]["why-stands"]
    assert slugs(Event.objects.get(slug="fall").people) == ["otto"]
    assert load(folder, remove=True).changes == []
    # Said for longer than it is needed, it does no harm; left out again, it is no change.
    write_unit(folder, {**changes, **edited("timeline.yaml", "id: collapse", "id: fall")})
    assert load(folder).changes == []


def test_a_rehearsal_says_what_would_change_and_changes_nothing(folder: Path) -> None:
    rehearsed = load(folder, dry_run=True)
    assert not Unit.objects.exists()
    assert rehearsed == load(folder)
    before = everything()
    write_unit(folder, edited("people.yaml", "Otto Brook", "Otto Bridge"))
    assert load(folder, dry_run=True) == Loaded("bridges", 2, ["person otto: changed name"], [])
    assert everything() == before
    assert load(folder).changes == ["person otto: changed name"]


OWN = """\
items:
  - {id: own-item, type: sample, objective: O1, difficulty: easy, stem: Ours?, reason: So., key: Yes}
quizzes:
  - {id: own-quiz, title: Ours, sections: [{items: [own-item, who-built]}]}
"""


def test_a_folder_of_ones_own_lies_over_the_unit(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "quiz").mkdir(parents=True)
    (own / "quiz" / "ours.yaml").write_text(OWN)
    (own / "README.md").write_text("Ours.")
    load(folder)
    assert load(folder, own=own).changes == ["item own-item: added", "quiz own-quiz: added"]
    assert load(folder, own=own).changes == []
    unit = Unit.objects.get()
    assert not Item.objects.get(slug="own-item").public
    assert "own-item" not in slugs(selectors.public_items(unit))
    assert slugs(selectors.quizzes(unit)) == ["bridge-test", "own-quiz"]
    assert slugs(selectors.public_quizzes(unit)) == ["bridge-test"]
    # Without that folder what came from it stays, until it is removed.
    assert load(folder).changes == [
        "item own-item: no longer in the files, kept",
        "quiz own-quiz: no longer in the files, kept",
    ]
    assert load(folder, remove=True).changes == ["item own-item: retired", "quiz own-quiz: retired"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "quiz/ours.yaml",
            OWN.replace("key: Yes", "key: Yes, public: true"),
            ":2: items[own-item].public: found true; expected false",
        ),
        (
            "quiz/ours.yaml",
            OWN.replace("id: own-item", "id: who-built"),
            ":2: items[who-built].id: found a second item called 'who-built'; the first is at quiz/items.yaml:",
        ),
        (
            "timeline.yaml",
            "events: []",
            ":1: the file: found a file of another name; expected quiz/name.yaml, as nothing else is laid over a unit",
        ),
    ],
)
def test_mistakes_in_a_folder_of_ones_own(folder: Path, tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / "own/quiz").mkdir(parents=True)
    (tmp_path / "own" / name).write_text(text)
    with pytest.raises(MistakesError) as caught:
        load(folder, own=tmp_path / "own")
    assert str(caught.value).startswith(f"{tmp_path / 'own' / name}{said}")


def test_loading_parses_and_renders_each_text_once_and_an_unchanged_unit_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    calls: Counter[str] = Counter()

    def counted(name: str, real: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            return real(*args, **kwargs)

        return call

    monkeypatch.setattr(documents, "read_yaml", counted("parsed", documents.read_yaml))
    monkeypatch.setattr(unit_folder, "render", counted("rendered", unit_folder.render))
    bars: list[tuple[int, int]] = []
    load(folder, progress=lambda done, total: bars.append((done, total)))
    assert calls == {"parsed": 11, "rendered": 20}
    assert bars == [(done, 13) for done in range(1, 14)]
    with django_assert_num_queries(1):
        load(folder)
    assert calls == {"parsed": 11, "rendered": 20}
    # A new version of the code makes all of them anew, and finds that nothing is different.
    monkeypatch.setattr(documents, "_code_digest", lambda: b"another version")
    with django_assert_num_queries(5):
        assert load(folder).changes == []
    assert calls == {"parsed": 22, "rendered": 40}
    with django_assert_num_queries(1):
        load(folder)


def test_a_long_unit_is_written_in_batches(folder: Path, django_assert_max_num_queries: Any) -> None:
    base = FILES["timeline.yaml"]
    events = "".join(
        f"  - {{id: e{n}, title: E, date: 1900, theme: fall, people: [anna], summary: S.}}\n" for n in range(500)
    )
    write_unit(folder, {"timeline.yaml": base + events})
    with django_assert_max_num_queries(75):
        load(folder)
    assert Event.objects.count() == 503


def test_a_reference_that_came_or_went_is_a_change(folder: Path) -> None:
    load(folder)
    write_unit(folder, edited("timeline.yaml", "people: [anna, otto]", "people: [otto]"))
    assert load(folder).changes == ["event repairs: changed people"]
    assert slugs(Event.objects.get(slug="repairs").people) == ["otto"]


def test_two_units_do_not_mix(folder: Path, tmp_path: Path) -> None:
    load(folder)
    before = everything()
    other = write_unit(tmp_path / "other", edited("unit.yaml", "slug: bridges", "slug: tunnels"))
    load(other)
    assert load(folder).changes == []
    assert Item.objects.filter(unit__slug="tunnels").count() == 3
    assert [rows for rows in everything() if rows not in before]
    assert list(Item.objects.filter(unit__slug="bridges").order_by("pk").values()) == before[6]


def test_a_first_load_counts_what_it_would_take_too_long_to_name(folder: Path) -> None:
    terms = "terms:\n" + "".join(f"  - {{id: term-{n}, name: Term {n}, definition: Word.}}\n" for n in range(250))
    arch = "  - {id: arch, name: Arch, definition: Curve.}\n"
    cable = "  - {id: cable, name: Cable, definition: Rope.}\n"
    write_unit(folder, {"glossary.yaml": terms + arch + cable})
    changes = load(folder).changes
    assert "252 terms: added" in changes
    assert "person anna: added" in changes
    assert Term.objects.count() == 252
