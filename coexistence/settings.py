"""Settings. Everything that differs between installations comes from the environment; see ``environment``.

Three modes (``COEXISTENCE_MODE``): ``production`` refuses to start with anything missing or unsafe; ``demo`` runs on
one machine without any server but itself; ``test`` is the demo without its kept files.
"""

from pathlib import Path
from typing import Any

import dj_database_url

from coexistence import broker, environment

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = environment.mode()
PRODUCTION = MODE == "production"
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()

DEBUG = False
if PRODUCTION:
    SECRET_KEY = environment.required(
        "SECRET_KEY", why="it signs launches and seals the tool's keys; 50 random characters."
    )
    ALLOWED_HOSTS = (
        environment.required("ALLOWED_HOSTS", why="the host names this tool answers to.").replace(",", " ").split()
    )
elif MODE == "demo":
    SECRET_KEY = environment.text("SECRET_KEY") or environment.kept_secret(DATA_DIR / "secret-key")
    ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
else:
    SECRET_KEY = "only-for-tests-" + "0" * 50
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "coexistence.content",
    "coexistence.courses",
    "coexistence.quiz",
    "coexistence.api",
    "coexistence.web",
    "lti",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coexistence.security.PartitionedCookies",
    "coexistence.security.Policies",
    "coexistence.administration.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "coexistence.administration.Accounts",
    "coexistence.administration.Messages",
]

ROOT_URLCONF = "coexistence.urls"
WSGI_APPLICATION = "coexistence.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # A writer takes its lock when the transaction begins: two that read first and write later would otherwise fail
    # with "database is locked", which no time-out helps against.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def database(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``; SQLite in the data folder where there is none."""
    config: dict[str, Any] = dict(
        dj_database_url.parse(url or f"sqlite:///{DATA_DIR / 'coexistence.sqlite3'}", conn_max_age=600)
    )
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS
        if not url:
            DATA_DIR.mkdir(parents=True, exist_ok=True)
    else:
        options = config.setdefault("OPTIONS", {})
        # Statements that ask for it (``coexistence.prepared``) are prepared. ``?prepare=no`` is for a pooler that gives
        # a connection to somebody else after each transaction.
        options["prepare_threshold"] = None if options.pop("prepare", "yes") == "no" else 0
        config |= {"ENGINE": "coexistence.postgresql", "CONN_HEALTH_CHECKS": True}
    return config


DATABASE_URL = environment.text("DATABASE_URL")
DATABASES = {"default": database(DATABASE_URL)}

CACHE_URL = environment.text("CACHE_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    # Nothing that must be shared by processes is kept in the cache, so each process may have its own.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Tasks --------------------------------------------------------------------------------------------------------

# Where messages lie while no broker is configured; see ``broker``. It may be deleted at any moment.
BROKER_FOLDER = DATA_DIR / "broker"
SWEEP_SECONDS = environment.number("SWEEP_SECONDS", 10, least=1)
# How many workers may send to one platform at the same time.
LTI_LANES = environment.number("LTI_LANES", 1, least=1)
# How long a platform may take to answer. Leases are as long as this makes them: what a killed worker had in hand is
# taken up again after four times as long.
LTI_REQUEST_SECONDS = environment.number("LTI_REQUEST_SECONDS", 8, least=1, most=10)

CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", broker.URL)
# Whoever submits a quiz waits for the bell to be rung: one try, and a second at most. Without these a broker that is
# down would hold every submit for as long as it is down.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(CELERY_BROKER_URL, folder=BROKER_FOLDER)
# A worker must outlive its broker, however long that is away: by default it would give up after a hundred tries.
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = 0
# Installations that share a broker must not hear each other's bells.
CELERY_TASK_DEFAULT_QUEUE = environment.text("CELERY_QUEUE", "coexistence")
# Nobody reads results; kept, they would fill a store that nobody empties.
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
# A message is spent when its task begins. Acknowledged afterwards, the bell of a task that kills its worker would ring
# for ever; what a killed worker leaves undone stands in the database, and the sweep finds it.
CELERY_TASK_ACKS_LATE = False
# One message in hand for each thread: more would wait behind a slow platform while another worker is idle.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Only data: a message must not be able to name code.
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Its mailbox is named after the machine: on RabbitMQ a second worker beside the first, or one that takes a killed one's
# place, finds it locked and stops.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# The logging of these settings, which the worker would otherwise replace by its own.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The schedule is short and is kept in memory: a file of it, written while a worker is killed, has kept workers from
# starting again.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "lti.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        # While every worker is down sweeps must not pile up.
        "options": {"expires": SWEEP_SECONDS},
    },
    # Attempts whose time is over and that nobody submitted.
    "finalise": {
        "task": "coexistence.quiz.tasks.finalise",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    # Platforms' public keys that have gone stale, so that no launch waits for them.
    "keys": {"task": "lti.tasks.refresh_keys", "schedule": 60, "options": {"expires": 60}},
    # A task of its own: a mail server that hangs holds up no score.
    "attention": {"task": "lti.tasks.attention", "schedule": 3600, "options": {"expires": 3600}},
}

# --- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Only what the pages are really written in: Django alone would greet a German browser with a page half in English.
LANGUAGES = [("en", "English")]
TIME_ZONE = environment.text("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

# --- Static files -------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
# Production serves what collectstatic gathered there; elsewhere the files are served from where they lie.
STATIC_ROOT = environment.text("STATIC_ROOT", str(DATA_DIR / "static") if PRODUCTION else "") or None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# --- Security -----------------------------------------------------------------------------------------------------

if environment.flag("TRUST_FORWARDED_PROTO"):
    # Only behind a proxy that sets the header itself; otherwise anyone could claim to have come over TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = PRODUCTION and environment.flag("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 31_536_000) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION and environment.flag("HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = PRODUCTION and environment.flag("HSTS_PRELOAD", default=True)
# Under "no-referrer" browsers send "Origin: null" with our own forms, which the check of Origin refuses.
SECURE_REFERRER_POLICY = "same-origin"
# A platform opens pages in a new window and speaks to the window that opened it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
# The pages are made to be framed; which site may frame a page is said by its frame-ancestors (CSP).
SILENCED_SYSTEM_CHECKS = ["security.W002"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
    },
}

# --- The API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "coexistence.api.openapi.Schema",
    "EXCEPTION_HANDLER": "coexistence.api.problems.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Coexistence content API",
    "DESCRIPTION": "The lesson, the timeline and the public quiz items of every unit. Read only; no key needed.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "TAGS": [{"name": "units", "description": "What is taught."}],
}

# --- Learning tools interoperability ------------------------------------------------------------------------------

# What the pages ask about gradebooks; the project itself knows no platform.
GRADEBOOK = "lti.gradebook.PlatformGradebook"
TOOL_NAME = environment.text("TOOL_NAME", "Peaceful coexistence")
# Where the tool is reached, for links that are made by commands; by default https and the first of ALLOWED_HOSTS.
TOOL_URL = environment.text("TOOL_URL")
# Whom people write to, such as an address or a page; pages that need the operator say it.
OPERATOR_CONTACT = environment.text("OPERATOR_CONTACT")
# Who may register without an invitation: nobody ("closed"), a platform on this machine ("loopback"), anybody ("open").
LTI_OPEN_REGISTRATION = environment.text("LTI_OPEN_REGISTRATION", "closed" if PRODUCTION else "loopback")
LTI_ALLOW_HTTP = environment.flag("LTI_ALLOW_HTTP", default=not PRODUCTION)
LTI_ALLOW_PRIVATE_ADDRESSES = environment.flag("LTI_ALLOW_PRIVATE_ADDRESSES", default=not PRODUCTION)
# Further origins that may frame the tool, beside the platform's own.
LTI_FRAME_ANCESTORS = environment.origins("LTI_FRAME_ANCESTORS")

# --- Watching over it -------------------------------------------------------------------------------------------

# /healthz turns red when a grade that could be sent has waited for longer than this; 0: it never does.
HEALTH_OLDEST_GRADE_SECONDS = environment.number("HEALTH_OLDEST_GRADE_SECONDS", 3600)
# What /metrics asks for as a bearer token; without one it answers to this machine only.
METRICS_TOKEN = environment.text("METRICS_TOKEN")

# --- E-mail -----------------------------------------------------------------------------------------------------

# Whom at the operator's to tell of grades that wait for a person; nobody: no e-mail is ever sent.
ATTENTION_EMAIL = environment.addresses("ATTENTION_EMAIL")
# Only production has a mail server: a demo prints what it would send, a test keeps it.
EMAIL_BACKEND = {
    "production": "django.core.mail.backends.smtp.EmailBackend",
    "demo": "django.core.mail.backends.console.EmailBackend",
    "test": "django.core.mail.backends.locmem.EmailBackend",
}[MODE]
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
# STARTTLS, which a server elsewhere should always be asked for: the password goes over this connection.
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
# Servers take messages for others, with TLS and a password, at 587; one on this machine listens at 25.
EMAIL_PORT = environment.number("EMAIL_PORT", 587 if EMAIL_USE_TLS else 25, least=1, most=65_535)
# Empty: the server asks for no name and password, as one on this machine.
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
# Seconds: without a limit a server that says nothing would keep a worker's thread for ever.
EMAIL_TIMEOUT = 10
# Servers refuse senders that they do not know; the operator's own address is one that they do.
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", next(iter(ATTENTION_EMAIL), "webmaster@localhost"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "coexistence.security.MaskedAddresses"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
}
