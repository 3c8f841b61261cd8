"""Rows for tests: each function makes one with sensible defaults and takes by keyword what matters to the test."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from roadmap.models import Listing, Page, Resource, Roadmap, Section
from roadmap.reading.links import url_key

_numbers = count(1)

PASSWORD = "correct horse battery staple"


def make_user(email: str = "", password: str = PASSWORD, **fields: Any) -> User:
    """Return a saved user, with an address of their own unless one is given."""
    return User.objects.create_user(email or f"learner{next(_numbers)}@example.org", password, **fields)


def make_admin(email: str = "", password: str = PASSWORD, **fields: Any) -> User:
    """Return a saved user who may do everything."""
    return User.objects.create_superuser(email or f"admin{next(_numbers)}@example.org", password, **fields)


def make_roadmap(**fields: Any) -> Roadmap:
    """Return a roadmap that was imported just now."""
    number = next(_numbers)
    defaults = {"slug": f"plan-{number}", "title": f"Plan {number}", "version": 1, "checked_at": timezone.now()}
    return Roadmap.objects.create(**defaults | fields)


def make_page(roadmap: Roadmap | None = None, **fields: Any) -> Page:
    """Return a page of a roadmap, by default its first."""
    roadmap = roadmap or make_roadmap()
    defaults = {"path": "README.md", "position": 0, "title": roadmap.title, "checksum": "-"}
    return Page.objects.create(roadmap=roadmap, **defaults | fields)


def make_section(page: Page, title: str = "Basics", **fields: Any) -> Section:
    """Return a section at the end of a page; `parent` makes it one level deeper."""
    parent: Section | None = fields.get("parent")
    defaults = {
        "title": title,
        "title_html": title,
        "slug": title.lower().replace(" ", "-"),
        "level": parent.level + 1 if parent else 2,
        "depth": parent.depth + 1 if parent else 0,
        "position": page.sections.count(),
        "source": f"## {title}\n",
    }
    return Section.objects.create(page=page, **defaults | fields)


def make_resource(roadmap: Roadmap, title: str = "", **fields: Any) -> Resource:
    """Return a resource as an import leaves it."""
    number = next(_numbers)
    url = fields.get("url", f"https://example.org/{number}")
    values: dict[str, Any] = {"title": title or f"Resource {number}", "url": url, "kind": "article", "description": ""}
    values["url_key"] = url_key(url) if url else None
    values |= fields
    values.setdefault("imported", {name: values[name] for name in ("title", "url", "kind", "description")})
    return Resource.objects.create(roadmap=roadmap, **values)


def make_listing(section: Section, resource: Resource | None = None, **fields: Any) -> Listing:
    """Return a place of a resource in a section, its slot the next free one."""
    resource = resource or make_resource(section.page.roadmap)
    number = section.listings.count()
    defaults = {"slot": number, "position": number, "label": resource.title, "label_html": resource.title}
    return Listing.objects.create(section=section, resource=resource, **defaults | fields)


def make_plan(resources: int = 3, **fields: Any) -> Roadmap:
    """Return a whole roadmap: a title, two chapters, and a folded section with a list of `resources` in the first."""
    roadmap = make_roadmap(**fields)
    page = make_page(roadmap)
    title = make_section(page, roadmap.title, level=1, slug="plan")
    chapter = make_section(page, "First chapter", parent=title, body_html="<p>See <!--r:0--> first.</p><!--n:0-->")
    make_listing(chapter)
    marks = "".join(f"<li><!--r:{n}-->: what it is<!--n:{n}--></li>" for n in range(resources))
    deeper = make_section(page, "Deeper part", parent=chapter, body_html=f"<ul>{marks}</ul>")
    for _ in range(resources):
        make_listing(deeper)
    second = make_section(page, "Second chapter", parent=title, body_html="<p><!--r:0--></p><!--n:0-->")
    make_listing(second)
    return roadmap
