"""What is not a page: the stylesheet, the images that came with the notes, and whether the site is well."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from roadmap import styles

FOR_EVER = 365 * 24 * 3600
IMAGE_TYPES = {
    "apng": "image/apng",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
_NAME = re.compile(r"[0-9a-f]{8,128}\.([a-z]{3,4})")


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    """A copy of an image of the notes. Its name is its hash, so it never changes; an SVG among them can run nothing."""
    match = _NAME.fullmatch(name)
    path = Path(settings.MEDIA_ROOT) / name
    if not match or match[1] not in IMAGE_TYPES or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=IMAGE_TYPES[match[1]])
    patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """All of the site's CSS in one file. An address with another digest gets today's, and is not kept."""
    sheet = styles.sheet()
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(sheet.gzipped if gzipped else sheet.plain, content_type="text/css; charset=utf-8")
    if gzipped:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    if digest == sheet.digest:
        patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
    return response


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 with the database reached, 503 without."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        response = HttpResponse("the database cannot be reached\n", status=503, content_type="text/plain")
    else:
        response = HttpResponse("ok\n", content_type="text/plain")
    patch_cache_control(response, no_store=True)
    return response
