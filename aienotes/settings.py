"""Settings, read from top to bottom. What differs between machines comes from the environment (see environment.py)."""

from __future__ import annotations

from csp.constants import NONE, SELF

from aienotes import environment, languages

BASE_DIR = environment.BASE_DIR
ENVIRONMENT = environment.read()
environment.prepare(ENVIRONMENT.data_dir)

SITE_URL = ENVIRONMENT.site_url
SECURE = ENVIRONMENT.secure
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or environment.kept_secret(ENVIRONMENT.data_dir)
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
NOTES_MAX_BYTES = ENVIRONMENT.notes_max_bytes
"""An import refuses a larger file."""
NOTES_KEPT_RUNS = ENVIRONMENT.notes_kept_runs
"""Of how many imports of a roadmap the files are kept, so that an editor can go back to them."""

# How links are asked after (roadmap/health): seconds, where nothing else is said.

LINKS_DEAD_FAILURES = ENVIRONMENT.links_dead_failures
"""So often a link must fail for good, in as many checks, before it is called dead,"""
LINKS_DEAD_DAYS = ENVIRONMENT.links_dead_days
"""and the last of these checks must come so many days after the first."""
LINKS_AT_ONCE = 16
"""Hosts that are asked at the same time, each but one thing at a time."""
LINKS_PAUSE = 1.0
"""Between two requests to a host."""
LINKS_TIMEOUT = 20.0
"""For one request, its answer included."""
LINKS_BACK_OFF = (5.0, 30.0)
"""Before what may have been a passing fault is asked again, and once more."""
LINKS_LONGEST_WAIT = 600.0
"""A longer Retry-After is kept for the next check."""
LINKS_LOOPBACK = False
"""Whether addresses of this machine may be asked: for tests alone, which have a server there."""

# What is pasted may be as long as a study plan, and every resource of a long one be ticked in one form.
DATA_UPLOAD_MAX_MEMORY_SIZE = NOTES_MAX_BYTES + 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

ROOT_URLCONF = "aienotes.urls"
WSGI_APPLICATION = "aienotes.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "roadmap",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{provider}" for provider in ENVIRONMENT.providers),
    "allauth.usersessions",
    "csp",
    "django_htmx",
]

# A page for everyone passes through all of these, so each must leave it alone: no cookie, no Vary, no query.
MIDDLEWARE = [
    "aienotes.health.health_middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aienotes.compressing.compressing_middleware",
    "aienotes.headers.PoliciesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "aienotes.language.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.naming.reader_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["roadmap.templatetags.site"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

DATABASES = {"default": ENVIRONMENT.database}
if ENVIRONMENT.database["ENGINE"] == environment.SQLITE:
    # IMMEDIATE: a transaction that will write waits for its turn at its start, where waiting is possible; one that
    # begins by reading would fail at its first write if another wrote in between.
    DATABASES["default"] |= {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
else:
    DATABASES["default"] |= {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}} | ENVIRONMENT.database.get("OPTIONS", {}),
    }

MEDIA_ROOT = ENVIRONMENT.data_dir / "media"
MEDIA_URL = "/media/"

STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Languages and time: the address decides the language. A folder in locale/ is all that a language needs.

LANGUAGE_CODE = "zh-hant"
LANGUAGES = languages.found(BASE_DIR / "locale", LANGUAGE_CODE)
LOCALE_PATHS = [languages.compile_all(BASE_DIR / "locale", ENVIRONMENT.data_dir / "locale")]
TIME_ZONE = "Asia/Taipei"
USE_TZ = True

# Who comes in, by the same door for learners and editors: with a password, a passkey, a code sent by mail where mail
# can be sent, and by GitHub and Google where their keys are given.

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
GUEST_AGE = 90 * 24 * 3600
"""Seconds after which the ticks of a guest who does not come again are swept."""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "roadmap:home"
LOGOUT_REDIRECT_URL = "roadmap:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "roadmap:home"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MAIL = bool(ENVIRONMENT.email)
"""Whether mail can be sent: without it nothing is asked of people that needs one."""
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL else "none"
# Codes keep people in the browser they began in, with what they ticked there.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = MAIL
ACCOUNT_LOGIN_BY_CODE_ENABLED = MAIL
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = MAIL
ACCOUNT_EMAIL_NOTIFICATIONS = MAIL
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = MAIL
MFA_ALLOW_UNVERIFIED_EMAIL = not MAIL
MFA_TOTP_ISSUER = "AIE Notes"
# Who types a code as its half minute ends is let in: one step beside is what RFC 6238 (5.2) recommends at most.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {"add_webauthn": "accounts.passkeys.AddPasskeyForm"}
# Browsers let a page on plain http use passkeys on the visitor's own machine alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SOCIALACCOUNT_PROVIDERS = {provider: {"APPS": [keys]} for provider, keys in ENVIRONMENT.providers.items()}
# The proxy that holds the certificate tells each visitor's address; without it they would share one rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE else 0

# Mail. Where none is set up, what would be sent is printed on the developer's own machine and dropped elsewhere: a
# password-reset link has no place in a log.

EMAIL_BACKEND = f"django.core.mail.backends.{'dummy' if SECURE else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = f"AIE Notes <noreply@{ENVIRONMENT.site_host}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20
globals().update(ENVIRONMENT.email)

# Security: https is production.

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "accounts.views.rescue.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
# Other hosts of the domain, http ones perhaps, are not this site's to speak for.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# The server speaks plain http, so in production a proxy stands before it and says how the visitor came.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        # A sign-in with another site is a form that leads there.
        "form-action": [SELF, *(environment.PROVIDERS[provider] for provider in ENVIRONMENT.providers)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # An address that leads nowhere is no event.
        "django.request": {"level": "ERROR"},
    },
}
