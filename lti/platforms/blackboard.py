"""Blackboard Learn. Every institution shares one issuer; each developer's application has a key set of its own."""

from django.utils.translation import gettext_lazy as _

from .platform import Endpoints, Form, Platform

_GATEWAY = "https://developer.blackboard.com/api/v1"


def _endpoints(site: str, client_id: str) -> Endpoints:
    return Endpoints(
        issuer="https://blackboard.com",
        auth_url=f"{_GATEWAY}/gateway/oidcauth",
        token_url=f"{_GATEWAY}/gateway/oauth2/jwttoken",
        jwks_url=f"{_GATEWAY}/management/applications/{client_id}/jwks.json" if client_id else "",
    )


PLATFORM = Platform(
    family="blackboardlearn",
    name="Blackboard Learn",
    endpoints=_endpoints,
    form=Form(
        path=_("developer.blackboard.com → My Apps → Register a REST or LTI application"),
        fields=(
            ("Application Name", "name"),
            ("Domain(s)", "domain"),
            ("Login Initiation URL", "login"),
            ("Tool Redirect URL(s)", "launch"),
            ("Tool JWKS URL", "jwks"),
            ("Target Link URI (deep linking content tool placement)", "launch"),
        ),
        then=_(
            "Signing algorithm: RS256. In Learn: Administrator Panel → LTI Tool Providers → Register LTI 1.3 Tool, by "
            "the application id, which is also the client id; share role and name, allow grade service and membership "
            "service. The deployment id is shown there."
        ),
    ),
)
