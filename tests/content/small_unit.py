"""A unit of a few lines, as an author would write it. Tests change a file or two of it and load the rest as it is."""

from pathlib import Path
from typing import Literal

from coexistence.content.items import ITEM_TYPES, ItemBase, Markdown, Strict

FILES = {
    "unit.yaml": """\
slug: bridges
title: Bridges
subtitle: Three of them
language: en
licence: CC BY 4.0
summary: How *bridges* stand.
objectives:
  - {code: O1, text: Name the parts of a bridge}
  - {code: O2, text: Say why it stands}
misconceptions:
  - code: M1
    text: Stone bends
    feedback: It **breaks**.
themes:
  - {id: build, title: Building}
  - {id: fall, title: Falling}
lanes:
  - {id: main, title: Here}
  - {id: elsewhere, title: Elsewhere}
routes:
  - id: short
    title: In ten minutes
    time: 10 minutes
    aim: See why an arch stands.
    sections: [arches]
    quiz: bridge-test
    print: [The letter]
    claims: [M1]
    text: Begin with a *stone*.
  - {id: reading, title: Reading, time: One evening, aim: Read it., sections: [cables]}
""",
    "lesson/01-arches.md": """\
---
title: Arches
question: Why does an arch stand?
summary: Weight turned aside.
minutes: 8
objectives: [O1]
people: [otto]
---
## The stone arch

[Anna](person:anna) opened [her bridge](event:opening), an [arch](term:arch); see the [survey](source:survey).

:::source letter
Anna to her sister, to explain the delay.

> It will stand.
:::

:::remember
- Weight goes sideways.
:::

:::check look-back prediction
:::

:::figure span
:::
""",
    "lesson/02-cables.md": """\
---
title: Cables
question: What pulls?
status: outline
---
- Cables pull.
""",
    "timeline.yaml": """\
events:
  - id: opening
    title: The opening
    date: 1901-05-03
    theme: build
    place: Riverton
    lat: 46.20441
    lon: 6.15
    people: [anna]
    sources: [letter]
    summary: The bridge opens.
    text: |
      First a speech by [Anna](person:anna).

      # Then a parade
  - id: repairs
    title: Repairs
    date: 1905/1906
    circa: true
    theme: build
    lane: elsewhere
    significance: 1
    people: [anna, otto]
    summary: It is repaired.
  - id: collapse
    title: The collapse
    date: 1910-02
    theme: fall
    significance: 3
    people: [otto]
    summary: It falls.
""",
    "people.yaml": """\
people:
  - {id: anna, name: Anna Stone, born: 1860, died: 1931, role: Engineer, text: She built.}
  - {id: otto, name: Otto Brook, born: 1871, role: Mayor}
""",
    "glossary.yaml": """\
terms:
  - {id: arch, name: Arch, definition: A curve that *carries*.}
  - {id: cable, name: Cable, definition: A rope of wire.}
""",
    "sources.yaml": """\
sources:
  - id: letter
    title: A letter
    author: Anna Stone
    published: 1901
    citation: Stone to her sister, 1 May 1901.
    url: https://example.org/letter
    rights: Public domain
    accessed: 2025-11-02
    excerpts:
      - It will stand.
  - {id: survey, title: The survey, citation: "City survey, 1900.", rights: Public domain}
""",
    "figures.yaml": """\
figures:
  - id: span
    title: A span
    alt: Two piers and the arch between them.
    caption: Drawn by *hand*.
    rights: CC BY 4.0
""",
    "figures/span.svg": """\
<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">
  <title>Span</title>
  <path d="M 0 100 Q 100 0 200 100" fill="none" stroke="#333"/>
</svg>
""",
    "guide.md": """\
---
title: Teaching bridges
---
## Before the lesson

Ask who has seen [the bridge](event:opening), and its [ropes](term:cable).
""",
    "essay.yaml": """\
title: An essay on bridges
introduction: Judge what it says of [Anna](person:anna).
claims:
  - id: year
    claim: The bridge opened in 1902.
    verdict: wrong
    explanation: It opened in *1901*.
    revision: The bridge opened in 1901.
    events: [opening]
    sources: [letter]
    section: arches
  - {id: beauty, claim: It is beautiful., verdict: disputed, explanation: Some say so.}
""",
    "quiz/items.yaml": """\
items:
  - id: who-built
    type: sample
    objective: O1
    difficulty: easy
    section: arches
    events: [opening]
    stem: Who built it?
    reason: She signed the *plan*.
    key: Anna
  - id: why-stands
    type: sample
    objective: O2
    difficulty: hard
    points: 2
    stem: Why does it stand?
    reason: Weight goes sideways.
    key: Arch
  - id: look-back
    type: sample
    use: check
    objective: O1
    difficulty: easy
    stem: What pulls?
    reason: Cables do.
    key: Cable
quizzes:
  - id: bridge-test
    title: A test
    sections:
      - title: All
        items:
          - who-built
          - {item: why-stands, points: 3}
""",
}


#: It without its items, whose type nothing but the loader knows: a unit that pages can show.
WITHOUT_ITEMS: dict[str, str | None] = {
    "quiz/items.yaml": None,
    "unit.yaml": FILES["unit.yaml"].split("routes:")[0],
    "lesson/01-arches.md": FILES["lesson/01-arches.md"].replace(":::check look-back prediction\n:::\n", ""),
}

#: A translation of it: the unit, the first section, and some of what stands around it.
SPANISH = {
    "unit.es.yaml": """\
title: Puentes
subtitle: Tres
summary: Cómo *están* en pie.
objectives:
  - {code: O1, text: Nombrar las partes}
  - {code: O2, text: Decir por qué está en pie}
themes:
  - {id: build, title: Construir}
  - {id: fall, title: Caer}
lanes:
  - {id: main, title: Aquí}
  - {id: elsewhere, title: En otra parte}
""",
    "lesson/01-arches.es.md": """\
---
title: Arcos
question: ¿Por qué está en pie un arco?
summary: El peso se desvía.
---
El alcalde [Otto](person:otto) vio el [arco](term:arch) y sus [cables](term:cable).

:::source letter
A su hermana.

> Estará en pie.
:::

:::figure span
:::
""",
    "timeline.es.yaml": """\
events:
  - id: opening
    title: La inauguración
    place: Riverton
    summary: Se abre el puente.
    text: Primero un discurso.
""",
    "people.es.yaml": """\
people:
  - {id: otto, name: Otto Brook, role: Alcalde}
""",
    "glossary.es.yaml": """\
terms:
  - {id: arch, name: Arco, definition: Una curva que *sostiene*.}
""",
    "figures.es.yaml": """\
figures:
  - id: span
    title: Un vano
    alt: Dos pilares y el arco entre ellos.
    caption: A mano.
""",
}


class SampleBody(ItemBase):
    """A type of item with nothing to it, so that these tests need none of the real ones."""

    type: Literal["sample"] = "sample"
    key: str
    hint: Markdown | None = None
    parts: list["SamplePart"] = []


class SamplePart(Strict):
    text: Markdown


ITEM_TYPES.setdefault("sample", SampleBody)


def write_unit(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """The small unit in ``folder``, with the files of ``changes`` written instead (or left out, for ``None``)."""
    for name, text in {**FILES, **(changes or {})}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def edited(name: str, old: str, new: str) -> dict[str, str | None]:
    """One file of the small unit with ``old``, which stands in it once, replaced."""
    assert FILES[name].count(old) == 1, f"{old!r} stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}
