"""Every launch of the table, sent over HTTP to the running tool: the bad ones refused, the good ones let in."""

from collections.abc import Iterator

import pytest
from django.db.models import Model

from coexistence.courses.models import Visit
from lti.errors import Code
from lti.models import Deployment
from tests.factories import QuizFactory, UnitFactory

from . import certification
from .platform import Endpoint, Platform
from .running import HttpBrowser, running_tool
from .test_refused_launches import KEPT, check_page, code_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the running tool listens."""
    with running_tool(tmp_path_factory.mktemp("tool")) as port:
        yield port


@pytest.fixture
def browser(port: int) -> HttpBrowser:
    return HttpBrowser(port)


@pytest.fixture
def stage(platform: Platform, endpoint: Endpoint) -> Platform:
    """A platform with a refused deployment and a second client beside it, and something to show."""
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    Deployment.objects.create(
        registration=platform.registration, deployment_id="refused", state=Deployment.State.REFUSED
    )
    Platform(endpoint, client_id="client-2", deployment_id="theirs")
    return platform


def counts() -> dict[type[Model], int]:
    return {model: model.objects.count() for model in KEPT}  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in certification.bad()])
def test_is_refused(stage: Platform, browser: HttpBrowser, row: certification.Bad) -> None:
    before = counts()
    answer = row.act(stage, browser)
    check_page(answer, row.code)
    if not row.after:
        assert counts() == before
    assert Visit.objects.count() == before[Visit] + row.after


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in certification.good()])
def test_is_let_in(stage: Platform, browser: HttpBrowser, row: certification.Good) -> None:
    before = counts()
    answer = row.act(stage, browser)
    if row.ends == "explained":
        assert (answer.status_code, code_of(answer)) == (200, "")
        assert not answer.cookies
        assert counts() == before
        return
    assert answer.status_code == 303, answer.content.decode()[:3000]
    assert Visit.objects.exclude(login=None).count() == before[Visit] + 1
    page = browser.get(answer["Location"])
    while page.status_code == 302:
        page = browser.get(page["Location"])
    assert page.status_code == 200


def test_every_refusal_of_a_launch_has_a_row() -> None:
    """Those without one belong to registering."""
    registering = {
        code for code in Code if code.name.startswith(("REGISTRATION_", "CONFIGURATION_", "PLATFORM_", "INVITATION_"))
    }
    tried = {Code(row.code) for row in certification.bad()}
    assert set(Code) - tried <= registering
    assert {Code.REGISTRATION_INACTIVE, Code.PLATFORM_ERROR} <= tried


def test_no_two_rows_have_one_name() -> None:
    names = [row.name for row in (*certification.bad(), *certification.good())]
    assert len(names) == len(set(names))
