"""`python -m tests.answers URL…`: how the site, set up as the environment says, answers each of these GETs, as JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django


def main(urls: list[str]) -> None:
    """Print a list of {"status", "headers", "cookies"}."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "aienotes.settings"
    django.setup()
    print(json.dumps([_answer(url) for url in urls]))


def _answer(url: str) -> dict[str, Any]:
    from urllib.parse import urlsplit

    from django.test import Client

    parts = urlsplit(url)
    # A proxy speaks to the site: plain http, with a note of how the visitor came.
    response = Client(raise_request_exception=False).get(
        parts.path, headers={"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme}
    )
    cookies = [morsel.OutputString() for morsel in response.cookies.values()]
    return {"status": response.status_code, "headers": dict(response.headers), "cookies": cookies}


if __name__ == "__main__":
    main(sys.argv[1:])
