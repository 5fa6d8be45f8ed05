"""Moodle. It reads the listed messages only to find out about deep linking, and knows no placements."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform


def _endpoints(site: str, client_id: str) -> Endpoints:
    return Endpoints(
        issuer=site,
        auth_url=f"{site}/mod/lti/auth.php",
        token_url=f"{site}/mod/lti/token.php",
        jwks_url=f"{site}/mod/lti/certs.php",
    )


PLATFORM = Platform(
    family="moodle",
    name="Moodle",
    endpoints=_endpoints,
    form=Form(
        path=_(
            "Site administration → Plugins → Activity modules → External tool → Manage tools → "
            "configure a tool manually"
        ),
        fields=(
            ("Tool name", "name"),
            ("Tool URL", "launch"),
            ("Public keyset (Keyset URL)", "jwks"),
            ("Initiate login URL", "login"),
            ("Redirection URI(s)", "launch"),
            ("Custom parameters", "custom"),
            ("Supports Deep Linking (Content-Item Message)", "yes"),
            ("Content selection URL", "launch"),
        ),
        then=_(
            "LTI version: LTI 1.3. Under Services: grade synchronisation and column management, and names and roles. "
            "Under Privacy: share the launcher's name if you like, never the e-mail; accept grades from the tool. "
            "Save, and open View configuration details (the magnifying glass): it shows what this tool needs."
        ),
    ),
    # A score that comes too late is a 409; a 400 says "incorrect score" of whoever is no student of the course.
    # Its importer asks which column is which; the user id of a launch is its own "User ID".
    grade_file=(("User ID", "sub"), ("Full name", "name"), ("{title}", "score")),
    # An activity without a column is one whose grades a teacher has switched off.
    makes_columns=False,
    score_codes={HTTPStatus.BAD_REQUEST: "not_enrolled"},
    blanks_comments=True,
)
