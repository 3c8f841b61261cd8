"""How a change is answered: to htmx with every piece of the page that it changed, to a plain form by leading back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts import onward, overlay, statistics
from accounts.models import NOT_STARTED
from accounts.sifted import Sifted
from accounts.statistics import ROADMAP
from accounts.tracking import Batch, Reader
from roadmap.filtering import asked_for
from roadmap.models import Resource
from roadmap.stamps import of_shown

UNDO = "undo"
"""The tag of a message that offers to take something back."""


class Changed(NamedTuple):
    """What came of an action: the resources it was about, what to say, and the batch that undo takes back."""

    resources: Sequence[Resource]
    text: str
    batch: Batch | None = None
    first: bool = False
    """Whether this is the reader's first mark: the page then shows counts where it will show percentages."""


def answer(request: HttpRequest, reader: Reader, changed: Changed, anchor: str = "") -> HttpResponse:
    """Answer with the pieces of the page that changed, or lead back to `anchor` on it."""
    said = undoable(changed.text, changed.batch)
    if request.headers.get("HX-Request"):
        # What changed nothing must not take away the way back from what did.
        words = "" if changed.batch and not changed.batch.changed else toast(said)
        return HttpResponse([*_pieces(request, reader, changed), words])
    messages.success(request, said, extra_tags=UNDO)
    place = _place(request, reader, changed, anchor)
    return redirect(f"{came_from(request)}#{place}" if place else came_from(request))


def undoable(text: str, batch: Batch | None) -> SafeString:
    """Return what is said of a change, with the button that takes it back where anything changed."""
    said = format_html("<span>{}</span>", text)
    if batch is None or not batch.changed:
        return said
    return said + format_html(
        '<button class="undo" form="Marks" formaction="{}">{}</button>',
        reverse("accounts:undo", args=[batch.id]),
        gettext("Undo"),
    )


def toast(said: SafeString) -> str:
    """Return the line at the foot of the page, to be swapped in."""
    return f'<div hx-swap-oob="innerHTML:#Toast">{said}</div>'


def outdated(request: HttpRequest) -> HttpResponse:
    """Refuse what was posted from a page that was made for an account which is not the one signed in now."""
    address = f"{reverse('account_login')}?{urlencode({'next': came_from(request)})}"
    text = gettext("Nothing was changed: this page was opened by an account that is not signed in any more.")
    said = format_html('<span>{}</span><a href="{}">{}</a>', text, address, gettext("Sign in"))
    return _refusal(request, said, 409)


def refused(request: HttpRequest) -> HttpResponse:
    """Refuse a state that there is not."""
    text = gettext("Nothing was changed: there is no such state. Load the page again.")
    return _refusal(request, format_html("<span>{}</span>", text), 422)


def _refusal(request: HttpRequest, said: SafeString, status: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(toast(said), status=status)
    return render(request, "accounts/refused.html", {"said": said, "back": came_from(request)}, status=status)


def came_from(request: HttpRequest) -> str:
    """Return the page of this site that the form names as its own, the front page where it names none."""
    page = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if allowed and "#" not in page else reverse("roadmap:home")


def _pieces(request: HttpRequest, reader: Reader, changed: Changed) -> Iterator[str]:
    """Yield each piece of the page named in the form in which the state of the resources shows."""
    sifted = _sifted(request, reader)
    if sifted is None:
        return
    if changed.first:
        line = render_to_string("roadmap/_guest.html", {"path": came_from(request)}, request)
        yield f'<div hx-swap-oob="innerHTML:#Guest">{line}</div>'
    contents, states = sifted.known.contents, sifted.known.states
    here = {pk: node for pk, node in contents.nodes.items() if node.section.page_id == sifted.page and node.keys}
    sections = set(here) if changed.first else set()
    for resource in changed.resources:
        if around := here.keys() & contents.sections_of.get(resource.key, ()):
            sections |= around
            yield _control(resource, states.get(resource.key, NOT_STARTED))
    # What stands before a page's first heading has no place for a share.
    yield from _shares(sifted, [ROADMAP, *(pk for pk in sections if here[pk].section.level)])
    yield from _onward(onward.of(contents, sifted.known.standings), here)


def _shares(sifted: Sifted, sections: Iterable[int]) -> Iterable[str]:
    """Return the shares of some sections as the page has them, to be swapped in."""
    if sifted.wanted:
        return sifted.shares(sections, swap=True).values()
    tallies = statistics.tallies(sifted.known.contents, sifted.known.states)
    return [overlay.share(pk, tallies[pk], swap=True) for pk in sections]


def _sifted(request: HttpRequest, reader: Reader) -> Sifted | None:
    """Return the page that the form names, under the filter of its address; None where the reader sees no such page."""
    page = request.POST.get("page", "")
    stamp = of_shown(int(page), reader) if page.isascii() and page.isdigit() and len(page) < 19 else None
    if stamp is None:
        return None
    wanted = asked_for(QueryDict(urlsplit(came_from(request)).query))
    return Sifted(overlay.known(reader, stamp, with_news=wanted.new), wanted, int(page))


def _place(request: HttpRequest, reader: Reader, changed: Changed, anchor: str) -> str:
    """Return where on the page to lead back to: where the filter leaves a resource out by now, to its section."""
    if not anchor.startswith("R-") or not urlsplit(came_from(request)).query:
        return anchor
    key, sifted = changed.resources[0].key, _sifted(request, reader)
    if sifted is None or not sifted.wanted or key in sifted.matching:
        return anchor
    nodes = [sifted.known.contents.nodes[pk] for pk in sifted.known.contents.sections_of.get(key, ())]
    return next((node.section.slug for node in reversed(nodes) if node.section.page_id == sifted.page), anchor)


def _onward(following: onward.Onward, here: Collection[int]) -> Iterator[str]:
    """Yield what names the resource to go on with, and its mark in the contents, taken from where it stood before."""
    yield f'<p hx-swap-oob="innerHTML:#Next">{following.line}</p>'
    yield '<span hx-swap-oob="innerHTML:[data-next]"></span>'
    for pk in following.sections:
        if pk in here:
            yield f"<span hx-swap-oob=\"innerHTML:[data-next='{pk}']\">{onward.mark()}</span>"


def _control(resource: Resource, state: str) -> str:
    """Return a resource's state button, to be swapped in wherever the resource is listed."""
    place = f"innerHTML:[data-resource='{resource.key}'] > .control"
    return f'<span hx-swap-oob="{place}">{overlay.control(resource, state)}</span>'
