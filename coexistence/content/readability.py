"""How long a text takes to read, and how hard it is."""

import re
from dataclasses import dataclass

from django.utils.html import strip_tags

#: Words a minute of a practised reader of 15 to 19 who reads to learn.
PACE = 180
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d[\d.,]*")
_LONG = 6


@dataclass(frozen=True)
class Readability:
    """``lix`` is Björnsson's measure, which needs no dictionary and so fits any language with letters: the words of a
    sentence, plus the percentage of words of more than six letters. Below 40 is easy, above 50 hard."""

    words: int
    minutes: int
    lix: int


def readability(html: str) -> Readability:
    """That of sanitised HTML, without its markup; all nought for a text without words."""
    # A block's end is a sentence's, also under a heading, where no full stop says so.
    text = strip_tags(re.sub(r"</(p|li|h\d|blockquote|figcaption|td)>", ".\n", html))
    words = _WORD.findall(text)
    if not words:
        return Readability(0, 0, 0)
    sentences = len(re.findall(r"\w[^.!?:]*[.!?:]", text)) or 1
    long = sum(len(word) > _LONG for word in words)
    return Readability(
        len(words), max(1, round(len(words) / PACE)), round(len(words) / sentences + 100 * long / len(words))
    )
