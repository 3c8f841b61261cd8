"""The settings of the site whose every page is looked at: nobody who stands in a door is sent away, however long it
takes until one looks; and `errors/` shows the pages of what went wrong."""

from tests.serving_settings import *  # noqa: F403

ROOT_URLCONF = "tests.rich_urls"
ALLOWED_HOSTS = ["localhost", "testserver"]
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600
ACCOUNT_LOGIN_TIMEOUT = 24 * 3600
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 24 * 3600
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 24 * 3600
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 24 * 3600
USERSESSIONS_TRACK_ACTIVITY = True
