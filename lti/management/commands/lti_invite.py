"""``manage.py lti_invite``: a link with which an administrator may register one platform."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lti import invitations
from lti.addresses import Addresses, own_origin

MOST_DAYS = 365


class Command(BaseCommand):
    help = (
        "Prints a link with which one platform can be registered, once. Only its hash is kept: it is shown here only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--for", default="", dest="note", help="whom it is for, to find it again in the admin")
        parser.add_argument(
            "--days",
            type=int,
            default=invitations.LIFETIME.days,
            help=f"how long it is good, 1 to {MOST_DAYS} (default: {invitations.LIFETIME.days})",
        )
        parser.add_argument("--no-names", action="store_true", help="ask the platform for no names")
        parser.add_argument("--url", default="", help="where the tool is reached (default: TOOL_URL or ALLOWED_HOSTS)")

    def handle(self, *args: Any, note: str, days: int, no_names: bool, url: str, **options: Any) -> None:
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days: it is good for 1 to {MOST_DAYS} days.")
        if len(note) > 200:
            raise CommandError("--for: it has at most 200 characters.")
        origin = (url or own_origin()).rstrip("/")
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
            raise CommandError("--url: say where the tool is reached, such as https://tool.example.")
        invitation, token = invitations.invite(
            note=note, names=not no_names, now=timezone.now(), lifetime=timedelta(days=days)
        )
        self.stdout.write(Addresses(origin).invitation(token))
        until = timezone.localtime(invitation.expires_at)
        self.stderr.write(f"Good for one registration, until {until:%Y-%m-%d %H:%M %Z}.")
