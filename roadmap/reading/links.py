"""URLs of the notes: one form for all the ways to write one, and what lies behind it. Nothing here raises."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from roadmap.reading.kinds import kind_of_parts

# fmt: off
TRACKING = frozenset([
    "si", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "msclkid", "yclid", "twclid",
    "ttclid", "li_fat_id", "igshid", "igsh", "srsltid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc",
    "__hstc", "__hsfp", "vero_id", "oly_anon_id", "oly_enc_id", "wickedid", "rb_clickid", "s_cid", "_ga", "_gl",
    "ref_src", "ref_url", "spm", "spm_id_from", "vd_source", "share_source", "fb_action_ids", "fb_action_types",
    "fb_source",
])
# fmt: on
"""Parameters that say where a reader came from and never what is shown."""
TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_")
YOUTUBE_TRACKING = frozenset(["feature", "ab_channel", "pp", "app"])

_WEB = re.compile(r"https?://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r"(.*):([0-9]*)", re.DOTALL)
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")
_NOT_IN_A_HOST = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|\ud800-\udfff]")
_NOT_TYPED = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
_TO_ENCODE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_NEVER_ENCODED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!*'()")
_BLANKS = "".join(map(chr, range(0x21)))
_LABEL_LENGTH = 63
_YOUTUBE_HOSTS = frozenset(["youtube.com", "m.youtube.com", "youtube-nocookie.com"])
_YOUTUBE_VIDEO = re.compile(r"/(?:embed|shorts|live|v|e|watch)/([\w-]+)", re.ASCII)
_YOUTU_BE = re.compile(r"/([\w-]+)", re.ASCII)
_YOUTUBE_PAGES = frozenset(["live_stream", "watch", "playlist"])


class Parts(NamedTuple):
    """A normalised web URL, taken apart; `path` is empty or begins with `/`."""

    user: str
    host: str
    port: str
    path: str
    query: list[str]
    fragment: str


def normalise(url: str) -> str:
    """Return the one form of a web URL: two URLs that show the same thing have the same form.

    Scheme, `www.`, case of the host, default port, dot segments, trailing slash, tracking parameters, the addresses
    of one YouTube video and percent-encoding make no difference; the fragment and every other parameter do. What is
    not a web URL comes back as it is, without blanks around it. Normalising twice changes nothing more.
    """
    parts = _parts(url)
    if parts is None:
        return _tidy(url)
    user = f"{parts.user}@" if parts.user else ""
    port = f":{parts.port}" if parts.port else ""
    query = f"?{'&'.join(parts.query)}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"https://{user}{parts.host}{port}{parts.path}{query}{fragment}"


def url_key(url: str) -> str:
    """Return the SHA-256 of the normalised URL, 64 hex digits: what makes two links one resource."""
    return sha256(normalise(url).encode("utf-8", "surrogatepass")).hexdigest()


def is_web(url: str) -> bool:
    """Whether `url` is http or https and names a host."""
    return _parts(url) is not None


def is_typable(url: str) -> bool:
    """Whether `url` is a web URL that can be written down as it is: it holds no blanks, quotes or pointed brackets."""
    return is_web(url) and not _NOT_TYPED.search(url)


def host_of(url: str) -> str:
    """Return the host of a web URL without `www.`, user and port, international names in their ASCII form; else ""."""
    parts = _parts(url)
    return parts.host if parts else ""


def kind_of(url: str, title: str) -> str:
    """Return what a learner will find at `url`: video, playlist, course, article, book (or PDF), paper, repository,
    notebook, documentation, forum, or other. The title decides where the URL does not.
    """
    parts = _parts(url)
    if parts is None:
        return "other"
    return kind_of_parts(parts.host, parts.path, "&".join(parts.query), title)


def _tidy(url: str) -> str:
    return url.replace("\t", "").replace("\n", "").replace("\r", "").strip(_BLANKS)


def _parts(url: str) -> Parts | None:
    found = _WEB.fullmatch(_tidy(url))
    if found is None:
        return None
    user, host, port = _authority(found[1])
    if not host:
        return None
    path = _without_dot_segments(_encode(found[2])).rstrip("/")
    query = [part for part in _encode(found[3] or "").split("&") if part and not _is_tracking(part)]
    fragment = _encode(found[4] or "")
    if host in _YOUTUBE_HOSTS or host == "youtu.be":
        host, path, query = _one_youtube(host, path, query)
    return Parts(user, host, port, path, query, fragment)


def _authority(raw: str) -> tuple[str, str, str]:
    user, _, host = raw.rpartition("@")
    port = ""
    found = _PORT.fullmatch(host)
    if found:
        host, port = found[1], found[2].lstrip("0")
    # 443 after http:// counts as default too: http and https are one here, and the form must not change again.
    return _encode(user), _host(host), "" if port in ("80", "443") else port


def _host(raw: str) -> str:
    """The host in lower case and ASCII, without `www.`; percent-encoded where it cannot be a host name."""
    if _IPV6.fullmatch(raw.lower()):
        return raw.lower()
    try:
        lower = unquote_to_bytes(raw.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass").lower()
    except UnicodeDecodeError:
        return _encode(_encode(raw).lower()).replace(":", "%3A")
    folded = unicodedata.normalize("NFKC", lower).lower().replace("\u3002", ".")
    name = _without_www(folded.strip("."))
    labels = name.split(".")
    if _NOT_IN_A_HOST.search(folded) or any(len(label) > _LABEL_LENGTH and not label.isascii() for label in labels):
        return quote(lower.encode("utf-8", "surrogatepass"), safe="")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels)


def _without_www(host: str) -> str:
    while host.startswith("www.") and "." in (rest := host[4:].strip(".")):
        host = rest
    return host


def _encode(text: str) -> str:
    """Percent-encode what a URL may not hold, decode what never needs it, write the rest in upper case."""
    return _TO_ENCODE.sub(_encode_match, text)


def _encode_match(found: re.Match[str]) -> str:
    piece = found[0]
    if len(piece) == 1:
        return "".join(f"%{byte:02X}" for byte in piece.encode("utf-8", "surrogatepass"))
    byte = int(piece[1:], 16)
    return chr(byte) if byte in _NEVER_ENCODED else piece.upper()


def _without_dot_segments(path: str) -> str:
    """A browser asks for `/a/c` when the link says `/a/./b/../c`; so does the form."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "".join(f"/{segment}" for segment in kept)


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _one_youtube(host: str, path: str, query: list[str]) -> tuple[str, str, list[str]]:
    """One video has one address: `youtube.com/watch?v=ID` and its other parameters in their order."""
    query = [part for part in query if part.partition("=")[0] not in YOUTUBE_TRACKING]
    if path == "/embed/videoseries":
        path = "/playlist"
    found = (_YOUTU_BE if host == "youtu.be" else _YOUTUBE_VIDEO).fullmatch(path)
    if found and found[1] not in _YOUTUBE_PAGES:
        query = [f"v={found[1]}", *(part for part in query if not part.startswith("v="))]
        path = "/watch"
    elif path == "/watch":
        query.sort(key=lambda part: not part.startswith("v="))
    return ("youtube.com" if path == "/watch" or host != "youtu.be" else host), path, query
