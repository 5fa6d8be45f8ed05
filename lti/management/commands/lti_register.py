"""``manage.py lti_register``: connect a platform that has no Dynamic Registration, by its values."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lti import platforms
from lti.models import Deployment, Registration
from lti.protocol.registration import keep

OTHER = "other"
#: The values in the order in which they are asked for, each with what it is.
VALUES: Mapping[str, str] = {
    "issuer": "the platform's issuer (platform id), exactly as it says",
    "client_id": "the client id that the platform gave this tool",
    "deployment_id": "the deployment id that the platform shows; without one the first that launches is taken",
    "auth_url": "the authentication request URL",
    "token_url": "the access token URL",
    "jwks_url": "the public key set URL",
    "audience": "of client assertions, if it is not the access token URL (D2L)",
    "name": "what to call it here, such as 'Moodle of our school'",
}
OPTIONAL = frozenset({"deployment_id", "audience"})


class Command(BaseCommand):
    help = (
        "Registers a platform, or brings its registration up to date: the same issuer and client id are the same "
        "registration. On a terminal and without options it asks for everything."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = [*platforms.BY_NAME, OTHER]
        parser.add_argument("--platform", default="", help=f"the product: {', '.join(names)}")
        parser.add_argument(
            "--site", default="", help="the platform's own address; for known products the other addresses follow"
        )
        for name, what in VALUES.items():
            parser.add_argument(_flag(name), default="", help=what)

    def handle(self, *args: Any, **options: Any) -> None:
        given = {name: str(options[name] or "").strip() for name in ("platform", "site", *VALUES)}
        asking = not any(given.values()) and sys.stdin.isatty()
        if asking:
            given["platform"] = self.ask_platform()
            given["site"] = self.ask("site", "the platform's address, such as https://moodle.example")
        product = platforms.BY_NAME.get(given["platform"].lower())
        values = {name: given[name] for name in VALUES}
        if asking:
            for name, what in VALUES.items():
                values[name] = self.ask(name, what, proposal=_derived(product, given["site"], values)[name])
        else:
            values = {name: value or _derived(product, given["site"], values)[name] for name, value in values.items()}
        family = product.family if product else given["platform"].replace(OTHER, "").lower()
        self.register(values, family)

    def register(self, values: Mapping[str, str], family: str) -> None:
        """Check everything, say all that is wrong, and keep it."""
        deployment_id = values["deployment_id"]
        fields = {name: value for name, value in values.items() if name != "deployment_id"}
        row = Registration(**fields, platform=family)
        wrong = _problems(row) | _problems(Deployment(deployment_id=deployment_id or "-"), "registration")
        for name in ("auth_url", "token_url", "jwks_url"):
            if name not in wrong and urlsplit(values[name]).scheme not in _schemes():
                wrong[name] = f"It must begin with {' or '.join(_schemes())}."
        if wrong:
            raise CommandError("\n".join(f"{_flag(name)}: {text}" for name, text in wrong.items()))
        registered = keep(
            name=row.name,
            issuer=row.issuer,
            client_id=row.client_id,
            deployment_id=deployment_id,
            auth_url=row.auth_url,
            token_url=row.token_url,
            jwks_url=row.jwks_url,
            audience=row.audience,
            platform=row.platform,
        )
        done = "Registered" if registered.is_new else "Brought up to date:"
        which = f"deployment {deployment_id}" if deployment_id else "for the first deployment that launches"
        self.stdout.write(f"{done} {row.name}, {which}.")

    def ask(self, name: str, what: str, *, proposal: str = "") -> str:
        """What the person at the terminal enters; the proposal where they just press Enter."""
        return input(
            f"{name.replace('_', ' ').capitalize()} ({what}){f' [{proposal}]' if proposal else ''}: "
        ).strip() or (proposal)

    def ask_platform(self) -> str:
        names = [*platforms.BY_NAME, OTHER]
        while True:
            self.stdout.write(f"Which product is it? {', '.join(names)}")
            found = self.ask("product", "one of these").lower()
            if found in names:
                return found


def _derived(product: platforms.Platform | None, site: str, values: Mapping[str, str]) -> dict[str, str]:
    """What follows from the product, its address and the values so far."""
    site = site.rstrip("/")
    found = asdict(product.endpoints(site, values["client_id"])) if product else {"issuer": site}
    issuer = values["issuer"] or found["issuer"]
    where = urlsplit(site or issuer).netloc or issuer
    name = f"{product.name} ({where})" if product else where
    return {**dict.fromkeys(VALUES, ""), **found, "name": name[:200]}


def _problems(row: Registration | Deployment, *without: str) -> dict[str, str]:
    try:
        row.full_clean(exclude=without, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return {name: " ".join(texts) for name, texts in error.message_dict.items()}
    return {}


def _schemes() -> list[str]:
    return ["https", "http"] if settings.LTI_ALLOW_HTTP else ["https"]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
