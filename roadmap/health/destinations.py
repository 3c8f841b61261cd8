"""What kind of place a URL is by the look of it: a front page, a sign-in, a robot wall, a shortener. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

_LANGUAGES = (
    "ar|ca|da|de|el|en|es|fa|fi|fr|he|hi|hu|id|it|ja|jp|ko|kr|nb|nl|no|pl|pt|ro|ru|sv|th|tr|tw|uk|vi|zh|cn"
    "|[a-z]{2}[-_](?:[a-z]{2}|[a-z]{4}|[a-z]{4}[-_][a-z]{2}|419)"
)
_FRONT = re.compile(rf"/+(?:(?:{_LANGUAGES})/*)?(?:(?:home|index|default|main|homepage)(?:\.[a-z]{{2,5}})?/*)?")

# fmt: off
_SIGN_IN = frozenset([
    "login", "log-in", "log_in", "logon", "signin", "sign-in", "sign_in", "signon", "sso", "servicelogin",
    "identifier", "userlogin", "checkpoint", "login.php", "wp-login.php", "login.html", "login.htm", "login.aspx",
    "login.jsp", "login.do", "signin.php", "signin.aspx", "signin.html",
])
_PAIRS = frozenset([
    "session/new", "sessions/new", "oauth/authorize", "oauth2/authorize", "oauth2/auth", "o/authorize", "oauth/auth",
    "authorize/resume", "v2.0/authorize", "saml2/sso", "openid-connect/auth", "protocol/saml", "user/auth",
    "account/auth",
])
_ABOUT = frozenset([
    "doc", "docs", "documentation", "blog", "blogs", "wiki", "help", "support", "reference", "manual", "man", "api",
    "tutorial", "tutorials", "guide", "guides", "article", "articles", "post", "posts", "questions", "news", "learn",
    "examples", "faq", "kb",
])
"""A segment behind which pages are about signing in."""
_SHORTENERS = frozenset([
    "bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "buff.ly", "git.io", "amzn.to", "packt.link", "g.co", "aka.ms",
    "is.gd", "rebrand.ly", "cutt.ly", "lnkd.in", "fb.me", "reurl.cc", "pse.is", "lihi.cc", "lihi1.com", "s.id",
    "dub.sh", "v.gd", "shorturl.at", "t.ly", "rb.gy", "tiny.cc", "bit.do", "a.co", "dlvr.it",
])
# fmt: on
_PAGE_QUERY = re.compile(
    r"^/\w|(?:^|&)(?:p|page|page_id|pageid|id|post|post_id|article|topic|title|q)=[^&]", re.IGNORECASE
)
_SIGN_IN_HOSTS = frozenset(["login", "signin", "sso", "auth", "oauth", "idp", "passport", "cas", "adfs", "accounts"])
_SIGN_IN_QUERY = re.compile(
    r"(?:^|&)(?:action|do|mode|page|view)=(?:login|signin|sign_in)(?:&|$)|special:userlogin", re.IGNORECASE
)
_WALLS = (
    ("consent.youtube.com", ""),
    ("consent.google.com", ""),
    ("google.com", "/sorry"),
    ("linkedin.com", "/authwall"),
    ("zhihu.com", "/account/unhuman"),
    ("validate.perfdrive.com", ""),
    ("wappass.baidu.com", ""),
)
_SHORTEST_NAME = 4


def is_front_page(url: str) -> bool:
    """Whether a URL is that of a site as a whole, or of the site in a language; a query makes no difference, unless it
    names a page, as those of some sites do."""
    parts = _parts(url)
    return _FRONT.fullmatch(parts.path.lower() or "/") is not None and _PAGE_QUERY.search(parts.query) is None


def is_sign_in(url: str) -> bool:
    """Whether a URL is that of a page to sign in on."""
    parts = _parts(url)
    segments = [unquote(segment).lower() for segment in parts.path.split("/") if segment]
    if (parts.hostname or "").partition(".")[0] in _SIGN_IN_HOSTS or _SIGN_IN_QUERY.search(parts.query):
        return True
    for place, segment in enumerate(segments):
        if segment in _ABOUT:
            return False
        if segment in _SIGN_IN or "/".join(segments[place : place + 2]) in _PAIRS:
            return True
    return False


def is_wall_address(url: str) -> bool:
    """Whether a URL is one to which sites lead those whom they take for robots."""
    parts = _parts(url)
    host = (parts.hostname or "").removeprefix("www.")
    return any(host == wall and parts.path.startswith(path) for wall, path in _WALLS)


def is_shortener(url: str) -> bool:
    """Whether a URL is another's short name, which may well stand for a front page."""
    return (_parts(url).hostname or "").removeprefix("www.") in _SHORTENERS


def is_own_site(url: str, target: str) -> bool:
    """Whether the host of `target` has the name that the last part of the path of `url` had: `example.com/tensorbook`
    that leads to `tensorbook.org` was given a site of its own."""
    host, old = (_parts(target).hostname or ""), (_parts(url).hostname or "")
    names = [re.sub(r"[^a-z0-9]", "", unquote(name).lower()) for name in _parts(url).path.split("/") if name]
    squeezed = re.sub(r"[^a-z0-9]", "", host.removeprefix("www.").rpartition(".")[0])
    return host != old and bool(names) and len(names[-1]) >= _SHORTEST_NAME and names[-1] in squeezed


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
