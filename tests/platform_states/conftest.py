"""One running demo for all rows of the tables."""

from collections.abc import Iterator

import pytest

from tests.browser.stack import Stack

from .school import School


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo, started once and stopped without a trace."""
    with Stack(tmp_path_factory.mktemp("states") / "data").started() as stack:
        yield stack


@pytest.fixture
def school(stack: Stack) -> Iterator[School]:
    """The school with everything in order, and put in order again afterwards."""
    school = School(stack.sandbox)
    school.put_in_order()
    yield school
    school.put_in_order()
