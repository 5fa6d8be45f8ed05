"""Whatever stands in the files, the loader answers with a unit or with mistakes, never with a fault of its own.

``FUZZ_CASES=2500`` makes ten thousand cases of it.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coexistence.content.files import split_front_matter
from coexistence.content.folder import UnitContent, read_unit
from coexistence.content.mistakes import MistakesError
from coexistence.content.rows import rows_of

from .small_unit import FILES, write_unit
from .test_markup import PIECES, assert_harmless

NAMES = sorted(FILES)
SCRAPS = [
    "\t",
    "\0",
    "&a",
    "*a",
    "!!x",
    "---\n",
    ":::\n",
    ":::source",
    "]",
    "}",
    "|\n",
    "- ",
    ": ",
    "'",
    '"',
    "\n",
    "é",
    "~",
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
    st.sampled_from(["anna", "opening", "O1", "1e999999", "1955-99", "sample", "[x](event:y)", "0x10", "-1"]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "items", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
#: How many cases each of these tests tries: few among all the others, thousands in a soak.
CASES = int(os.environ.get("FUZZ_CASES", "60"))
few = settings(
    max_examples=CASES,
    deadline=None,
    derandomize="FUZZ_CASES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)


BLOCKS = [
    ":::check look-back\n:::\n",
    ":::figure span\n:::\n",
    "::::pair\n",
    "::::\n",
    ":::source letter\n",
    "> It\n",
    "[x](term:arch)",
]


def read(changes: dict[str, bytes]) -> UnitContent | None:
    """The small unit with ``changes``, if it can be read; fails for anything but that or well-formed mistakes."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_unit(Path(name))
        for file, content in changes.items():
            (folder / file).write_bytes(content)
        try:
            unit = read_unit(folder)
            rows_of(unit)
            return unit
        except MistakesError as error:
            mistakes = error.mistakes
    assert mistakes
    for mistake in mistakes:
        size = len(re.split(rb"\r\n|\r|\n", changes.get(mistake.file, FILES.get(mistake.file, "").encode()))) + 1
        assert mistake.field
        assert 1 <= mistake.line <= size, mistake
        assert mistake.found.startswith("found "), mistake
        assert mistake.expected, mistake
        assert "\n" not in str(mistake), mistake
    return None


@few
@given(st.sampled_from(NAMES), st.binary(max_size=60))
def test_any_bytes(name: str, content: bytes) -> None:
    read({name: content})


@few
@given(st.sampled_from(NAMES), st.integers(0, 2000), st.integers(0, 20), st.sampled_from(SCRAPS) | st.text(max_size=5))
def test_a_scrap_in_the_middle(name: str, at: int, cut: int, scrap: str) -> None:
    text = FILES[name]
    at %= len(text)
    read({name: (text[:at] + scrap + text[at + cut :]).encode("utf-8", "surrogatepass")})


@few
@given(st.sampled_from([name for name in NAMES if not name.endswith(".svg")]), st.data())
def test_any_value_anywhere(name: str, data: st.DataObject) -> None:
    front, body = FILES[name], ""
    if name.endswith(".md"):
        front, body, _ = split_front_matter(FILES[name])
    content: Any = yaml.safe_load(front)
    place: Any = content
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        if not place[step] or not isinstance(place[step], dict | list) or data.draw(st.booleans()):
            break
        place = place[step]
    place[step] = data.draw(values)
    text = yaml.safe_dump(content, allow_unicode=True)
    read({name: (f"---\n{text}---\n{body}" if body else text).encode("utf-8", "surrogatepass")})


@few
@given(
    st.sampled_from(["lesson/01-arches.md", "guide.md", "people.yaml", "quiz/items.yaml"]),
    st.lists(st.sampled_from([*PIECES, *BLOCKS]), max_size=14).map("".join),
)
def test_any_markdown_is_refused_or_harmless(name: str, text: str) -> None:
    if name.endswith(".md"):
        front = split_front_matter(FILES[name])[0]
        whole = f"---\n{front}\n---\n{text}"
    else:
        content: Any = yaml.safe_load(FILES[name])
        entry = content[next(iter(content))][0]
        entry["text" if name == "people.yaml" else "stem"] = text
        whole = yaml.safe_dump(content, allow_unicode=True)
    unit = read({name: whole.encode("utf-8", "surrogatepass")})
    for html in [*(s.file.body for s in unit.sections), *(i.stem for i in unit.items)] if unit else []:
        assert_harmless(
            re.sub(r'<img src="data:image/svg\+xml;base64,[^"]*" alt="[^"]*" width="\d+" height="\d+">', "", html)
        )
