"""Drawings: an author's SVG file to one that holds nothing but shapes and text, and its place on a page.

Pages show a drawing as an image whose address is the drawing itself (``data:``), so that it is there wherever the HTML
goes: in a frame without cookies, in an answer of the API, in a file that a course exports. A browser runs nothing in
an image and loads nothing for it; that nothing of the kind is in it either is seen to here.
"""

import base64
import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from django.utils.html import format_html
from django.utils.safestring import mark_safe

from .markup import MarkupError, Problem
from .schema import FigureEntry

MOST_CHARACTERS = 150_000
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_TEXTS = {"text", "tspan", "textPath", "title", "desc"}
_ELEMENTS = {
    *_TEXTS,
    *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("marker", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask"),
}
#: Properties of CSS, which may stand as attributes of their own or in ``style``.
_PROPERTIES = {
    *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap"),
    *("stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "opacity", "color", "display"),
    *("visibility", "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "text-anchor"),
    *("dominant-baseline", "text-decoration", "stop-color", "stop-opacity", "clip-path", "clip-rule", "mask"),
    *("marker-start", "marker-mid", "marker-end", "paint-order", "vector-effect"),
}
_ATTRIBUTES = {
    *_PROPERTIES,
    *("id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "dx", "dy", "width"),
    *("height", "viewBox", "preserveAspectRatio", "points", "pathLength", "transform", "rotate", "textLength"),
    *("lengthAdjust", "startOffset", "offset", "gradientUnits", "gradientTransform", "spreadMethod"),
    *("patternUnits", "patternContentUnits", "patternTransform", "clipPathUnits", "maskUnits", "maskContentUnits"),
    *("markerWidth", "markerHeight", "markerUnits", "refX", "refY", "orient"),
}
_HERE = re.compile(r"#[\w.-]+")
_VIEW_BOX = re.compile(r"\s*-?[\d.]+[\s,]+-?[\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)\s*")
_LARGEST = 10_000


@dataclass(frozen=True)
class Drawing:
    """A clean SVG document, and its size in pixels where nothing else gives it one."""

    svg: str
    width: int
    height: int


def read_drawing(text: str) -> Drawing:
    """The drawing in an SVG file; raises ``MarkupError`` with everything in it that no page may show.

    What programs for drawing keep for themselves, in namespaces of their own, is left out without a word.
    """
    if len(text) > MOST_CHARACTERS:
        raise MarkupError([Problem(0, f"found {len(text)} characters", f"at most {MOST_CHARACTERS}")])
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        found = f"found broken XML ({expat.ErrorString(error.code)})"
        raise MarkupError([*reader.problems, Problem(max(0, error.lineno - 1), found, "an SVG file")]) from None
    if reader.problems:
        raise MarkupError(reader.problems)
    return Drawing("".join(reader.written), *reader.size)


def figure_html(entry: FigureEntry, drawing: Drawing) -> str:
    """What stands inside a figure: the image and its caption. ``entry.caption`` is sanitised HTML."""
    return format_html(
        '<img src="data:image/svg+xml;base64,{}" alt="{}" width="{}" height="{}">'
        '<figcaption><p class="figure-title">{}</p>{}<p class="rights">{}</p></figcaption>',
        base64.b64encode(drawing.svg.encode()).decode(),
        entry.alt,
        drawing.width,
        drawing.height,
        entry.title,
        mark_safe(entry.caption or ""),  # noqa: S308  # sanitised when the entry was read
        entry.rights,
    )


@dataclass
class _Reader:
    """Writes what is allowed while the file is read, and notes on which line the rest stands."""

    written: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)
    open: list[str] = field(default_factory=list)
    skipped: int = 0

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _problem(self, found: str, expected: str) -> None:
        self.problems.append(Problem(self.parser.CurrentLineNumber - 1, found, expected))

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        # Entities are defined there and nowhere else; what lies elsewhere is never fetched.
        if has_subset:
            self._problem("found declarations in <!DOCTYPE>", "an SVG file without them")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        if self.skipped or (space != _SVG and self.open):
            self.skipped += 1
            return
        if not self.open and (space, tag) != (_SVG, "svg"):
            self._problem(f"found <{tag[:40]}>", f'<svg xmlns="{_SVG}">')
        elif tag not in _ELEMENTS:
            self._problem(f"found <{tag[:40]}>", "shapes and text only")
        kept = self._kept(attributes)
        if not self.open:
            kept |= self._root(kept.get("viewBox", ""))
        self.open.append(tag)
        self.written.append(f"<{tag}{''.join(f' {name}={quoteattr(value)}' for name, value in kept.items())}>")

    def _root(self, view_box: str) -> dict[str, str]:
        match = _VIEW_BOX.fullmatch(view_box)
        try:
            sizes = [round(float(number)) for number in match.groups()] if match else []
        except ValueError:
            sizes = []
        if not sizes or not all(1 <= size <= _LARGEST for size in sizes):
            self._problem(f"found viewBox={view_box[:40]!r}", 'one such as viewBox="0 0 640 400"')
            return {}
        self.size = (sizes[0], sizes[1])
        return {"xmlns": _SVG, "width": str(sizes[0]), "height": str(sizes[1])}

    def _kept(self, attributes: dict[str, str]) -> dict[str, str]:
        kept = {}
        for full, value in attributes.items():
            space, _, name = full.rpartition(" ")
            if name == "href" and space in {"", _XLINK}:
                if _HERE.fullmatch(value):
                    kept["href"] = value
                else:
                    self._problem(f"found a link to {value[:40]!r}", "parts of this drawing only, such as #arrow")
            elif not space and name.lower().startswith("on"):
                self._problem(f"found {name[:40]}", "a drawing that does nothing by itself")
            elif not space and name == "style":
                said = (part.partition(":") for part in value.split(";"))
                kept |= {n.strip(): v.strip() for n, _, v in said if n.strip() in _PROPERTIES and self._is_plain(v)}
            elif not space and name in _ATTRIBUTES and self._is_plain(value):
                kept[name] = value
        return kept

    def _is_plain(self, value: str) -> bool:
        # A backslash could spell url() in another way.
        rest = re.sub(r"url\(\s*(['\"]?)#[\w.-]+\1\s*\)", "", value)
        if "\\" in rest or re.search(r"url\s*\(|image(-set)?\s*\(|@|javascript:", rest, re.IGNORECASE):
            self._problem(f"found {value[:40]!r}", "colours, lengths and url(#part of this drawing) only")
            return False
        return True

    def _end(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        self.written.append(f"</{self.open.pop()}>")

    def _text(self, text: str) -> None:
        if not self.skipped and self.open and self.open[-1] in _TEXTS:
            self.written.append(escape(text))
