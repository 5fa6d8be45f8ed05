"""``manage.py load_content``: what it prints, and how it ends."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from coexistence.content.models import Item, Unit

from .small_unit import edited, write_unit

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(folder: Path, *options: str, err: StringIO | None = None) -> tuple[int, str, str]:
    out, err = StringIO(), err or StringIO()
    try:
        call_command("load_content", str(folder), *options, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_it_prints_what_changed(tmp_path: Path) -> None:
    code, out, err = run(write_unit(tmp_path))
    assert (code, err) == (0, "")
    assert "section arches: added\n" in out
    assert out.endswith("bridges: loaded, revision 1\n")
    assert run(tmp_path) == (0, "bridges: nothing changed, revision 1\n", "")
    write_unit(tmp_path, edited("timeline.yaml", "significance: 3", "significance: 2"))
    assert run(tmp_path) == (0, "event collapse: changed significance\nbridges: loaded, revision 2\n", "")


def test_it_can_be_tried_first(tmp_path: Path) -> None:
    code, out, err = run(write_unit(tmp_path), "--dry-run")
    assert (code, err) == (0, "")
    assert out.endswith("bridges: only tried, would be loaded, revision 1\n")
    assert not Unit.objects.exists()
    run(tmp_path)
    assert run(tmp_path, "--dry-run", "--remove") == (0, "bridges: nothing changed, revision 1\n", "")


def test_on_a_terminal_it_shows_how_far_it_is(tmp_path: Path) -> None:
    code, _, err = run(write_unit(tmp_path), err=Terminal())
    assert code == 0
    drawn = err.split("\r")[1:]
    assert drawn[0] == "[###.....................................] 7 %"
    assert drawn[-1] == f"[{'#' * 40}] 100 %\n"


def test_it_prints_every_mistake_and_loads_nothing(tmp_path: Path) -> None:
    changes = {
        **edited("timeline.yaml", "significance: 3", "significance: 9"),
        **edited("people.yaml", "born: 1871", "born: x"),
    }
    assert run(write_unit(tmp_path, changes)) == (
        1,
        "",
        "people.yaml:3: people[otto].born: found 'x'; expected a whole number\n"
        "timeline.yaml:29: events[collapse].significance: found '9'; expected at most 3\n"
        "2 mistakes; nothing was loaded.\n",
    )
    assert not Unit.objects.exists()


def test_the_admin_shows_it_and_changes_nothing(tmp_path: Path, client: Client) -> None:
    run(write_unit(tmp_path))
    client.force_login(User.objects.create_superuser("operator"))
    item = Item.objects.get(slug="who-built")
    for model in ("unit", "section", "event", "person", "term", "source", "item", "revision", "quiz", "page"):
        assert client.get(f"/admin/content/{model}/").status_code == 200
        assert client.get(f"/admin/content/{model}/add/").status_code == 403
    assert client.get(f"/admin/content/item/{item.pk}/change/").status_code == 200
    assert client.post(f"/admin/content/item/{item.pk}/change/", {"slug": "x"}).status_code == 403
    assert client.post(f"/admin/content/item/{item.pk}/delete/", {"post": "yes"}).status_code == 403
