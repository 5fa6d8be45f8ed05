"""The operator's view of platforms: registrations, deployments to approve, invitations, and the rest to look at."""

from . import grades, invitations, registrations, rows

__all__ = ["grades", "invitations", "registrations", "rows"]
