"""Django's settings, composed from the environment; one file for every place LedgerFlow runs."""

import sys
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.env import SettingError, load
from config.production import refuse_examples
from ledgerflow import embedded
from ledgerflow.core import redaction, sentry
from ledgerflow.core.errors import LedgerFlowError

try:
    ENV = load()
    refuse_examples(ENV)
except SettingError as error:
    raise ImproperlyConfigured(str(error)) from error

# Lets views and forms say what they are generic over: `FormView[InviteForm]`.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = ENV.data_dir
SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
LEDGERFLOW_URL = ENV.url
ALLOWED_HOSTS = list(ENV.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.csrf_trusted_origins)
HTTPS = ENV.url.startswith("https://")

INSTALLED_APPS = [
    "ledgerflow.web",  # first, because its templates stand before those of other apps
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "django_linear_migrations",
    "procrastinate.contrib.django",
    "ledgerflow.users",
    "ledgerflow.books",
    "ledgerflow.toolbox",
    "ledgerflow.ledger",
    "ledgerflow.taxes",
    "ledgerflow.documents",
    "ledgerflow.statements",
    "ledgerflow.asking",
    "ledgerflow.payees",
    "ledgerflow.classification",
    "ledgerflow.agent",
    "ledgerflow.posting",
    "ledgerflow.review",
    "ledgerflow.reconciliation",
    "ledgerflow.pipeline",
    "ledgerflow.reports",
    "ledgerflow.exchange",
    "ledgerflow.ops",
    "ledgerflow.api",
]

MIDDLEWARE = [
    "ledgerflow.ops.middleware.request_context",  # first: everything else is part of the request
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "ledgerflow.ops.middleware.database_patience",  # behind what needs no database, before what does
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "ledgerflow.ops.middleware.DatabaseAway",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEST_RUNNER = "ledgerflow.core.test_runner.PytestRunner"

FORM_RENDERER = "ledgerflow.web.form_renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ledgerflow.web.context.frame",
            ],
        },
    },
]


def _database(url: str, *, pooled: bool) -> dict[str, Any]:
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    settings["ENGINE"] = "django.db.backends.postgresql"
    settings["ATOMIC_REQUESTS"] = False
    settings["CONN_HEALTH_CHECKS"] = True
    options = settings.setdefault("OPTIONS", {})
    # `?host=` is how libpq's URLs name the directory of a Unix socket.
    for name in {"host", "port"} & options.keys():
        settings[name.upper()] = options.pop(name)
    options.setdefault("application_name", "ledgerflow")
    if pooled:
        # A request waits for the database to come back instead of failing: see docs/decisions/0003.
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 12}
    return settings


_app_url = ENV.database_url or embedded.database_url(ENV.data_dir, role="lf_app")
_owner_url = (
    ENV.database_owner_url or ENV.database_url or embedded.database_url(ENV.data_dir, role="lf_owner")
)

#: `default` is what LedgerFlow works with (lf_app); `owner` runs migrations and purges whole books.
DATABASES = {"default": _database(_app_url, pooled=True), "owner": _database(_owner_url, pooled=False)}
USES_EMBEDDED_DATABASE = ENV.database_url is None
_backup_url = (
    ENV.database_backup_url
    or ENV.database_owner_url
    or ENV.database_url
    or embedded.database_url(ENV.data_dir, role="lf_backup")
)
#: As whom dumps are made; no connection of Django's, because only PostgreSQL's programs use it.
BACKUP_DATABASE = _database(_backup_url, pooled=False)
#: A checkout keeps the dumps of a server of its own beside its Compose files, everything else in the data folder.
_in_data_dir = USES_EMBEDDED_DATABASE or not (BASE_DIR / "manage.py").is_file()
BACKUP_DIR = ENV.backup_dir or (
    DATA_DIR / "backups" if _in_data_dir else BASE_DIR / "archives" / "docker_archive" / "database_backups"
)
SERVER_BACKUPS = ENV.server_backups
BACKUP_RECIPIENT = ENV.backup_recipient
AUTOMATIC_BACKUPS = ENV.automatic_backups
POINT_IN_TIME = ENV.point_in_time
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: What is cached, and what it is keyed by, stands in `ledgerflow.core.cached`; everything works without Redis.
_redis = (
    {"BACKEND": "ledgerflow.core.cache.FailoverCache", "LOCATION": ENV.redis_url} if ENV.redis_url else None
)
CACHES = {
    "default": _redis or {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    #: What processes tell each other: without Redis those of this machine, by files.
    "shared": _redis
    or {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA_DIR / "cache"),
    },
}

SEARXNG_URL = ENV.searxng_url
#: What tools and agent may reach although its address is private; everything else must be of the public internet.
OWN_SERVICES = (*ENV.own_services, *((ENV.searxng_url,) if ENV.searxng_url else ()))

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "ledgerflow.users.lockout.username"
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Sessions never live in the cache: a user who signed out while Redis was away would be signed in again.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

LANGUAGE_CODE = "en"
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Where nothing was collected, the files are served from the apps; that is no cause for a warning at each start.
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
#: Collected files carry their hash in their names; a checkout without them is served straight from the apps.
_COLLECTED = not DEBUG and ("collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").is_file())
MEDIA_ROOT = DATA_DIR / "documents"
WHITENOISE_USE_FINDERS = not _COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "ledgerflow.web.static_files.StaticFiles"
        if _COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The page sends a folder in parts; a program, or a browser without scripts, sends it whole.
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

_mail = environ.Env.email_url_config(ENV.email_url or "consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = ENV.default_from_email

#: The endpoint that the agent asks; none where the address is empty. See `ledgerflow.agent.place`.
AGENT_URL = ENV.agent.url if ENV.agent else ""
AGENT_MODEL = ENV.agent.model if ENV.agent else ""
AGENT_KEY = ENV.agent.key if ENV.agent else ""
AGENT_SECONDS = ENV.agent.seconds if ENV.agent else 0
AGENT_PRICE = ENV.agent.price if ENV.agent else None

#: What the settings of tools may refer to: variables by name, and files below one folder.
TOOL_SECRETS = ENV.tool_secrets
TOOL_SECRETS_DIR = ENV.secrets_dir

METRICS_TOKEN = ENV.metrics_token
#: Where the processes of a web server count together; `config.wsgi` names it.
METRICS_FOLDER: Path | None = None

redaction.hide([
    SECRET_KEY,
    METRICS_TOKEN,
    AGENT_KEY,
    ENV.sentry_dsn,
    *TOOL_SECRETS.values(),
    EMAIL_HOST_PASSWORD,
    *(str(database.get("PASSWORD") or "") for database in DATABASES.values()),
    urlsplit(ENV.redis_url or "").password,
])  # fmt: skip
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "ledgerflow.core.logs.LineFormatter"},
        "json": {"()": "ledgerflow.core.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": ENV.log_format},
        "errors": {"class": "ledgerflow.ops.error_log.handler.ErrorLogHandler"},
    },
    "root": {"handlers": ["stderr", "errors"], "level": ENV.log_level},
    "loggers": {
        # Django's own handlers would write every line a second time, and mail errors to nobody.
        "django": {"handlers": [], "level": ENV.log_level, "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # Its INFO lines announce each start-up to every command.
        "procrastinate": {"level": "DEBUG" if ENV.log_level == "DEBUG" else "WARNING"},
        # Every request that leaves is in the egress ledger, without the secrets that may be in its address.
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        # It tells of the beginning and end of every request.
        "mcp": {"level": "WARNING"},
        # While the database is away it tells of every attempt to connect.
        "psycopg.pool": {"level": "ERROR"},
    },
}
if ENV.sentry_dsn:
    try:
        sentry.report_to(ENV.sentry_dsn)
    except LedgerFlowError as error:
        raise ImproperlyConfigured(str(error)) from error
