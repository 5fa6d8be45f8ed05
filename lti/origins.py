"""Origins: who an address belongs to, who may frame a visit's pages, and where its forms may go."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from . import platforms
from .models import Registration

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


@lru_cache(maxsize=1024)
def origin(url: str) -> str | None:
    """The origin of an http or https address, written in one way only, as a Content-Security-Policy takes it.

    None for anything that could not stand in a header as one.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else "")


def frame_ancestors(registration: Registration, addresses: Iterable[str]) -> list[str]:
    """The platform's own origins, those of ``addresses`` (from the signed message) and the operator's list."""
    own = (registration.auth_url, registration.issuer)
    found = [origin(address) for address in (*own, *addresses) if address]
    listed = [*platforms.of(registration.platform).frame_ancestors, *settings.LTI_FRAME_ANCESTORS]
    return sorted({ancestor for ancestor in (*found, *listed) if ancestor})
