"""What changed in a roadmap, as an Atom feed."""

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

from roadmap.changes import Block, Told
from roadmap.contents import contents_of
from roadmap.elements import language_tag
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
    """The newest runs of the roadmap that a stamp is of, in the language in use: made anew for each request."""

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
        """Return the newest runs."""
        self.roadmap = roadmap
        told = Told(roadmap.pk, contents_of(self.stamp), most=LINES)
        return told.blocks(list(told.runs()[:ENTRIES]))

    def item_title(self, item: Block) -> str:
        """Return an entry's title: the numbers."""
        return in_xml(f"{self.roadmap.title}: {item.headline}")

    def item_description(self, item: Block) -> str:
        """Return what the run changed as HTML, with whole addresses."""
        context = {"block": item, "site": self.site, "language": language_tag(self.roadmap.language)}
        return in_xml(render_to_string("roadmap/_groups.html", context))

    def item_link(self, item: Block) -> str:
        """Return where the run stands on the page of changes."""
        return f"{self.link(self.roadmap)}?run={item.pk}"

    def item_guid(self, item: Block) -> str:
        """Return an entry's name: the same in each language and wherever the run stands."""
        return f"{tag_of(self.roadmap)}:run-{item.pk}"

    def item_pubdate(self, item: Block) -> datetime:
        """Return when the run was."""
        return item.at

    def item_updateddate(self, item: Block) -> datetime:
        """Return the same: a run does not change."""
        return item.at


def tag_of(roadmap: Roadmap) -> str:
    """Return how the names of all that is a roadmap's begin (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2025:roadmap-{roadmap.pk}"


def in_xml(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return NO_XML.sub("", text)
