"""Markdown to sanitised HTML, once, at import. Pages print the result as it is.

Beside CommonMark and tables, authors have references, written as links, and blocks between lines of colons:

    Khrushchev met [Eisenhower](person:dwight-eisenhower) at the [summit](event:geneva-summit).

    :::source secret-speech
    Who speaks, when, to whom and why.

    > The words of the source.
    :::

``remember`` and ``question`` are blocks of the same kind without a name behind them; ``pair`` holds sources to compare,
between lines of one colon more. ``figure`` and ``check`` have nothing between their lines: a figure's drawing and
caption stand in files of their own, and a check is an item, with the word ``prediction`` or ``look-back`` behind its
id where it is one. Raw HTML is shown as the text that it is; images and links elsewhere than to the web are mistakes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

KINDS = ("event", "person", "term", "source")
BLOCKS = ("source", "pair", "remember", "question", "figure", "check")
#: Blocks that stand for something kept elsewhere.
LEAVES = ("figure", "check")
#: What a check may be for, beside asking about the section that it stands in.
CHECK_KINDS = ("prediction", "look-back")
MOST_CHARACTERS = 200_000

_TAGS = {
    *(
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "a",
        "figure",
        "figcaption",
        "aside",
        "div",
    ),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_CLASSES = {
    "a": {"ref", *(f"ref-{kind}" for kind in KINDS)},
    "p": {"block-label", "head-note"},
    "figure": {"block", "block-source", "block-figure"},
    "aside": {"block", "block-remember", "block-question"},
    "div": {"block-pair", "check"},
}
#: Where a figure and a check stand in sanitised HTML. No author can write one: HTML of theirs is shown as text.
_FIGURE = re.compile(r'<figure class="block block-figure" data-ref="figure" data-slug="([a-z0-9-]+)">')
_CHECK = re.compile(r'<div class="check" data-ref="check" data-slug="([a-z0-9-]+)" data-kind="([a-z-]*)"></div>')
_REFERENCE = re.compile(rf"^({'|'.join(KINDS)}):([a-z0-9-]+)$")


@dataclass(frozen=True)
class Reference:
    """A place in a text that names a part of the unit. ``line`` counts from 0 within the text."""

    kind: str
    slug: str
    line: int


@dataclass(frozen=True)
class Problem:
    """What an author should mend in a text. ``line`` counts from 0 within it."""

    line: int
    found: str
    expected: str


class MarkupError(ValueError):
    """A text that cannot be published as it is; ``problems`` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.found}, expected {p.expected}" for p in problems))


@dataclass
class Findings:
    """Collects what one or more texts refer to, and what is wrong with them."""

    references: list[Reference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def render(
    text: str,
    *,
    refs: Findings | None = None,
    top: int = 2,
    titles: Mapping[str, str] | None = None,
    figures: Mapping[str, str] | None = None,
) -> str:
    """``text`` as HTML that is safe whatever the text is.

    ``refs`` collects references and problems. The text's highest heading becomes ``h<top>``, so that the page keeps its
    own ``h1``. ``titles`` are those of the sources by slug, for the captions of ``source`` blocks; ``figures`` is the
    HTML inside each figure by its id.
    """
    findings = refs if refs is not None else Findings()
    if len(text) > MOST_CHARACTERS:
        findings.problems.append(Problem(0, f"found {len(text)} characters", f"at most {MOST_CHARACTERS}"))
        return ""
    parser = _parser()
    rows = text.split("\n")
    tokens = parser.parse(text)
    ends: set[int] = set()
    levels = sorted({int(t.tag[1]) for t in tokens if t.type == "heading_open"})
    line = 0
    for index, token in enumerate(tokens):
        # Cells of a table and ends of blocks do not say where they stand; what is around them does.
        line = token.map[0] if token.map else line
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, top + levels.index(int(token.tag[1])))}"
        elif token.type.startswith("container_"):
            _block(token, line, titles or {}, findings)
            if token.nesting > 0:
                _inside(token, line, tokens[index + 1 :], findings)
            if token.map and not _is_ended(token.map[1], rows, ends):
                name = token.info.split()[0]
                findings.problems.append(Problem(line, f"found :::{name} without an end", "a line ::: after it"))
        elif token.type == "inline":
            _inline(token, line, findings)
    html = _sanitised(parser.renderer.render(tokens, parser.options, {}))
    # After the cleaning, which no image survives.
    return _FIGURE.sub(lambda match: match[0] + (figures or {}).get(match[1], ""), html)


def split_checks(html: str) -> list[tuple[str, str, str]]:
    """A text cut at its checks: the HTML before each with the check's id and kind, and what is left, with neither."""
    found = _CHECK.split(html)
    return [*zip(found[0::3], found[1::3], found[2::3], strict=False), (found[-1], "", "")]


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Every link is let through here, so that a forbidden one can be named as a mistake and not just fail to be a link.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    for name in BLOCKS:
        parser.use(container_plugin, name=name, render=_rendered_block)
    return parser


def _rendered_block(renderer: object, tokens: list[Token], index: int, options: object, env: object) -> str:
    return tokens[index].content


def _is_ended(end: int, rows: list[str], ends: set[int]) -> bool:
    """Whether the block that the parser ended at the row ``end`` has a row of colons there for itself alone."""
    is_free = end not in ends
    ends.add(end)
    return is_free and end < len(rows) and rows[end].lstrip("> ").startswith(":::")


def _block(token: Token, line: int, titles: Mapping[str, str], findings: Findings) -> None:
    name = token.type.split("_")[1]
    if token.nesting < 0:
        token.content = {"source": "</figure>", "figure": "</figure>", "pair": "</div>", "check": "</div>"}.get(
            name, "</aside>"
        )
        return
    said = token.info.strip().removeprefix(name).strip()
    if name in {"remember", "question", "pair"}:
        labels = {"remember": gettext("Remember"), "question": gettext("Think about it")}
        label = f'<p class="block-label">{escape(labels.get(name, ""))}</p>'
        token.content = '<div class="block-pair">' if name == "pair" else f'<aside class="block block-{name}">{label}'
        if said:
            findings.problems.append(Problem(line, f"found {said!r} after :::{name}", "nothing there"))
        return
    slug, _, kind = said.partition(" ") if name == "check" else (said, "", "")
    is_right = re.fullmatch(r"[a-z0-9-]+", slug) and (not kind or kind in CHECK_KINDS)
    if is_right:
        findings.references.append(Reference(name, slug, line))
    else:
        one = f"the id of one {name}" + (f", then {' or '.join(CHECK_KINDS)} or nothing" if name == "check" else "")
        findings.problems.append(Problem(line, f"found {said!r} after :::{name}", one))
        slug = kind = ""
    ref = f'data-ref="{name}" data-slug="{slug}"'
    if name == "check":
        token.content = f'<div class="check" {ref} data-kind="{kind}">'
    elif not is_right:
        token.content = "<figure>"
    else:
        token.content = f'<figure class="block block-{name}" {ref}>'
        if name == "source":
            title = escape(titles.get(slug, slug))
            token.content += f"<figcaption>{_opening('source', slug)}{title}</a></figcaption>"


def _inside(block: Token, line: int, following: Sequence[Token], findings: Findings) -> None:
    """Look at what stands directly in a block: a source's head-note is marked, and other blocks must hold what they are
    made for."""
    name = block.type.split("_")[1]
    children = []
    for token in following:
        if token.level <= block.level:
            break
        if token.level == block.level + 1 and token.nesting >= 0:
            children.append(token)
    types = [token.type for token in children]
    if name in LEAVES and types:
        findings.problems.append(Problem(line, f"found text between :::{name} and its end", "::: on the next line"))
    if name == "pair" and (len(types) < 2 or set(types) != {"container_source_open"}):
        expected = "two or more blocks :::source and nothing else, between lines :::: of four colons"
        findings.problems.append(Problem(line, "found a :::pair of something else", expected))
    if name == "source" and "blockquote_open" in types:
        for token in children[: types.index("blockquote_open")]:
            if token.type == "paragraph_open":
                token.attrJoin("class", "head-note")


def _inline(token: Token, line: int, findings: Findings) -> None:
    if token.content.lstrip().startswith(":::") or "\n:::" in token.content:
        expected = f"{', '.join(f':::{b}' for b in BLOCKS)}, or ::: at the end of one"
        findings.problems.append(Problem(line, f"found {token.content.strip().split(chr(10))[0][:40]!r}", expected))
    closings: list[bool] = []
    children = token.children or []
    for index, child in enumerate(children):
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        elif child.type == "image":
            findings.problems.append(Problem(line, "found an image", "text only"))
            child.type, child.children = "text", None
        elif child.type == "link_open":
            kept = _link(child, line, findings)
            closings.append(kept)
            if children[index + 1].type == "link_close":
                findings.problems.append(Problem(line, "found a link without text", "[text](address)"))
        elif child.type == "link_close" and not closings.pop():
            child.hidden, child.type, child.content = True, "text", ""


def _link(token: Token, line: int, findings: Findings) -> bool:
    address = str(token.attrGet("href") or "")
    if match := _REFERENCE.match(address):
        kind, slug = match.groups()
        findings.references.append(Reference(kind, slug, line))
        token.attrs = {"class": f"ref ref-{kind}", "data-ref": kind, "data-slug": slug, "href": f"#{kind}-{slug}"}
        return True
    if re.match(r"https?://[^/]|mailto:.", address, re.IGNORECASE):
        # In a course page's frame most sites refuse to be shown, so a link leaves it.
        token.attrs = {"href": address, "target": "_blank", "rel": "noopener noreferrer"}
        return True
    expected = f"https://…, or {', '.join(f'{k}:id' for k in KINDS)}"
    findings.problems.append(Problem(line, f"found a link to {address[:60]!r}", expected))
    token.type, token.content, token.attrs = "text", "", {}
    return False


def _opening(kind: str, slug: str) -> str:
    return f'<a class="ref ref-{kind}" data-ref="{kind}" data-slug="{slug}" href="#{kind}-{slug}">'


def _sanitised(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={
            "a": {"href", "data-ref", "data-slug"},
            "figure": {"data-ref", "data-slug"},
            "div": {"data-ref", "data-slug", "data-kind"},
            "ol": {"start"},
        },
        tag_attribute_values={"a": {"target": {"_blank"}, "rel": {"noopener noreferrer"}}},
        allowed_classes=_CLASSES,
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
