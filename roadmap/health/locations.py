"""URLs in the form in which they are asked for, and what can be told of them by sight. Pure."""

from __future__ import annotations

import re
import socket
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from yarl import URL

_BLANKS = "".join(map(chr, range(0x21)))
_AS_IT_IS = "!#$%&'()*+,/:;=?@[]^`{|}~\\"
_HOST = re.compile(r"[a-z0-9_.-]+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_HOST, _LONGEST_LABEL = 253, 63


def absolute(url: str) -> str:
    """Return a web URL as it is asked for: in ASCII, its host as browsers understand it, without a fragment.

    Raises ValueError for what cannot be asked for.
    """
    parts = urlsplit(_tidy(url))
    if parts.scheme not in ("http", "https"):
        raise ValueError("not a web URL")
    user, _, _ = parts.netloc.rpartition("@")
    host, port = _host(parts.hostname or ""), parts.port
    if port == 0:
        raise ValueError("no port")
    place = f"[{host}]" if ":" in host else host
    netloc = f"{_quoted(user)}@{place}" if user else place
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        netloc = f"{netloc}:{port}"
    path = _quoted(parts.path) or "/"
    if "/." in path and not path.startswith("//"):
        path = urlsplit(urljoin("http://host/", path)).path
    return urlunsplit((parts.scheme, netloc, path, _quoted(parts.query), ""))


def led_to(url: str, location: str) -> str:
    """Return the web URL that a Location given at an absolute URL means. Raises ValueError where it is none."""
    return absolute(urljoin(url, _tidy(location)))


def _tidy(url: str) -> str:
    return url.replace("\t", "").replace("\n", "").replace("\r", "").strip(_BLANKS)


def _quoted(text: str) -> str:
    """Leave all that a URL may hold as it is, as servers may tell `%2f` from `/`; raw bytes stay those bytes."""
    return quote(text, safe=_AS_IT_IS, errors="surrogateescape")


def _host(host: str) -> str:
    """The host in ASCII; numbers that browsers take for an IPv4 address as that address."""
    if ":" in host:
        return host.lower()
    name = (URL(f"http://{host}/").raw_host or "").lower()
    if name.endswith("."):
        name = name[:-1]
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return socket.inet_ntoa(socket.inet_aton(name))
        except OSError:
            raise ValueError("not an address") from None
    if not _HOST.fullmatch(name) or len(name) > _LONGEST_HOST:
        raise ValueError("not a host")
    if not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        raise ValueError("not a host")
    return name
