"""Settings from the environment: every value is named, typed, and refused with a sentence when it makes no sense."""

import os
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, cast, get_args

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

Mode = Literal["production", "demo", "test"]


def mode() -> Mode:
    """What this process is run for: ``COEXISTENCE_MODE``, by default ``production``."""
    value = os.environ.get("COEXISTENCE_MODE", "production")
    if value not in get_args(Mode):
        raise ImproperlyConfigured(f"COEXISTENCE_MODE is {value!r}; it must be one of {', '.join(get_args(Mode))}.")
    return cast("Mode", value)


def text(name: str, default: str = "") -> str:
    """The variable's text, stripped; ``default`` where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def required(name: str, *, why: str) -> str:
    """The variable's text; refuses to start without it and says what it is for."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} must be set: {why}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no: 1, true, yes, on against 0, false, no, off."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be yes or no.")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number of at least ``least`` and at most ``most``."""
    value = text(name)
    if not value:
        return default
    try:
        found = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None
    if found < least:
        raise ImproperlyConfigured(f"{name} is {found}; it must be at least {least}.")
    if most is not None and found > most:
        raise ImproperlyConfigured(f"{name} is {found}; it must be at most {most}.")
    return found


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list of words separated by commas or spaces."""
    return os.environ.get(name, "").replace(",", " ").split() or list(default)


def addresses(name: str) -> list[str]:
    """A list of e-mail addresses."""
    found = words(name)
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise ImproperlyConfigured(
                f"{name} names {address!r}; each must be an e-mail address such as operator@example.edu."
            ) from None
    return found


_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


def origins(name: str) -> list[str]:
    """A list of origins as a Content-Security-Policy takes them; ``*.`` may stand for the names below a domain."""
    found = words(name)
    for origin in found:
        host = origin.partition("://*.")[2]
        if not _ORIGIN.fullmatch(origin) or (host and "." not in host):
            raise ImproperlyConfigured(
                f"{name} names {origin!r}; each must be an origin such as https://lms.example.edu or "
                "https://*.example.edu, in small letters, without a path and never for every site."
            )
    return found


def kept_secret(path: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(50)) -> str:
    """The secret kept in the file ``path``, made at first use and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text().strip()
