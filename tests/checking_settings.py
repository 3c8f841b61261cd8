"""The site's settings for a check of links that tests start: of this machine's own addresses, without much waiting.

LINKS_PAUSE and the other numbers come from variables of these names.
"""

from __future__ import annotations

import os

from aienotes.settings import *  # noqa: F403

LINKS_LOOPBACK = True
LINKS_PAUSE = float(os.environ.get("LINKS_PAUSE", "0.01"))
LINKS_TIMEOUT = float(os.environ.get("LINKS_TIMEOUT", "20"))
LINKS_AT_ONCE = int(os.environ.get("LINKS_AT_ONCE", "16"))
LINKS_BACK_OFF = (0.05, 0.1)
