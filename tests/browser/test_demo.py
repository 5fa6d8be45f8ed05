"""The demo as a whole, without a browser: it keeps what was done, makes a class, and says what is in its way."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti.demo.school import School

from .stack import ROOT, Stack, wait_for


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "data", arguments=("--class=6",))
    try:
        yield stack
    finally:
        stack.stop()
        stack.remove()


def grades(school: School) -> dict[str, str]:
    """What stands in each cell of the gradebook that is not empty."""
    return {key: cell["text"] for key, cell in school.cells().items() if cell["text"] != "–"}


def nothing_waits(school: School) -> bool:
    """Whether every score that the class has is in the gradebook, as the teacher's pages say."""
    pages = [school.open(activity).html for activity in school.activities()]
    return not any("on its way" in html or "on their way" in html for html in pages)


def begun(stack: Stack) -> int:
    """How many attempts the class of six began at this start."""
    said = (stack.data / "logs" / "demo_class.log").read_text()
    found = re.search(r"^6 students, ([0-9]+) new attempts\.$", said, re.MULTILINE)
    assert found, said
    return int(found[1])


def test_a_class_has_worked_and_the_next_start_keeps_its_work(own_stack: Stack) -> None:
    own_stack.start()
    school = School(own_stack.sandbox)
    assert len(school.activities()) == 3
    assert len(school.classmates()) == 6
    assert begun(own_stack) > 3
    wait_for(lambda: len(grades(school)) >= 3 and nothing_waits(school), 120, what="the class's grades")
    before = grades(school)
    own_stack.stop()

    own_stack.start()
    assert "nothing changed" in own_stack.said()
    assert begun(own_stack) == 0
    after = grades(School(own_stack.sandbox))
    assert before.items() <= after.items()


def test_a_taken_port_and_a_used_folder_are_said_in_one_sentence(stack: Stack, tmp_path: Path) -> None:
    def refusal(*arguments: str, data: Path) -> str:
        run = subprocess.run(
            [sys.executable, "manage.py", "demo", *arguments],
            cwd=ROOT,
            env={**stack.environment(), "DATA_DIR": str(data)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        return run.stderr

    other = Stack(tmp_path / "data")
    ports = (f"--port={stack.port}", f"--sandbox-port={other.sandbox_port}")
    said = refusal(*ports, data=other.data)
    assert said == f"CommandError: Port {stack.port} is taken: choose another one with PORT=…\n"
    ports = (f"--port={other.port}", f"--sandbox-port={other.sandbox_port}")
    said = refusal(*ports, data=stack.data)
    assert said == (
        f"CommandError: Another demo is running in {stack.data}: stop it, or give this one a folder with DATA_DIR=…\n"
    )
