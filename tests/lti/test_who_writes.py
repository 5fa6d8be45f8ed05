"""Who may write what: launch rows come from launches only, and scores leave through grades only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Rows that say who learns where. They come from launches; rosters and erasure will join when they are built.
LAUNCH_MODELS = {"LtiUser", "Context", "ResourceLink", "Participant", "Course", "Enrollment"}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "aget_or_create", "acreate"}
SAVES = {"save", "asave"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ("coexistence", "lti"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and not name.startswith("lti/sandbox/"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def creators(models: set[str]) -> set[str]:
    """Modules that create a row of one of ``models``: by its manager, or by calling the class."""
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            text = ast.unparse(node.func)
            head, _, last = text.rpartition(".")
            if (last in WRITES and head.partition(".")[0] in models and ".objects" in head) or text in models:
                found.add(name)
    return found


def importers(*prefixes: str) -> set[str]:
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            imported = []
            if isinstance(node, ast.ImportFrom):
                package = ".".join(Path(name).with_suffix("").parts[: -node.level]) if node.level else ""
                base = ".".join(part for part in (package, node.module or "") if part)
                imported = [base, *(f"{base}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            if any(one == prefix or one.startswith(prefix + ".") for one in imported for prefix in prefixes):
                found.add(name)
    return found


def test_only_launches_make_launch_rows() -> None:
    # An author's preview has a class of its own, in a database that ends with it.
    assert creators(LAUNCH_MODELS) == {"lti/records.py", "lti/binding.py", "coexistence/web/preview/desk.py"}
    assert importers("lti.records") == {"lti/launches.py"}
    assert importers("lti.binding") == {"lti/records.py"}


def test_the_search_finds_what_it_looks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse("Course.objects.create(title='x')\nCourse(title='x')\nOther.objects.create()")
    monkeypatch.setitem(globals(), "modules", lambda: iter([("a.py", tree)]))
    assert creators({"Course"}) == {"a.py"}
    assert creators({"Another"}) == set()


def test_only_the_protocol_imports_the_library() -> None:
    assert all(name.startswith("lti/protocol/") for name in importers("pylti1p3"))


def callers(functions: set[str]) -> set[str]:
    """Modules that call one of ``functions``, under its own name or as a module's attribute."""
    return {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in functions
    }


def test_only_grades_call_the_score_service() -> None:
    assert callers({"post_score"}) == {"lti/grades/delivery.py"}
