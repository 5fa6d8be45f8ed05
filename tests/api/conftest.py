"""The small unit, loaded, and the API asked about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from coexistence.content.importer import load
from coexistence.content.models import Unit
from tests.content.small_unit import write_unit

#: One item of each type. Whatever must not leave the server is marked as SECRET.
QUIZ = """\
items:
  - id: one-of-three
    type: single_choice
    objective: O1
    difficulty: easy
    section: arches
    stem: Who built it?
    reason: SECRET reason.
    options:
      - {id: right-one, text: Anna, right: true, feedback: SECRET one.}
      - {id: wrong-one, text: Otto, feedback: SECRET two., misconception: M1}
  - id: some-of-three
    type: multiple_choice
    use: practice
    objective: O1
    difficulty: medium
    stem: Which are arches?
    reason: SECRET reason.
    options:
      - {id: right-a, text: This, right: true, feedback: SECRET three.}
      - {id: right-b, text: That, right: true, feedback: SECRET four.}
      - {id: wrong-a, text: Neither, feedback: SECRET five.}
  - {id: yes-or-no, type: true_false, objective: O2, difficulty: easy, stem: It fell., reason: SECRET., answer: true,
     feedback_wrong: SECRET six.}
  - id: how-many
    type: numeric
    objective: O2
    difficulty: hard
    points: 2
    stem: How many years did it stand?
    reason: SECRET reason.
    answer: 8765
    unit: years
    typical_wrong: [{value: 4321, feedback: SECRET seven.}]
  - id: in-order
    type: ordering
    objective: O2
    difficulty: hard
    stem: Put in order.
    reason: SECRET reason.
    entries:
      - {id: first-of-all, text: Plan}
      - {id: second-of-all, text: Build}
      - {id: third-of-all, text: Open}
  - {id: private-one, type: true_false, public: false, objective: O2, difficulty: easy, stem: SECRET stem., reason: R.,
     answer: true, feedback_wrong: SECRET.}
  - {id: look-back, type: true_false, use: check, objective: O2, difficulty: easy, stem: SECRET check., reason: R.,
     answer: true, feedback_wrong: SECRET.}
quizzes:
  - {id: bridge-test, title: A test, sections: [{items: [one-of-three, how-many]}]}
"""


@pytest.fixture
def unit(db: None, tmp_path: Path) -> Unit:
    load(write_unit(tmp_path / "bridges", {"quiz/items.yaml": QUIZ}))
    return Unit.objects.get(slug="bridges")


@pytest.fixture
def ask(client: Client) -> Callable[..., Any]:
    """``ask("timeline/", theme="fall")``: the JSON of one part of the small unit."""

    def ask_(part: str = "", **parameters: str) -> Any:
        response = client.get(f"/api/v1/units/bridges/{part}", parameters)
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "application/json"
        return response.json()

    return ask_
