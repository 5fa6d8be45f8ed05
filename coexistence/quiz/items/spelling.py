"""What makes two spellings the same word, and how far two others are apart."""

import re
import unicodedata

#: Letters that Unicode does not take apart into a letter and its mark.
LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
#: What stands for a hyphen or an apostrophe on one keyboard or another.
SIGNS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("‘’ʼ`´", "'"))
EDGES = " .,;:!?\"'“”„«»()"
#: Controls, and halves of characters.
UNSEEN = {"Cc", "Cs"}
#: So many letters for each typing error that is forgiven: in shorter words it could make another word.
LETTERS_A_TYPO = 4


def tidy(text: str) -> str:
    """One line as it was written, without what nobody sees: controls, and spaces but single ones."""
    return " ".join(
        "".join(sign for sign in text if sign.isspace() or unicodedata.category(sign) not in UNSEEN).split()
    )


def fold(text: str) -> str:
    """The text without case, accents, spacing and signs at its ends: ``  Mendès-France. `` is ``mendes-france``."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", tidy(text)).translate(SIGNS).casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(LETTERS)
    return tidy(plain).strip(EDGES)


def alike(given: str, wanted: str, typos: int) -> bool:
    """Whether two folded texts are the same but for ``typos`` at most. Digits are never mistyped."""
    if given == wanted:
        return True
    allowed = min(typos, len(wanted) // LETTERS_A_TYPO)
    if not allowed or re.findall(r"\d", given) != re.findall(r"\d", wanted):
        return False
    return distance(given, wanted, most=allowed) <= allowed


def distance(one: str, other: str, *, most: int) -> int:
    """How many letters are to be added, dropped, replaced or swapped with the next; anything above ``most`` if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, above, row = row, before, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, above[to - 2] + 1)
            row.append(cost)
    return row[-1]
