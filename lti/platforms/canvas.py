"""Canvas. Hosted institutions share one issuer and frame tools from domains of their own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform

_LTI = "https://canvas.instructure.com/lti/"
_INSTANCES = ("", "beta.", "test.")
#: Where a teacher picks something of ours, each by content selection. The last four need a feature flag of the account.
SELECTION = (
    "assignment_selection",
    "link_selection",
    "editor_button",
    "course_assignments_menu",
    "module_index_menu_modal",
    "module_menu_modal",
)
NAVIGATION = "course_navigation"
TOOL_ID = "coexistence"


def privacy_level(names: bool) -> str:
    """Any higher level would also tell e-mail addresses; without one Canvas tells no names."""
    return "name_only" if names else "anonymous"


def _submission(submitted_at: datetime, is_new: bool, insists: bool) -> Mapping[str, Any]:
    return {
        _LTI + "submission": {
            # True by default: every regrade would use up one of the learner's attempts.
            "new_submission": is_new,
            # The same time again makes no further attempt, so that the same message may be sent twice.
            "submitted_at": submitted_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            # What a teacher has entered by hand stays, unless a teacher says otherwise.
            "prioritize_non_tool_grade": not insists,
        }
    }


def _tool_settings(names: bool) -> Mapping[str, Any]:
    return {
        _LTI + "privacy_level": privacy_level(names),
        _LTI + "tool_id": TOOL_ID,
        _LTI + "vendor": "Coexistence",
    }


def _endpoints(site: str, client_id: str) -> Endpoints:
    host = urlsplit(site).hostname or ""
    if site and not host.endswith(".instructure.com"):
        # An installation of one's own; unless it has set an issuer it names the hosted one.
        return Endpoints(
            issuer="https://canvas.instructure.com",
            auth_url=f"{site}/api/lti/authorize_redirect",
            token_url=f"{site}/login/oauth2/token",
            jwks_url=f"{site}/api/lti/security/jwks",
        )
    instance = next((each for each in _INSTANCES[1:] if f".{each}instructure.com" in f".{host}"), "")
    # The sso hosts, not those of the issuer, which platform storage does not work with.
    return Endpoints(
        issuer=f"https://canvas.{instance}instructure.com",
        auth_url=f"https://sso.{instance}canvaslms.com/api/lti/authorize_redirect",
        token_url=f"https://sso.{instance}canvaslms.com/login/oauth2/token",
        jwks_url=f"https://sso.{instance}canvaslms.com/api/lti/security/jwks",
    )


PLATFORM = Platform(
    family="canvas",
    name="Canvas",
    shared_issuers=frozenset(f"https://canvas.{instance}instructure.com" for instance in _INSTANCES),
    endpoint_hosts=frozenset(
        host
        for instance in _INSTANCES
        for host in (f"sso.{instance}canvaslms.com", f"canvas.{instance}instructure.com")
    ),
    frame_ancestors=("https://*.instructure.com",),
    tool_settings=_tool_settings,
    message_settings={
        "LtiDeepLinkingRequest": {"placements": [_LTI + name for name in SELECTION]},
        "LtiResourceLinkRequest": {
            "placements": [_LTI + NAVIGATION],
            _LTI + "course_navigation/default_enabled": False,
            _LTI + "visibility": "members",
        },
    },
    custom_parameters={"frame_token": "$com.instructure.PostMessageToken"},
    # A link in running text: Canvas drops its lineItem.
    columnless=frozenset({"editor_button"}),
    endpoints=_endpoints,
    form=Form(
        path=_("Admin → Developer Keys → + Developer Key → + LTI Key → Method: Enter URL"),
        fields=(("JSON URL", "canvas_json"), ("Redirect URIs", "launch")),
        then=_(
            "Save, set the key to On, and add the app to an account or course: Settings → Apps → + App → By Client ID. "
            "The number of the key is the client id; the app's menu shows its deployment id."
        ),
    ),
    score_submission=_submission,
    results_page=100,
    # Its importer finds students by name where no id is given, and assignments by title.
    grade_file=(
        ("Student", "name"),
        ("ID", ""),
        ("SIS User ID", ""),
        ("SIS Login ID", ""),
        ("Section", ""),
        ("{title}", "score"),
    ),
    # A link without a column is one that a teacher placed outside any assignment.
    makes_columns=False,
    # A further column on a link is none that the gradebook shows; one without a link is an assignment of its own.
    columns_name_links=False,
    tells_dates=True,
)
