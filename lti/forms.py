"""What the forms of platforms ask for, filled in with this tool's own addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from . import platforms
from .addresses import Addresses
from .protocol.metadata import CUSTOM_PARAMETERS, SCOPES, description


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form, and what to enter; ``lines`` are one value of several lines, or several of one."""

    label: str
    lines: Sequence[str]
    is_copied: bool = True

    @property
    def value(self) -> str:
        """All of it, as it is copied."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One platform's form: the way to it, what goes in, and what comes next."""

    key: str
    name: str
    path: Promise
    entries: Sequence[Entry]
    then: Promise


def general(addresses: Addresses) -> list[Entry]:
    """Every value there is, by the names that LTI 1.3 gives them."""
    found = _values(addresses)
    labels: list[tuple[str, platforms.Value]] = [
        (_("Name"), "name"),
        (_("Target link, redirect and deep linking URL"), "launch"),
        (_("Login initiation URL (OpenID Connect)"), "login"),
        (_("Public key set URL (JWKS)"), "jwks"),
        (_("Domain"), "domain"),
        (_("Icon"), "icon"),
        (_("Scopes"), "scopes"),
        (_("Custom parameters"), "custom"),
    ]
    return [Entry(label, found[value]) for label, value in labels]


def filled(addresses: Addresses) -> list[FilledForm]:
    """The form of every platform that is known here."""
    found = _values(addresses)
    return [
        FilledForm(
            key=key,
            name=platform.name,
            path=platform.form.path,
            entries=[Entry(label, found[value], value != "yes") for label, value in platform.form.fields],
            then=platform.form.then,
        )
        for key, platform in platforms.BY_NAME.items()
        if platform.form is not None
    ]


def _values(addresses: Addresses) -> dict[platforms.Value, Sequence[str]]:
    return {
        "name": [settings.TOOL_NAME],
        "description": [description()],
        "domain": [addresses.domain],
        "launch": [addresses.launch],
        "login": [addresses.login],
        "jwks": [addresses.jwks],
        "canvas_json": [addresses.canvas_json],
        "icon": [addresses.icon],
        "scopes": SCOPES,
        "custom": [f"{name}={variable}" for name, variable in CUSTOM_PARAMETERS.items()],
        "yes": [_("yes")],
    }
