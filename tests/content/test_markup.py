"""Markdown -> HTML: what the directives become, and that nothing hostile survives."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content.markup import Findings, Reference, render, split_checks


def test_references() -> None:
    findings = Findings()
    html = render("See\n[*Geneva*](event:geneva-summit) and [Eden](person:eden).", refs=findings)
    assert html == (
        '<p>See\n<a class="ref ref-event" data-ref="event" data-slug="geneva-summit" href="#event-geneva-summit">'
        "<em>Geneva</em></a> and "
        '<a class="ref ref-person" data-ref="person" data-slug="eden" href="#person-eden">Eden</a>.</p>\n'
    )
    assert findings.references == [Reference("event", "geneva-summit", 1), Reference("person", "eden", 1)]
    assert not findings.problems


def test_blocks() -> None:
    findings = Findings()
    text = (
        ":::source speech\nHead *note*.\n\n> Words & more\n:::\n\n:::remember\n- One\n:::\n\n:::question\nWhy?\n:::\n"
    )
    assert render(text, refs=findings, titles={"speech": "A <speech>"}) == (
        '<figure class="block block-source" data-ref="source" data-slug="speech"><figcaption>'
        '<a class="ref ref-source" data-ref="source" data-slug="speech" href="#source-speech">A &lt;speech&gt;</a>'
        '</figcaption><p class="head-note">Head <em>note</em>.</p>\n'
        "<blockquote>\n<p>Words &amp; more</p>\n</blockquote>\n</figure>"
        '<aside class="block block-remember"><p class="block-label">Remember</p><ul>\n<li>One</li>\n</ul>\n</aside>'
        '<aside class="block block-question"><p class="block-label">Think about it</p><p>Why?</p>\n</aside>'
    )
    assert findings.references == [Reference("source", "speech", 0)]
    assert not findings.problems


def test_sources_to_compare_stand_in_a_pair() -> None:
    findings = Findings()
    html = render("::::pair\n:::source a\nWho.\n\n> x\n\nNow.\n:::\n:::source b\ny\n:::\n::::", refs=findings)
    assert re.sub(r"<figcaption>.*?</figcaption>|\n", "", html) == (
        '<div class="block-pair">'
        '<figure class="block block-source" data-ref="source" data-slug="a">'
        '<p class="head-note">Who.</p><blockquote><p>x</p></blockquote><p>Now.</p></figure>'
        '<figure class="block block-source" data-ref="source" data-slug="b"><p>y</p></figure></div>'
    )
    assert [r.slug for r in findings.references] == ["a", "b"]
    assert not findings.problems


def test_a_figure_comes_from_elsewhere() -> None:
    findings = Findings()
    html = render(":::figure span\n:::", refs=findings, figures={"span": "<img src=x>"})
    assert html == '<figure class="block block-figure" data-ref="figure" data-slug="span"><img src=x></figure>'
    assert findings.references == [Reference("figure", "span", 0)]
    assert "<img" not in render('<figure class="block block-figure" data-slug="span">', figures={"span": "<img>"})


def test_a_text_is_cut_at_its_checks() -> None:
    findings = Findings()
    text = "A\n\n:::check one prediction\n:::\n\n- B\n\n  :::check two\n  :::\n\nC"
    pieces = split_checks(render(text, refs=findings))
    assert [(slug, kind) for _, slug, kind in pieces] == [("one", "prediction"), ("two", ""), ("", "")]
    assert [re.sub(r"\s", "", html) for html, _, _ in pieces] == ["<p>A</p>", "<ul><li><p>B</p>", "</li></ul><p>C</p>"]
    assert findings.references == [Reference("check", "one", 2), Reference("check", "two", 7)]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        (":::figure\n:::", "found '' after :::figure", "the id of one figure"),
        (":::figure a\nText\n:::", "found text between :::figure and its end", "::: on the next line"),
        (":::check a b\n:::", "found 'a b' after :::check", "the id of one check, then prediction"),
        (":::check A!\n:::", "found 'A!' after :::check", "the id of one check, then"),
        ("::::pair\n:::source a\nx\n:::\n::::", "found a :::pair of something else", "two or more blocks :::source"),
        ("::::pair\n:::source a\nx\n:::\ny\n::::", "found a :::pair of something else", "two or more blocks :::source"),
        ("::::pair x\n::::", "found 'x' after :::pair", "nothing there"),
    ],
)  # fmt: skip
def test_blocks_that_are_not_right(text: str, found: str, expected: str) -> None:
    findings = Findings()
    assert_harmless(render(text, refs=findings))
    assert any(p.found == found and p.expected.startswith(expected) for p in findings.problems), findings.problems


@pytest.mark.parametrize(
    ("text", "top", "tags"),
    [
        ("# A\n\n## B\n\n# C", 2, ["h2", "h3", "h2"]),
        ("### A\n\n##### B", 2, ["h2", "h3"]),
        ("A\n=\n\nB\n-", 4, ["h4", "h5"]),
        ("# A\n\n## B\n\n### C\n\n#### D", 4, ["h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_leave_the_page_its_own(text: str, top: int, tags: list[str]) -> None:
    assert re.findall(r"<(h\d)>", render(text, top=top)) == tags


def test_tables_and_links_to_the_web() -> None:
    assert "<td>" in render("| a | b |\n| - | -: |\n| c | d |")
    assert "style" not in render("| a | b |\n| - | -: |\n| c | d |")
    html = render("[a](https://example.org/?a=1&b=2)")
    assert html == (
        '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">a</a></p>\n'
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/)",
    "[x](/l/abc/quiz/submit)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '![a" onerror="alert(1)](x)',
    '[x](https://ok.example/" onclick="alert(1))',
    "[x](event:a\" onclick=\"alert)",
    ":::source a\" onload=\"x\nx\n:::",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "```html\" onclick=\"x\n<script>alert(1)</script>\n```",
    "`<script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "# <script>alert(1)</script>",
    "> <b onmouseover=alert(1)>x</b>",
]  # fmt: skip


class Reader(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs] or [(tag, "", "")]


TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "figure", "figcaption"),
    *("aside", "div", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"", "href", "class", "data-ref", "data-slug", "data-kind", "target", "rel", "start"}


def assert_harmless(html: str) -> None:
    """That a browser finds nothing in ``html`` but our own elements, attributes and classes."""
    for tag, name, value in Reader(html).found:
        assert tag in TAGS, html
        assert name in ATTRIBUTES, html
        if name == "href":
            assert re.match(r"https?://|mailto:|#(event|person|term|source)-[a-z0-9-]+$", value, re.IGNORECASE), html
        if name == "class":
            assert re.fullmatch(
                r"(ref ref-\w+|block block-\w+|block-label|block-pair|check|head-note|figure-title|rights)", value
            ), html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    assert_harmless(render(text))
    assert_harmless(render(f":::remember\n{text}\n:::\n\n- {text}\n\n[ok](event:a) {text}"))


@pytest.mark.parametrize("text", [t for t in HOSTILE if re.match(r"!?\[x\]\((java|JaVa|vb|data|file|https|/)", t)])
def test_forbidden_links_and_images_are_named(text: str) -> None:
    findings = Findings()
    render(text, refs=findings)
    if '"' not in text and "\n" not in text:
        assert findings.problems


def test_raw_html_is_shown_as_the_text_that_it_is() -> None:
    assert render("a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"


PIECES = [
    *HOSTILE,
    *(
        ":::",
        ":::source a",
        "::::pair",
        "::::",
        ":::check a",
        ":::figure a",
        ":::question",
        "> ",
        "- ",
        "\n",
        "\n\n",
        "[",
        "](",
        ")",
        "#",
        "x",
        "    ",
    ),
]
PIECES += ["```", "<", "\t", "|"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_mixture_is_harmless(text: str) -> None:
    assert_harmless(render(text, refs=Findings()))


@given(st.text(max_size=200))
def test_any_text_is_harmless(text: str) -> None:
    assert_harmless(render(text, refs=Findings()))


def test_a_text_of_unreasonable_length() -> None:
    findings = Findings()
    assert render("x" * 200_001, refs=findings) == ""
    assert findings.problems[0].expected == "at most 200000"
