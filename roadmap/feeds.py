"""What changed in a roadmap, and what became of its links, as an Atom feed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext

from roadmap.changes import Block
from roadmap.elements import language_tag
from roadmap.history import History
from roadmap.models import Roadmap
from roadmap.stamps import Stamp

ENTRIES = 30
LINES = 50
"""That one entry shows at most."""
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, not even escaped."""


if TYPE_CHECKING:
    _Feed = Feed[Block, Roadmap]
else:
    _Feed = Feed


class ChangesFeed(_Feed):
    """What happened last in the roadmap that a stamp is of, in the language in use: made anew for each request."""

    feed_type = Atom1Feed
    author_name = "AIE Notes"

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.language = language_tag(get_language() or settings.LANGUAGE_CODE)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Roadmap:
        """Return the roadmap."""
        self.site = f"{request.scheme}://{request.get_host()}"
        return Roadmap.objects.get(pk=self.stamp.roadmap)

    def title(self, roadmap: Roadmap) -> str:
        """Return the feed's title."""
        return in_xml(gettext("What changed in “%(title)s”") % {"title": roadmap.title})

    def link(self, roadmap: Roadmap) -> str:
        """Return the page that the feed is of."""
        return reverse("roadmap:changes", args=[roadmap.slug])

    def feed_url(self, roadmap: Roadmap) -> str:
        """Return the feed's own address."""
        return reverse("roadmap:feed", args=[roadmap.slug])

    def feed_guid(self, roadmap: Roadmap) -> str:
        """Return its name, which stays."""
        return f"{tag_of(roadmap)}:changes:{self.language}"

    def items(self, roadmap: Roadmap) -> list[Block]:
        """Return what happened last."""
        self.roadmap = roadmap
        history = History(self.stamp, most=LINES)
        return history.blocks(history.moments(0, ENTRIES))

    def item_title(self, item: Block) -> str:
        """Return an entry's title: the numbers."""
        return in_xml(f"{self.roadmap.title}: {item.headline}")

    def item_description(self, item: Block) -> str:
        """Return what happened as HTML, with whole addresses."""
        context = {"block": item, "site": self.site, "language": language_tag(self.roadmap.language)}
        return in_xml(render_to_string("roadmap/_groups.html", context))

    def item_link(self, item: Block) -> str:
        """Return where it stands on the page of changes."""
        return f"{self.link(self.roadmap)}?{item.of}={item.name}"

    def item_guid(self, item: Block) -> str:
        """Return an entry's name: the same in each language, wherever it stands, and while a day goes on."""
        return f"{tag_of(self.roadmap)}:{item.of}-{item.name}"

    def item_pubdate(self, item: Block) -> datetime:
        """Return when it began."""
        return item.begun

    def item_updateddate(self, item: Block) -> datetime:
        """Return when it was added to last: a run does not change, a day of links does."""
        return item.at


def tag_of(roadmap: Roadmap) -> str:
    """Return how the names of all that is a roadmap's begin (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2025:roadmap-{roadmap.pk}"


def in_xml(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return NO_XML.sub("", text)
