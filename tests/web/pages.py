"""What every page of ours keeps to, checked on its HTML as a browser with our CSP would read it."""

from html.parser import HTMLParser
from itertools import pairwise

from django.http import HttpResponse

VOID = {"meta", "link", "input", "br", "hr", "img", "wbr", "line", "circle", "path", "rect"}


class Page(HTMLParser):
    """The elements of a page: ``found`` has (tag, attributes) in order, ``mistakes`` what breaks our rules."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.mistakes: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(response.content.decode())
        self.close()
        ids = self.values("id")
        self.mistakes += [f"two elements called {name}" for name in sorted({i for i in ids if ids.count(i) > 1})]
        labelled = {attrs["for"] for tag, attrs in self.found if tag == "label" and attrs.get("for")}
        self.mistakes += [f"a label for nothing: {name}" for name in labelled - set(ids)]
        levels = [int(tag[1]) for tag, _ in self.found if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
        if levels.count(1) != 1:
            self.mistakes.append(f"{levels.count(1)} main headings")
        self.mistakes += [
            f"a heading {lower} under a heading {upper}" for upper, lower in pairwise(levels) if lower > upper + 1
        ]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = dict(attributes)
        self.found.append((tag, attrs))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "style" or (tag == "script" and not attrs.get("src")):
            self.mistakes.append(f"an inline {tag}")
        self.mistakes += [f"{tag} with {name}" for name in attrs if name == "style" or name.startswith("on")]
        inside = "label" in self._open
        if tag in {"input", "select", "textarea"} and attrs.get("type") not in {"hidden", "submit"}:
            named = inside or attrs.get("id") or attrs.get("aria-label")
            if not named:
                self.mistakes.append(f"{tag} {attrs.get('name')} without a label")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.mistakes.append(f"a stray end of {tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.found if name in attrs]

    def says(self, name: str) -> str:
        """What the form's field of that name would send as it stands; empty where it sends nothing."""
        select = ""
        for tag, attrs in self.found:
            if tag == "select":
                select = attrs.get("name") or ""
            elif tag == "option" and select == name and "selected" in attrs:
                return attrs.get("value") or ""
            elif tag == "input" and attrs.get("name") == name:
                box = attrs.get("type") in {"radio", "checkbox"}
                if not box or "checked" in attrs:
                    return attrs.get("value") or ("on" if box else "")
        return ""

    def has(self, tag: str, **wanted: str | None) -> bool:
        return any(t == tag and wanted.items() <= attrs.items() for t, attrs in self.found)


def sound(response: HttpResponse, *, status: int = 200) -> Page:
    """The page, after asserting its status, its CSP, and that it keeps to our rules."""
    assert response.status_code == status, response.content[:500]
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = Page(response)
    assert page.mistakes == []
    return page
