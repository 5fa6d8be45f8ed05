"""The lock files: complete, with hashes, and naming no place to get them from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ("requirements.lock", "requirements-dev.lock", "tests/platform/requirements.lock")


def name(requirement: str) -> str:
    """The normalised name (PEP 503) at the head of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def pinned(lock: str) -> dict[str, str]:
    """Name and version of every pin of a lock."""
    lines = (ROOT / lock).read_text().splitlines()
    return {name(line): line.split("==")[1].split()[0] for line in lines if line[:1].isalnum()}


def test_the_direct_dependencies_are_in_the_lock() -> None:
    assert {name(each) for each in PROJECT["dependencies"]} <= pinned("requirements.lock").keys()


def test_the_test_tools_are_in_the_lock_for_development() -> None:
    assert {name(each) for each in PROJECT["optional-dependencies"]["dev"]} <= pinned("requirements-dev.lock").keys()


def test_the_platforms_to_test_against_are_in_a_lock_of_their_own() -> None:
    wanted = (ROOT / "tests/platform/requirements.in").read_text().splitlines()
    assert {name(line) for line in wanted if line[:1].isalnum()} <= pinned(LOCKS[2]).keys()
    assert not {"lti-consumer-xblock"} & (pinned(LOCKS[0]).keys() | pinned(LOCKS[1]).keys())


def test_both_locks_pin_the_same_releases() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    pins = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text().strip())
    assert [pin.splitlines()[0] for pin in pins if not re.search(r"--hash=sha256:[0-9a-f]{64}", pin)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_only(lock: str) -> None:
    pin = re.compile(r"[a-z0-9.-]+==\S+( ; [^:/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in (ROOT / lock).read_text().splitlines() if not pin.fullmatch(line)] == []
