"""The tool's settings, and the counting of its SQL statements."""

from coexistence.settings import *  # noqa: F403
from coexistence.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.counting.Counting"]
