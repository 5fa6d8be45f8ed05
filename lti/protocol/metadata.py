"""What we ask a platform to register (LTI Dynamic Registration 1.0, section 3.4; Canvas's developer keys)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lti import platforms
from lti.addresses import Addresses
from lti.platforms import canvas

from .claims import DEEP_LINKING, RESOURCE_LINK

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
)
#: Moodle makes "always share" of a listed claim and "never" of one that is not.
NAME_CLAIMS = ("name", "given_name", "family_name")
#: Variables that a platform fills in at each launch; those that it does not know arrive as they stand, and are ignored.
CUSTOM_PARAMETERS: Mapping[str, str] = {
    # From which course, and which link, this one was copied: a copy takes over the configuration.
    "context_history": "$Context.id.history",
    "link_history": "$ResourceLink.id.history",
    # The dates that the teacher has set in the course, for whoever launches.
    "opens_at": "$ResourceLink.available.startDateTime",
    "closes_at": "$ResourceLink.available.endDateTime",
    "due_at": "$ResourceLink.submission.endDateTime",
}
#: What the picker is comfortable in, in pixels. Phones get what they have.
SELECTION_WIDTH, SELECTION_HEIGHT = 800, 720


def description() -> str:
    """One sentence for whoever looks at the tool in a list."""
    return _("A lesson, a timeline and a graded quiz, placed in a course.")


def claims(*, names: bool) -> list[str]:
    """The claims to ask for: an id of the platform's own, and perhaps names; never e-mail or picture."""
    return ["sub", *(NAME_CLAIMS if names else ())]


def client(
    addresses: Addresses, *, family: str, names: bool, offered: Mapping[str, Collection[str]] | None = None
) -> dict[str, Any]:
    """The client to register with a platform of that product ``family``.

    ``offered`` are the placements, by message type, that the platform says it has; where it says none, all that we
    know for it are asked for.
    """
    platform = platforms.of(family)
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["client_credentials", "implicit"],
        "initiate_login_uri": addresses.login,
        "redirect_uris": [addresses.launch],
        "client_name": settings.TOOL_NAME,
        "logo_uri": addresses.icon,
        "jwks_uri": addresses.jwks,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": addresses.domain,
            "target_link_uri": addresses.launch,
            "description": description(),
            "claims": claims(names=names),
            "custom_parameters": {**CUSTOM_PARAMETERS, **platform.custom_parameters},
            "messages": [
                _message(message, addresses, platform.message_settings.get(message, {}), (offered or {}).get(message))
                for message in (DEEP_LINKING, RESOURCE_LINK)
            ],
            **platform.tool_settings(names),
        },
    }


def _message(
    message: str, addresses: Addresses, more: Mapping[str, Any], offered: Collection[str] | None
) -> dict[str, Any]:
    wanted = {
        "type": message,
        "target_link_uri": addresses.launch,
        "label": settings.TOOL_NAME,
        "icon_uri": addresses.icon,
        **more,
    }
    if "placements" in wanted:
        wanted["placements"] = _placements(wanted["placements"], offered or ())
    return wanted


def _placements(wanted: Sequence[str], offered: Collection[str]) -> list[str]:
    """Those of ``wanted`` that are offered. Canvas lists what an account has switched on, by bare names."""
    names = {name.rpartition("/")[2] for name in offered}
    return [name for name in wanted if name.rpartition("/")[2] in names] or list(wanted)


def developer_key(addresses: Addresses, *, names: bool) -> dict[str, Any]:
    """The same as a Canvas developer key, to be entered by its address."""
    return {
        "title": settings.TOOL_NAME,
        "description": description(),
        "oidc_initiation_url": addresses.login,
        "target_link_uri": addresses.launch,
        "redirect_uris": [addresses.launch],
        "public_jwk_url": addresses.jwks,
        "scopes": list(SCOPES),
        "custom_fields": {**CUSTOM_PARAMETERS, **canvas.PLATFORM.custom_parameters},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": addresses.domain,
                "tool_id": canvas.TOOL_ID,
                "privacy_level": canvas.privacy_level(names),
                "settings": {
                    "text": settings.TOOL_NAME,
                    "icon_url": addresses.icon,
                    "selection_width": SELECTION_WIDTH,
                    "selection_height": SELECTION_HEIGHT,
                    "placements": [
                        *(_selection(placement, addresses) for placement in canvas.SELECTION),
                        {
                            "placement": canvas.NAVIGATION,
                            "message_type": RESOURCE_LINK,
                            "target_link_uri": addresses.launch,
                            "text": settings.TOOL_NAME,
                            "default": "disabled",
                            "visibility": "members",
                        },
                    ],
                },
            }
        ],
    }


def _selection(placement: str, addresses: Addresses) -> dict[str, str]:
    return {
        "placement": placement,
        "message_type": DEEP_LINKING,
        "target_link_uri": addresses.launch,
        "text": settings.TOOL_NAME,
        "icon_url": addresses.icon,
    }
