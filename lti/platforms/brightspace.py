"""D2L Brightspace. Its token service wants an audience of its own in client assertions."""

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform


def _endpoints(site: str, client_id: str) -> Endpoints:
    return Endpoints(
        issuer=site,
        auth_url=f"{site}/d2l/lti/authenticate",
        token_url="https://auth.brightspace.com/core/connect/token",  # noqa: S106 - an address
        jwks_url=f"{site}/d2l/.well-known/jwks",
        # Not the token URL, which is what everybody else wants.
        audience="https://api.brightspace.com/auth/token",
    )


PLATFORM = Platform(
    family="desire2learn",
    name="D2L Brightspace",
    endpoints=_endpoints,
    form=Form(
        path=_("Admin Tools → Manage Extensibility → LTI Advantage → Register Tool → Standard"),
        fields=(
            ("Name", "name"),
            ("Domain", "domain"),
            ("Redirect URLs", "launch"),
            ("OpenID Connect Login URL", "login"),
            ("Target Link URI", "launch"),
            ("Keyset URL", "jwks"),
        ),
        then=_(
            "Switch on the extensions Assignment and Grade Services, Deep Linking and Names and Role Provisioning "
            "Services. Then make a deployment of the tool, with those extensions and with the name shared, and a deep "
            "linking quicklink with the launch address. The registration shows the client id, the deployment its id."
        ),
    ),
)
