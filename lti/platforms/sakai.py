"""Sakai."""

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform


def _endpoints(site: str, client_id: str) -> Endpoints:
    # The token URL ends in the number of the tool, which Sakai shows.
    return Endpoints(issuer=site, auth_url=f"{site}/imsoidc/lti13/oidc_auth", jwks_url=f"{site}/imsblis/lti13/keyset")


PLATFORM = Platform(
    family="sakai",
    name="Sakai",
    endpoints=_endpoints,
    form=Form(
        path=_("Administration Workspace → External Tools → Install LTI 1.x Tool"),
        fields=(
            ("Tool Title", "name"),
            ("Launch URL", "launch"),
            ("LTI 1.3 Tool Keyset URL", "jwks"),
            ("LTI 1.3 Tool OpenID Connect/Initialization Endpoint", "login"),
            ("LTI 1.3 Tool Redirect Endpoint(s)", "launch"),
            ("Custom parameters", "custom"),
        ),
        then=_(
            "Choose LTI 1.3, allow the tool to be launched as a content item (deep link), and allow roster and grades. "
            "After saving Sakai shows its own addresses, the client id and the deployment id."
        ),
    ),
)
