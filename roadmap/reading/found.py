"""What is met while a section is rendered: its listings, TODOs and images, and where in the file each stands."""

from __future__ import annotations

from markdown_it.token import Token

from roadmap.reading.context import Leads
from roadmap.reading.html import escape
from roadmap.reading.links import is_web
from roadmap.reading.outline import Image, Listing, Span, Todo
from roadmap.reading.reading import Reading
from roadmap.reading.source import Located


class Found:
    """Collects what a section holds. `base` is where its source begins in the file."""

    def __init__(self, reading: Reading, base: int) -> None:
        self.reading, self.base = reading, base
        self.listings: list[Listing] = []
        self.todos: list[Todo] = []
        self.images: list[Image] = []
        self.in_heading = False
        self._leads = Leads()
        self._anchors = 0
        """How many links are open: an image within one needs none of its own."""
        self._inline: Token | None = None
        """The inline token or block of raw HTML that is rendered now, and below where its content stands."""
        self._located: Located | None = None
        self._line = self._first_line = 0
        """Where the link or image met now stands, and where the text around it begins; from 0."""

    def _anchor(self, href: str, spans: dict[str, Span | None], title: str = "") -> str:
        """Return the opening tag of a link; a web link and a link to nothing become listings."""
        href = href.strip()
        if href.startswith("//"):
            href = f"https:{href}"
        if is_web(href) or not href:
            listing = self._listing(href)
            listing.link, listing.label, listing.target = spans["span"], spans["label"], spans["target"]
            return f'<a data-l="{self.reading.nonce}{listing.slot}">'
        resolved = self.reading.resolve(href, self._line + 1)
        hint = f' title="{escape(title)}"' if title else ""
        return f'<a href="{escape(resolved)}"{hint}>' if resolved else "<a>"

    def _listing(self, url: str, title: str = "", kind: str = "") -> Listing:
        listing = Listing(
            slot=len(self.listings),
            url=url,
            url_key=None,
            title=title,
            label_html="",
            kind=kind,
            context="" if self.in_heading else self._leads.context(),
            line=self._line + 1,
            depth=0,
            link=None,
            label=None,
            target=None,
        )
        self.listings.append(listing)
        return listing

    def _span(self, span: Span | None) -> Span | None:
        return self._located.span(span, self.base) if self._located else None

    def _picture(self, src: str, alt: str, title: str = "", size: str = "") -> str:
        """An image that came with the notes, or a quiet frame with its words."""
        name, href = self.reading.image(src, self._line + 1)
        self.images.append(Image(src, alt, self._line + 1, name))
        if name:
            hint = f' title="{escape(title)}"' if title else ""
            return f'<img src="/media/{escape(name)}" alt="{escape(alt)}"{hint}{size} loading="lazy">'
        words = escape(alt or src.rsplit("/", 1)[-1] or src)
        if href and not self._anchors and not self.in_heading:
            words = f'<a class="frame-link" href="{escape(href)}">{words}</a>'
        return f'<span class="frame">{words}</span>'
