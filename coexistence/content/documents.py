"""The files of a unit's folder, read: which there are, what each says as plain data, and a digest of them all."""

import hashlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path as FilePath

from . import layout
from .figures import Drawing, read_drawing
from .files import Document, UnreadableError, read_text, read_yaml, split_front_matter
from .items import ITEM_TYPES
from .markup import MarkupError
from .mistakes import Mistake, field_name, one_of

#: What decides, beside our own code, what becomes of a text.
_LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "nh3", "pydantic")


@dataclass
class Folder:
    """What stands in a unit's folder, by the files' names, and what is wrong with whole files.

    ``drawings`` are by the id of their figure, ``None`` for one with mistakes of its own; ``unread`` are the kinds of
    things that a file would have defined which cannot be read.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    drawings: dict[str, Drawing | None] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_folder(path: FilePath, own: FilePath | None = None) -> Folder:
    """The unit in ``path``, and laid over it what an institution has of its own in the folder ``own``: quizzes."""
    folder = Folder()
    for root in filter(None, (path, own)):
        is_own = root is not path
        if not root.is_dir():
            folder.mistakes.append(Mistake(str(root), 1, "the folder", "found no such folder", "a unit's folder"))
        for place, file in _files(root):
            name = str(file) if is_own else place
            if not (layout.is_quiz(place) if is_own else layout.is_part(place)):
                expected = "quiz/name.yaml, as nothing else is laid over a unit" if is_own else one_of(layout.FORMS)
                folder.mistakes.append(Mistake(name, 1, "the file", "found a file of another name", expected))
            else:
                _read(folder, name, place, file, is_own=is_own)
    if (
        path.is_dir()
        and "unit.yaml" not in folder.documents
        and not any(m.file == "unit.yaml" for m in folder.mistakes)
    ):
        folder.mistakes.append(Mistake("unit.yaml", 1, "the file", "found nothing", "this file, which is required"))
    return folder


def digest_of(path: FilePath, own: FilePath | None = None) -> str:
    """SHA-256 of the unit's files and of the code that reads them, in hexadecimal; nothing is parsed for it."""
    hashed = hashlib.sha256(_code_digest())
    for root in filter(None, (path, own)):
        for place, file in _files(root):
            try:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
            except OSError:  # whoever reads it says so
                content = ""
            hashed.update(f"{root is path} {place} {content}\n".encode())
    return hashed.hexdigest()


@lru_cache(maxsize=1)
def _code_digest() -> bytes:
    # A new version may make another text of the same file; no one has to remember to say so.
    paths = {*FilePath(__file__).parent.glob("*.py"), *(FilePath(inspect.getfile(m)) for m in ITEM_TYPES.values())}
    hashed = hashlib.sha256(" ".join(version(name) for name in _LIBRARIES).encode())
    for path in sorted(paths):
        hashed.update(path.read_bytes())
    return hashed.digest()


def _files(root: FilePath) -> Iterator[tuple[str, FilePath]]:
    for path in sorted(p for p in root.rglob("*") if p.suffix in layout.SUFFIXES):
        place = path.relative_to(root).as_posix()
        if not any(part.startswith(".") for part in place.split("/")) and path.name != "README.md":
            yield place, path


def _read(folder: Folder, name: str, place: str, file: FilePath, *, is_own: bool) -> None:
    try:
        if match := layout.DRAWING.fullmatch(place):
            folder.drawings[match[1]] = None
            folder.drawings[match[1]] = read_drawing(read_text(file))
            return
        document = replace(_document(name, read_text(file)), place=place, is_own=is_own)
    except UnreadableError as error:
        folder.mistakes.append(Mistake(name, error.line, "the file", error.found, error.expected))
        folder.unread |= layout.kinds_of(place)
        return
    except MarkupError as error:
        folder.mistakes += [Mistake(name, p.line + 1, "the drawing", p.found, p.expected) for p in error.problems]
        return
    folder.documents[name] = document
    for path, line, first in document.duplicates:
        words = f"found it twice, first on line {first}"
        folder.mistakes.append(Mistake(name, line, field_name(document.data, path), words, "each field once"))


def _document(name: str, text: str) -> Document:
    if not name.endswith(".md"):
        return read_yaml(name, text)
    front, body, line = split_front_matter(text)
    document = read_yaml(name, front, first_line=2)
    if "body" in document.data:
        raise UnreadableError(document.line(("body",)), "found the field body", "the text below the front matter")
    document.data["body"] = body if body.strip() else None
    document.lines[("body",)] = document.text_lines[("body",)] = line
    return document
