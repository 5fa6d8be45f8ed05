"""What is known of platforms, and what is owed to their gradebooks."""

from .course import Context, DeepLinkRequest, LineItem, LtiUser, ResourceLink
from .launch import PendingLaunch
from .registration import AccessToken, Deployment, Invitation, PlatformKeySet, Registration, ToolKey
from .score import Lane, ScoreDelivery, ScoreRequest

__all__ = [
    "AccessToken",
    "Context",
    "DeepLinkRequest",
    "Deployment",
    "Invitation",
    "Lane",
    "LineItem",
    "LtiUser",
    "PendingLaunch",
    "PlatformKeySet",
    "Registration",
    "ResourceLink",
    "ScoreDelivery",
    "ScoreRequest",
    "ToolKey",
]
