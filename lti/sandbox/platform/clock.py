"""The school's clock, which a visitor can put wrong."""

import time

from lti.sandbox import troubles


def now() -> float:
    """Seconds since 1970 as this platform believes them to be; nothing that only this machine sees goes by it."""
    return time.time() + troubles.chosen("clock").seconds
