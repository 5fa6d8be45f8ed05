"""``manage.py lti_tool_key``: make the tool's signing key if there is none, and print its name."""

from typing import Any

from django.core.management.base import BaseCommand

from lti.protocol.keys import ensure_tool_key


class Command(BaseCommand):
    help = "Makes the tool's signing key if there is none yet, and prints its kid."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(ensure_tool_key().kid)
