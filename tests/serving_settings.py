"""The site's settings for a server that tests start.

Passwords are hashed as in the tests, files need no collecting, and GitHub is where GITHUB_URL says.
"""

from __future__ import annotations

import os

from aienotes.settings import *  # noqa: F403
from aienotes.settings import CONTENT_SECURITY_POLICY, SOCIALACCOUNT_PROVIDERS, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if github := os.environ.get("GITHUB_URL"):
    SOCIALACCOUNT_PROVIDERS["github"] |= {"GITHUB_URL": github}  # type: ignore[dict-item]
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(github)
