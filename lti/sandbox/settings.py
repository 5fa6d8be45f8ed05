"""Settings of the sandbox LMS: a pretend school for one machine, with a database and a cookie jar of its own.

From the environment: ``COEXISTENCE_MODE`` (demo or test; anything else refuses to start), ``SANDBOX_URL`` (this site's
origin and LTI issuer), ``TOOL_URL`` (the tool's origin), ``SANDBOX_DATABASE`` (path of the SQLite file), ``LOG_LEVEL``.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MODE = os.environ.get("COEXISTENCE_MODE", "production")
if MODE not in {"demo", "test"}:
    raise ImproperlyConfigured(
        "The sandbox LMS lets every visitor be anybody, so it runs only with COEXISTENCE_MODE=demo or test; "
        f"it is {MODE!r} here."
    )


def origin(name: str, default: str) -> str:
    """The variable's URL without a trailing slash; refuses anything but http(s)://host[:port]."""
    value = (os.environ.get(name, "").strip() or default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must look like http://127.0.0.1:8001.")
    return value


def secret_beside(database: str) -> str:
    """The signing secret kept next to the database file, made at first use and readable by its owner only."""
    if database == ":memory:":
        return secrets.token_urlsafe(50)
    path = Path(f"{database}.secret")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


SANDBOX_URL = origin("SANDBOX_URL", "http://127.0.0.1:8001")
TOOL_URL = origin("TOOL_URL", "http://localhost:8000")
SANDBOX_DATABASE = os.environ.get("SANDBOX_DATABASE", "").strip() or str(
    Path(os.environ.get("DATA_DIR", "").strip() or BASE_DIR / "data") / "sandbox.sqlite3"
)

DEBUG = False
SECRET_KEY = "only-for-tests-" + "1" * 50 if MODE == "test" else secret_beside(SANDBOX_DATABASE)
ALLOWED_HOSTS = [urlsplit(SANDBOX_URL).hostname or "", "127.0.0.1", "testserver"]
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "lti.sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lti.sandbox.security.ContentSecurityPolicy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "lti.sandbox.urls"
WSGI_APPLICATION = "lti.sandbox.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "lti.sandbox.views.page.school",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": SANDBOX_DATABASE,
        "OPTIONS": {
            # Scores arrive in parallel and each reads before it writes; a deferred transaction would fail with
            # "database is locked" at once, whatever the time-out.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Browsers keep cookies by host, whatever the port: two sandboxes on one machine need names of their own.
_PORT = urlsplit(SANDBOX_URL).port or "site"
PERSON_COOKIE = f"sandbox_person_{_PORT}"
# Its twin, which browsers also send where the tool's own page in a frame leads back here.
FRAMED_COOKIE = f"sandbox_framed_{_PORT}"
CSRF_COOKIE_NAME = f"sandbox_csrf_{_PORT}"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SANDBOX_URL.startswith("https:")
# The tool, opened in a new window, may speak to the window that opened it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = None
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "").strip() or "INFO"},
}
