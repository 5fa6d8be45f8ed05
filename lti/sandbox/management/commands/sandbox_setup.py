"""Make the school ready: its database, people and key, and the tool registered and active."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from lti.sandbox import admin_browser, classroom, manners
from lti.sandbox.admin_browser import VisitError
from lti.sandbox.models import SpentToken, Tool
from lti.sandbox.platform import keys, registration, spent


class Command(BaseCommand):
    help = (
        "Migrates the sandbox's database, makes its course, people and key, clears what has expired, and registers "
        "the tool by Dynamic Registration as an administrator's browser would; both servers must be running for that. "
        "Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tool-url", default=settings.TOOL_URL, help="The tool's origin (default: TOOL_URL).")
        parser.add_argument("--no-register", action="store_true", help="Only the database; needs no server.")
        parser.add_argument("--again", action="store_true", help="Register even if the tool is registered already.")
        parser.add_argument("--wait", type=float, default=0, help="Seconds to wait for the two servers.")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        classroom.complete()
        keys.ensure_signing_key()
        spent.forget()
        if options["no_register"]:
            self.stdout.write("The sandbox is ready; the tool is not registered by this.")
            return
        tool_url = str(options["tool_url"]).rstrip("/")
        tool = Tool.objects.filter(initiate_login_uri__startswith=f"{tool_url}/", active=True).first()
        if tool is not None and not options["again"]:
            self.stdout.write(f"{tool.name} is registered already.")
            return
        try:
            self._register(tool_url, options["wait"])
        except VisitError as error:
            raise CommandError(str(error)) from error

    def _register(self, tool_url: str, seconds: float) -> None:
        admin_browser.wait_for(f"{settings.SANDBOX_URL}/lti/jwks", seconds=seconds)
        admin_browser.wait_for(f"{tool_url}/lti/jwks/", seconds=seconds)
        before = SpentToken.objects.filter(kind=SpentToken.Kind.REGISTRATION).count()
        said = admin_browser.confirm_registration(registration.invitation(tool_url, manners.current()))
        if SpentToken.objects.filter(kind=SpentToken.Kind.REGISTRATION).count() == before:
            raise VisitError(f"The tool did not call the registration endpoint. Its page says: {said}")
        # What an administrator does next; the demo should work at once.
        Tool.objects.filter(initiate_login_uri__startswith=f"{tool_url}/").update(active=True)
        tool = Tool.objects.get(initiate_login_uri__startswith=f"{tool_url}/")
        self.stdout.write(f"{tool.name} is registered (client {tool.client_id}) and active.")
