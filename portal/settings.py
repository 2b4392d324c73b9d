"""The one settings file. Everything that differs between machines comes from the environment (`portal.env`)."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from portal import env
from portal.lib import palette

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.text("LOCAL_DIR", str(BASE_DIR / ".local")))

# --- Where we are -----------------------------------------------------------------------------------------------------
LOCAL = env.flag("LOCAL", False)  # a demo or test on this very machine: no HTTPS, secrets made on the spot
_embedded = env.embedded(LOCAL_DIR / "servers.json") if LOCAL else {}
PROCESS = env.choice("PROCESS", {"web", "worker", "beat", "command"}, "command")
DEBUG = env.flag("DEBUG", False)
if DEBUG and not LOCAL:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: switch it on only together with LOCAL=on.")
SECRET_KEY = env.kept_secret(LOCAL_DIR / "secret-key") if LOCAL else env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.listing("SECRET_KEY_FALLBACKS")
HOST = env.text("HOST", "127.0.0.1")  # where the web process listens
PORT = env.integer("PORT", int(_embedded.get("port", 8000)), at_least=1)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}" if LOCAL else None).rstrip("/")
if not SITE_URL.startswith("https://") and not LOCAL:
    raise ImproperlyConfigured("SITE_URL must begin with https:// (or set LOCAL=on for a demo on this machine).")
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", "localhost,127.0.0.1" if LOCAL else SITE_URL.split("/")[2].split(":")[0])
FILES_HOST = env.text("FILES_HOST", "")  # an origin of its own for what people attach; without it, files are downloads
ALLOWED_HOSTS += [FILES_HOST.split(":")[0]] if FILES_HOST else []
TRUSTED_PROXIES = env.listing("TRUSTED_PROXIES")

# --- Apps -------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "portal.web",
    "portal.accounts",
    "portal.events",
    "portal.outbox",
    "portal.operations",
    "portal.success",
    "helpcenter",
    "tickets",
    "incidents",
    "billing",
    "portal.site.Theme",  # unfold
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    "portal.web.middleware.ClientAddress",
    "portal.web.middleware.MachineDoors",
    "portal.web.middleware.RequestLog",
    "portal.web.middleware.ReadableRequests",
    "portal.web.middleware.FilesHost",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.web.page_cache.AnonymousPages",
    "csp.middleware.CSPMiddleware",
    "portal.web.middleware.AdminPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.middleware.StaffSecondFactor",
    "portal.web.middleware.ReaderZone",
    "portal.web.middleware.Refusals",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
_TAGS = ["template_partials.templatetags.partials", "portal.web.templatetags.icons"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.accounts.context.page",
            ],
            "builtins": [*_TAGS, "django.templatetags.i18n"],
        },
    }
]

# --- Database and Valkey ----------------------------------------------------------------------------------------------
# A pool must not cross a fork and holds connections open, so only web processes have one.
DATABASES = {"default": env.database(env.text("DATABASE_URL", _embedded.get("database")))}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
WEB_PROCESSES = env.integer("WEB_PROCESSES", 2, at_least=1)
WEB_THREADS = env.integer("WEB_THREADS", 8, at_least=1)
DB_POOL_SIZE = env.integer("DB_POOL_SIZE", 8, at_least=1)
if PROCESS == "web":
    DATABASES["default"]["OPTIONS"]["pool"] = env.pool(DB_POOL_SIZE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VALKEY_URL = env.text("VALKEY_URL", _embedded.get("valkey"))
CACHES = {
    "default": {
        "BACKEND": "portal.lib.soft_cache.SoftCache",
        "LOCATION": VALKEY_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.25},
    }
}
SESSION_ENGINE = "portal.lib.plain_sessions"  # in the database: log-in works while Valkey is down

# --- Celery: messages are hints, rows are the truth -------------------------------------------------------------------
CELERY_BROKER_URL = VALKEY_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long it is away, workers wait for it
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 360
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", 2, at_least=1)
CELERY_BEAT_SCHEDULER = "portal.lib.steady_beat:SteadyScheduler"
CELERY_TIMEZONE = "UTC"

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.adapter.AuthenticationBackend"]
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Scrypt", "PBKDF2")]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", True)
if not STAFF_SECOND_FACTOR and not LOCAL:
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR can be off only together with LOCAL=on.")
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
_FORMS = {"signup": "SignUp", "change_password": "NewPassword", "reset_password_from_key": "ForgottenPassword"}
ACCOUNT_FORMS = {purpose: f"portal.accounts.forms.{name}Form" for purpose, name in _FORMS.items()}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # mail scanners follow links
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if LOCAL else "https"
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {kind: f"portal.accounts.forms.Code{kind.title()}Form" for kind in ("authenticate", "reauthenticate")}
MFA_TOTP_TOLERANCE = 1  # step of 30 s to either side (RFC 6238, 5.2): slow fingers, clocks that are off
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_TOTP_ISSUER = env.text("BRAND_NAME", "Portal")
USERSESSIONS_TRACK_ACTIVITY = False  # a write on each request costs more than it tells
INVITATION_VALID_FOR = timedelta(days=7)
ERASURE_DAYS = env.integer("ERASURE_DAYS", 7, at_least=1)  # so long can the wish to be erased be taken back

# --- Letters ----------------------------------------------------------------------------------------------------------
vars().update(env.mail(env.text("EMAIL_URL", "keep://" if LOCAL else None)))
EMAIL_URL_SCHEME = env.text("EMAIL_URL", "keep://").split(":", 1)[0]
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Support <support@localhost>" if LOCAL else None)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MESSAGE_ID_DOMAIN = env.text("MESSAGE_ID_DOMAIN", SITE_URL.split("/")[2].split(":")[0])
SHOW_SECRET_LETTERS = LOCAL  # only a demo on one's own machine shows letters that carry a secret
LETTER_LEASE = timedelta(seconds=env.integer("LETTER_LEASE_SECONDS", 60, at_least=1))
WEBHOOK_LEASE = timedelta(seconds=60)  # longer than a call may take
WEBHOOK_LOOPBACK = LOCAL and env.flag("WEBHOOK_LOOPBACK", False)  # may webhooks go to this very machine?

# --- Safety -----------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not LOCAL and env.flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 0 if LOCAL else env.integer("HSTS_SECONDS", 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "portal.web.views.csrf_failure"
HELP_FILE_LIMITS_MB = {"image": 12, "video": 48, "other": 24}  # of articles, by kind; kept in the database
HELP_ZIP_LIMITS = {"mb": 16, "unpacked_mb": 96, "files": 400}  # uploads in the admin; more by import_articles
DESK_ZIP_LIMITS = {"mb": 48, "unpacked_mb": 400, "files": 400}  # another desk's files; more by import_desk
PREVIEW_DAYS = env.integer("PREVIEW_DAYS", 7, at_least=1)  # links to unpublished articles work so long
MOST_REQUEST_MB = 64  # files included: a larger one is refused before it is read
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
MOST_ORGANIZATIONS_OWNED = env.integer("MOST_ORGANIZATIONS_OWNED", 5, at_least=1)  # by one person who founds another
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # empty: /metrics is closed to all but loopback

# --- Language, time, files --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_DIR / "static" if LOCAL else Path(env.text("STATIC_ROOT", str(BASE_DIR / "static_root")))
STATICFILES_DIRS = [BASE_DIR / "static"]
_hashed, _plain = "portal.lib.hashed_static.HashedStatic", "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _hashed if env.flag("HASHED_STATIC", True) else _plain},
    # What people attach to tickets: a folder that web and worker share, or a private bucket (see env.attachments).
    "attachments": env.attachments(LOCAL_DIR / "files" if LOCAL else BASE_DIR / "files"),
}
CLAMAV_URL = env.text("CLAMAV_URL", "")  # tcp://host:3310 or unix:///path; empty: files are not scanned
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATUS_BUNDLE_DIR = Path(env.text("STATUS_BUNDLE_DIR", str(LOCAL_DIR / "status")))
STATUS_STALE_AFTER_S = env.integer("STATUS_STALE_AFTER_SECONDS", 180, at_least=1)  # then it is only last known

# --- Understanding of texts (see portal.lib.text) ---------------------------------------------------------------------
MODELS_DIR = Path(env.text("MODELS_DIR", str(BASE_DIR / ".local" / "models")))
EMBEDDING_MODEL = env.text("EMBEDDING_MODEL", "")  # another folder; the model's name at EMBEDDING_URL; or off
EMBEDDING_URL, EMBEDDING_KEY = env.text("EMBEDDING_URL", ""), env.text("EMBEDDING_KEY", "")

# --- A model outside that may phrase answers (see helpcenter.answers.phrasing); without one, nothing is sent ----------
ANSWER_MODEL_URL, ANSWER_MODEL_KEY, ANSWER_MODEL_NAME = (
    env.text(f"ANSWER_MODEL_{one}", "") for one in ("URL", "KEY", "NAME")
)
ANSWER_MODEL_SECONDS = env.integer("ANSWER_MODEL_SECONDS", 6, at_least=1)
ANSWER_MODEL_CALLS_A_DAY = env.integer("ANSWER_MODEL_CALLS_A_DAY", 500)
ANSWER_MODEL_CHARACTERS_A_DAY = env.integer("ANSWER_MODEL_CHARACTERS_A_DAY", 2_000_000)
if ANSWER_MODEL_URL and not ANSWER_MODEL_NAME:
    raise ImproperlyConfigured("ANSWER_MODEL_NAME must name the model behind ANSWER_MODEL_URL.")

# --- Logs (structured, see portal.lib.logs) ---------------------------------------------------------------------------
LOG_FORMAT = env.choice("LOG_FORMAT", {"json", "console"}, "console" if LOCAL else "json")
LOG_LEVEL = env.choice("LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"}, "INFO")
LOGGING_CONFIG = "portal.lib.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}

# --- The admin's theme ------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": _("Portal"),
    "SITE_HEADER": _("Portal"),
    "SITE_SYMBOL": "support_agent",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "ENVIRONMENT": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "COLORS": palette.STAFF,
    "DASHBOARD_CALLBACK": "portal.operations.admin_views.work_list",
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [
        lambda request, name=name: static(f"js/{name}.js") for name in ("admin", "live", "keys", "files", "mentions")
    ],
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique without regard to case, by a constraint on lower(email)
