"""A platform of which nothing is known but that it conforms."""

from .platform import Platform

PLATFORM = Platform(
    family="",
    name="LTI 1.3",
    message_settings={"LtiDeepLinkingRequest": {"placements": ["ContentArea"]}},
)
