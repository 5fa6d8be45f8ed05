"""One token for all workers, fetched by one of them."""

import threading

from django.db import connections

from lti.models import AccessToken
from lti.protocol import tokens
from lti.protocol.services import results_url, scores_url
from tests.lti.grades.conftest import School, bells, make_school, school  # noqa: F401
from tests.lti.grades.platform import Fault


def test_many_at_once_ask_once(school: School) -> None:  # noqa: F811
    school.platform.token_faults.append(Fault(503))
    found: list[str] = []

    def work() -> None:
        try:
            found.append(tokens._stored_or_fetched(school.registration.pk, tokens.SCORE).value)
        except tokens.TokenError as error:
            found.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The first one met the platform's trouble; the next one got the token for all that are left.
    assert sorted(found) == ["secret-token-1"] * 5 + ["token_unreachable"]


def test_dropping_an_old_token_leaves_the_new_one(school: School) -> None:  # noqa: F811
    ask = {"registration_id": school.registration.pk, "scopes": [tokens.SCORE]}
    old = tokens.access_token(**ask)
    tokens.drop(**ask, token=old)
    new = tokens.access_token(**ask)
    tokens.drop(**ask, token=old)
    assert tokens.access_token(**ask).value == new.value == "secret-token-2"
    assert "secret-token" not in repr(new)


def test_a_token_sealed_under_a_lost_key_is_fetched_anew(school: School, settings) -> None:  # noqa: F811
    ask = {"registration_id": school.registration.pk, "scopes": [tokens.SCORE]}
    tokens.access_token(**ask)
    AccessToken.objects.update(sealed="not ours")
    tokens._known.clear()
    assert tokens.access_token(**ask).value == "secret-token-2"


def test_addresses_of_the_service() -> None:
    moodle = "https://m.example/mod/lti/services.php/2/lineitems/3/lineitem?type_id=4"
    assert scores_url(moodle) == "https://m.example/mod/lti/services.php/2/lineitems/3/lineitem/scores?type_id=4"
    assert results_url(moodle, user_id="a b&c") == (
        "https://m.example/mod/lti/services.php/2/lineitems/3/lineitem/results?type_id=4&user_id=a+b%26c"
    )
    assert scores_url("https://c.example/line_items/3/") == "https://c.example/line_items/3/scores"
    assert (
        results_url("https://c.example/line_items/3", user_id="x") == "https://c.example/line_items/3/results?user_id=x"
    )
