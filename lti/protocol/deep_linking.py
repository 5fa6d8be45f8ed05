"""The deep linking response (Deep Linking 2.0, section 4.5): what an instructor picked, signed by us."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pylti1p3.deep_link import DeepLink
from pylti1p3.registration import Registration as Client

from lti.models import DeepLinkRequest

from .claims import CORE, DL, VERSION, DeepLinkingClaim
from .keys import sign

LIFETIME = timedelta(minutes=5)
CONTENT_ITEMS = DL + "content_items"


@dataclass(frozen=True, slots=True)
class PickedLink:
    """One link to place: ours by ``custom``; with a gradebook column where ``points`` is a number."""

    url: str
    title: str
    assignment: str
    points: int | None
    tag: str
    new_window: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The content item; nothing in it is null, which Canvas refuses.

        ``custom`` holds nothing but our own id: a line break in a value would cut it in Moodle.
        """
        item: dict[str, Any] = {
            "type": "ltiResourceLink",
            "url": self.url,
            "title": self.title,
            "custom": {"assignment": self.assignment},
        }
        if self.new_window:
            item["window"] = {"targetName": "_blank"}
        if self.points is not None:
            item["lineItem"] = {
                "scoreMaximum": self.points,
                "label": self.title,
                "resourceId": self.assignment,
                "tag": self.tag,
            }
        return item


class Response(DeepLink):  # type: ignore[misc]
    """PyLTI1p3's response with no member that the platform did not ask for.

    Neither its HTML form is used, which escapes nothing, nor its signing, which reads the key anew each time.
    """

    def __init__(self, asked: DeepLinkRequest, *, now: datetime) -> None:
        registration = asked.deployment.registration
        self._now = int(now.timestamp())
        super().__init__(
            registration=Client().set_issuer(registration.issuer).set_client_id(registration.client_id),
            deployment_id=asked.deployment.deployment_id,
            deep_link_settings=asked.settings,
        )

    def get_message_jwt(self, resources: Sequence[PickedLink]) -> dict[str, Any]:
        """The claims. ``data`` is echoed only if it was sent."""
        message = {
            "iss": self._registration.get_client_id(),
            "aud": self._registration.get_issuer(),
            "iat": self._now,
            "exp": self._now + int(LIFETIME.total_seconds()),
            "nonce": secrets.token_urlsafe(24),
            CORE + "deployment_id": self._deployment_id,
            CORE + "message_type": "LtiDeepLinkingResponse",
            CORE + "version": VERSION,
            CONTENT_ITEMS: [link.to_dict() for link in resources],
        }
        data = self._deep_link_settings.get("data")
        return message if data is None else {**message, DL + "data": data}


def compose(
    asked: DeepLinkRequest, links: Sequence[PickedLink], *, now: datetime, problem: str = "", log: str = ""
) -> dict[str, Any]:
    """The claims of the response that places ``links``; none of them is the polite way to cancel.

    ``problem`` is for the teacher to read, on the platform; ``log`` for whoever looks into it.
    """
    claims: dict[str, Any] = Response(asked, now=now).get_message_jwt(links)
    said = {"errormsg": problem, "errorlog": log}
    return claims | {DL + name: text for name, text in said.items() if text}


def signed(claims: Mapping[str, Any]) -> str:
    """The response as it is sent. The same claims give the same text, as long as the same key signs."""
    return sign(claims)


def wishes(asked: DeepLinkRequest) -> DeepLinkingClaim:
    """What the platform said that it takes, and where the answer goes."""
    return DeepLinkingClaim.model_validate(asked.settings)
