"""What a page says of itself in its head, read as a search engine reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Head:
    """The parts of a page's head that search engines and whoever is sent a link see."""

    title: str = ""
    robots: str = ""
    descriptions: list[str] = field(default_factory=list)
    canonicals: list[str] = field(default_factory=list)
    languages: dict[str, str] = field(default_factory=dict)
    """Addresses by hreflang."""
    graph: dict[str, str] = field(default_factory=dict)
    """Open Graph's and Twitter's properties."""

    @property
    def is_open(self) -> bool:
        """Whether the page offers itself to be found."""
        return bool(self.canonicals)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self._titles = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._titles = tag == "title" and not self.head.title
        if tag == "meta":
            self._meta(values)
        elif tag == "link" and values.get("rel") == "canonical":
            self.head.canonicals.append(values["href"])
        elif tag == "link" and "hreflang" in values:
            assert values["hreflang"] not in self.head.languages
            self.head.languages[values["hreflang"]] = values["href"]

    def _meta(self, values: dict[str, str]) -> None:
        match values.get("name"):
            case "robots":
                self.head.robots = values["content"]
            case "description":
                self.head.descriptions.append(values["content"])
        name = values.get("property", values.get("name", ""))
        if name.startswith(("og:", "twitter:")) and name != "og:locale:alternate":
            assert name not in self.head.graph
            self.head.graph[name] = values["content"]

    def handle_data(self, data: str) -> None:
        if self._titles:
            self.head.title += data

    def handle_endtag(self, tag: str) -> None:
        self._titles = False


def head_of(html: str) -> Head:
    """Return what a page says of itself."""
    reader = _Reader()
    reader.feed(html.partition("<body")[0])
    return reader.head
