"""Who may touch what: each view asks here for the row it is about, and a row that is not the reader's is not there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import GuestTick, Note, Progress, User
from accounts.tracking import Guest, Reader
from roadmap.contents import Contents, contents_of
from roadmap.models import Resource, Roadmap, Section
from roadmap.stamps import is_open, of_roadmap


def resource(reader: Reader | None, key: str) -> Resource:
    """Return a resource by its key. One that left the notes is there for those alone whose marks it carries, one of a
    roadmap that is not published for editors as well. Raises Http404."""
    found: Resource | None = None
    if "\0" not in key:
        rows = Resource.objects.select_related("roadmap")
        # A page that is still open may call it by the key of another that turned out to be this one.
        found = rows.filter(key=key).first() or rows.filter(aliases__key=key).first()
    if found is None or not (_stands(reader, found) or _marked(reader, found)):
        raise Http404
    return found


def section(reader: Reader | None, pk: int) -> Section:
    """Return a section that stands on the site where the reader may see it. Raises Http404."""
    found = (
        Section.objects.live()
        .filter(pk=pk, page__retired_at=None)
        .select_related("page__roadmap")
        .defer("source", "body_html")
        .first()
    )
    if not isinstance(found, Section) or not is_open(found.page.roadmap.published, reader):
        raise Http404
    return found


def _stands(reader: Reader | None, resource: Resource) -> bool:
    return not resource.retired_at and is_open(resource.roadmap.published, reader)


def _marked(reader: Reader | None, resource: Resource) -> bool:
    """Return whether a reader left a mark on a resource."""
    if reader is None:
        return False
    if isinstance(reader, Guest):
        return GuestTick.objects.filter(guest=reader.id, resource=resource).exclude(state="").exists()
    progress = Progress.objects.filter(user=reader, resource=resource)
    return progress.exists() or Note.objects.filter(user=reader, resource=resource).exclude(text="").exists()


def roadmap(slug: str, reader: Reader) -> tuple[Roadmap, Contents]:
    """Return a roadmap that the reader may see with its contents. Raises Http404."""
    stamp = of_roadmap(slug, reader)
    if stamp is None:
        raise Http404
    return Roadmap.objects.get(pk=stamp.roadmap), contents_of(stamp)


def learner(request: HttpRequest) -> User:
    """Return who is signed in, in a view that lets nobody else in. Raises PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
