"""What the search looks in: one row for each live section and resource, in the letters of `roadmap.folding`.

The tables have a trigram index of it: PostgreSQL's own (pg_trgm), SQLite's in FTS5 (the tables `ENTRY_INDEX` and, for
titles alone, `ENTRY_TITLE_INDEX`, kept up by triggers); and an ordinary one of the beginnings of the titles. All come
with migrations; `roadmap.search` asks them.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roadmap import folding
from roadmap.models.resources import Listing, Resource
from roadmap.models.roadmaps import Roadmap, Section
from roadmap.reading.plain import plain

ENTRY_INDEX = "roadmap_entry_index"
ENTRY_TITLE_INDEX = "roadmap_entry_title_index"
ENTRY_BEGINNING = 100
"""How many letters of a title the index of beginnings has: a whole one may be too long for an index."""
BATCH = 500
Texts = tuple[str, str]
"""What a section or resource is called, and what else is said of it, as people read them."""


class EntryManager(models.Manager["Entry"]):
    """Keeps the entries in step with what stands on the site."""

    def follow(self, roadmap: int) -> None:
        """Bring a roadmap's entries to what stands in the tables now; nothing but what differs is written."""
        wanted = {key: (texts, _digest(texts)) for key, texts in (_sections(roadmap) | _resources(roadmap)).items()}
        rows = self.filter(roadmap=roadmap).values_list("pk", "section", "resource", "digest")
        standing = {(_key(section, resource), digest): pk for pk, section, resource, digest in rows}
        right = {(key, digest) for key, (_, digest) in wanted.items()}
        # What changed is written anew: Django's update of many rows at once takes more than twice the time.
        stale = [pk for row, pk in standing.items() if row not in right]
        for at in range(0, len(stale), BATCH):
            self.filter(pk__in=stale[at : at + BATCH]).delete()
        fresh = [
            _entry(roadmap, key, texts, digest)
            for key, (texts, digest) in wanted.items()
            if (key, digest) not in standing
        ]
        self.bulk_create(fresh, batch_size=BATCH)


class Entry(models.Model):
    """What is searched of one live section or resource."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="entries", verbose_name=_("roadmap"))
    section = models.OneToOneField(Section, models.CASCADE, null=True, related_name="+", verbose_name=_("section"))
    resource = models.OneToOneField(Resource, models.CASCADE, null=True, related_name="+", verbose_name=_("resource"))
    title = models.TextField(_("title"), blank=True)
    """What it is called, `folding.coded`."""
    text = models.TextField(_("text"), blank=True)
    """What else is said of it, likewise: a section's own text; a resource's other labels, what stands beside them, its
    description and its address."""
    digest = models.CharField(_("digest"), max_length=32)
    """Of both texts as they were before they were folded."""

    objects = EntryManager()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(section__isnull=True, resource__isnull=False)
                | Q(section__isnull=False, resource__isnull=True),
                name="entry_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id or ''}/{self.resource_id or ''}"


Key = tuple[str, int]


def _key(section: int | None, resource: int | None) -> Key:
    return ("resource", resource) if resource else ("section", section or 0)


def _digest(texts: Texts) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _entry(roadmap: int, key: Key, texts: Texts, digest: str) -> Entry:
    title, text = (folding.coded(folding.folded(each)) for each in texts)
    named: dict[str, Any] = {f"{key[0]}_id": key[1]}
    return Entry(roadmap_id=roadmap, title=title, text=text, digest=digest, **named)


def _sections(roadmap: int) -> dict[Key, Texts]:
    rows = Section.objects.filter(page__roadmap=roadmap, page__retired_at=None, retired_at=None)
    return {("section", pk): (title, plain(body)) for pk, title, body in rows.values_list("pk", "title", "body_html")}


def _resources(roadmap: int) -> dict[Key, Texts]:
    """Return the texts of all resources that stand on the site: the labels and what stands beside them once each."""
    listings = Listing.objects.filter(
        section__page__roadmap=roadmap,
        section__page__retired_at=None,
        section__retired_at=None,
        resource__retired_at=None,
    ).order_by("resource", "section__page__position", "section__position", "position", "pk")
    titles: dict[int, str] = {}
    said: dict[int, dict[str, None]] = defaultdict(dict)
    for pk, title, description, url, label, context in listings.values_list(
        "resource", "resource__title", "resource__description_html", "resource__url", "label", "context"
    ):
        titles[pk] = title
        said[pk] |= dict.fromkeys((label, context, plain(description), url))
    return {
        ("resource", pk): (title, "\n".join(text for text in said[pk] if text and text != title))
        for pk, title in titles.items()
    }
