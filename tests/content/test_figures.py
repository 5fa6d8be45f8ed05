"""Drawings: what a page shows of an author's SVG, and that nothing else survives."""

import base64
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coexistence.content.figures import figure_html, read_drawing
from coexistence.content.markup import MarkupError
from coexistence.content.schema import FigureEntry

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">'


def svg(inside: str) -> str:
    return f"{HEAD}\n{inside}\n</svg>"


def test_a_drawing_keeps_its_shapes_and_texts() -> None:
    drawing = read_drawing(
        '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">\n'
        + svg(
            '<defs><marker id="tip"><path d="M0 0"/></marker></defs>'
            '<use xlink:href="#tip" x="1"/><path d="M0 0 L9 9" marker-end="url(#tip)" style="fill: none; stroke:#333"/>'
            '<text x="3">Ä &lt; B<tspan dy="2"> C</tspan></text>'
        )
    )
    assert (drawing.width, drawing.height) == (200, 100)
    assert drawing.svg == (
        '<svg viewBox="0 0 200 100" xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
        '<defs><marker id="tip"><path d="M0 0"></path></marker></defs><use href="#tip" x="1"></use>'
        '<path d="M0 0 L9 9" marker-end="url(#tip)" fill="none" stroke="#333"></path>'
        '<text x="3">Ä &lt; B<tspan dy="2"> C</tspan></text></svg>'
    )


def test_what_a_program_for_drawing_adds_is_left_out() -> None:
    drawing = read_drawing(
        svg(
            '<i:namedview xmlns:i="urn:ink"><i:grid/></i:namedview>'
            '<rect xmlns:i="urn:ink" i:label="x" data-x="1" class="y" width="1"/>'
        )
    )
    assert drawing.svg.endswith('height="100"><rect width="1"></rect></svg>')


def test_a_figure_is_an_image_that_needs_nothing_from_anywhere() -> None:
    entry = FigureEntry(id="a", title="A & B", alt='"Both"', caption="<p>So.</p>", rights="PD")
    html = figure_html(entry, read_drawing(svg("<rect/>")))
    assert 'alt="&quot;Both&quot;" width="200" height="100">' in html
    assert '<figcaption><p class="figure-title">A &amp; B</p><p>So.</p><p class="rights">PD</p></figcaption>' in html
    match = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert match
    assert ElementTree.fromstring(base64.b64decode(match[1])).tag == "{http://www.w3.org/2000/svg}svg"


HOSTILE = [
    ("<script>alert(1)</script>", "found <script>"),
    ("<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>", ""),
    ("<style>@import url(//evil.example)</style>", "found <style>"),
    ("<foreignObject><body/></foreignObject>", "found <foreignObject>"),
    ("<image href='https://evil.example/x.png'/>", "found <image>"),
    ("<a href='javascript:alert(1)'><rect/></a>", "found <a>"),
    ("<animate attributeName='href' to='javascript:alert(1)'/>", "found <animate>"),
    ("<set attributeName='onload' to='alert(1)'/>", "found <set>"),
    ("<feImage href='//evil.example/'/>", "found <feImage>"),
    ("<rect onload='alert(1)'/>", "found onload"),
    ("<rect OnClick='alert(1)'/>", "found OnClick"),
    ("<use href='https://evil.example/x.svg#a'/>", "found a link to 'https://evil.example/x.svg#a'"),
    ("<use xlink:href='data:image/svg+xml,x#a'/>", "found a link to"),
    ("<use href='javascript:alert(1)'/>", "found a link to 'javascript:alert(1)'"),
    ("<rect fill='url(https://evil.example/#a)'/>", "found 'url(https://evil.example/#a)'"),
    ("<rect fill='url( \"//evil.example/\" )'/>", "found "),
    ("<rect fill='u\\72l(//evil.example/)'/>", "found "),
    ("<rect style='fill:url(//evil.example/)'/>", "found "),
    ("<rect style='background:url(//evil.example/)'/>", ""),
    ("<rect fill='image-set(\"//evil.example/\")'/>", "found "),
    ("<g xml:base='https://evil.example/'/>", ""),
]


@pytest.mark.parametrize(("inside", "found"), HOSTILE)
def test_hostile_drawings_are_named_or_harmless(inside: str, found: str) -> None:
    if not found:
        assert not re.search("evil|alert|script", read_drawing(svg(inside)).svg)
        return
    with pytest.raises(MarkupError) as caught:
        read_drawing(svg(inside))
    assert caught.value.problems[0].line == 1
    assert caught.value.problems[0].found.startswith(found)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("", 0, "found broken XML (no element found)"),
        (f"{HEAD}\n<g>\n</svg>", 2, "found broken XML (mismatched tag)"),
        ("<html/>", 0, "found <html>"),
        ('<svg viewBox="0 0 1 1"/>', 0, "found <svg>"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', 0, "found viewBox=''"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 . 1"/>', 0, "found viewBox='0 0 . 1'"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 99999"/>', 0, "found viewBox="),
        (f'<!DOCTYPE svg [<!ENTITY a "x">]>\n{svg("&a;")}', 0, "found declarations in <!DOCTYPE>"),
        (svg("x" * 150_001), 0, "found 150"),
    ],
)
def test_files_that_are_no_drawing(text: str, line: int, found: str) -> None:
    with pytest.raises(MarkupError) as caught:
        read_drawing(text)
    assert any(p.line == line and p.found.startswith(found) for p in caught.value.problems), caught.value.problems


SCRAPS = [
    HEAD,
    "</svg>",
    "<rect",
    "/>",
    ">",
    "<g>",
    "</g>",
    "&lt;",
    "&#x6a;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "'",
    "x",
]
SCRAPS += [
    " fill='",
    " href='#a'",
    " onload='",
    " style='",
    "url(",
    "#a)",
    "<?xml ",
    "?>",
    *(text for text, _ in HOSTILE),
]


@given(st.lists(st.sampled_from(SCRAPS), max_size=10).map("".join))
def test_any_mixture_is_refused_or_harmless(inside: str) -> None:
    try:
        drawing = read_drawing(svg(inside))
    except MarkupError:
        return
    for element in ElementTree.fromstring(drawing.svg).iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") not in {"script", "style", "image", "a", "set"}
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            assert "//" not in value or name == "xmlns"
            assert name != "href" or value.startswith("#")
