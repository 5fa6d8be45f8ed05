"""Open edX. Every block in a course is a client of its own, with its own key set."""

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform


def _endpoints(site: str, client_id: str) -> Endpoints:
    # Token and key set addresses end in the block's id, which Studio shows.
    return Endpoints(issuer=site, auth_url=f"{site}/api/lti_consumer/v1/launch/")


PLATFORM = Platform(
    family="openedx",
    name="Open edX",
    endpoints=_endpoints,
    form=Form(
        path=_("Studio → a unit → Advanced → LTI Consumer → Edit"),
        fields=(
            ("Tool Launch URL", "launch"),
            ("Registered Redirect URIs", "launch"),
            ("Tool Initiate Login URL", "login"),
            ("Tool Public Key Mode: Keyset URL; Tool Keyset URL", "jwks"),
            ("Deep Linking Launch URL", "launch"),
        ),
        then=_(
            "LTI version: LTI 1.3. LTI Assignment and Grades Service: allow tools to manage and submit grades. Enable "
            "Deep Linking. After saving, the block in Studio shows the client id, the deployment id and its addresses."
        ),
    ),
)
