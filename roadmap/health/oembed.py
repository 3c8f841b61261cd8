"""Video platforms answer 200 for what was removed long ago; their oEmbed address (https://oembed.com) tells. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, urlsplit

from roadmap.health.answers import Answer
from roadmap.health.findings import Finding
from roadmap.health.locations import absolute
from roadmap.models import Grade, Reason
from roadmap.reading.links import host_of, normalise

ENDPOINTS = {
    "youtube": "https://www.youtube.com/oembed?format=json&url=",
    "vimeo": "https://vimeo.com/api/oembed.json?url=",
    "dailymotion": "https://www.dailymotion.com/services/oembed?format=json&url=",
    "ted": "https://www.ted.com/services/v1/oembed.json?url=",
    "soundcloud": "https://soundcloud.com/oembed?format=json&url=",
    "spotify": "https://open.spotify.com/oembed?url=",
}
"""Where each platform is asked; the URL of the page follows, quoted."""
_PAGES = [
    ("vimeo", "vimeo.com", r"/(?:(?:channels|groups|album|showcase)/[\w-]+/(?:videos?/)?)?\d+(?:/[0-9a-f]+)?"),
    ("vimeo", "player.vimeo.com", r"/video/\d+"),
    ("dailymotion", "dailymotion.com", r"/(?:embed/)?video/\w+"),
    ("dailymotion", "dai.ly", r"/\w+"),
    ("ted", "ted.com", r"/talks/\w+"),
    ("soundcloud", "soundcloud.com", r"/[\w-]+/(?:sets/)?[\w-]+"),
    ("spotify", "open.spotify.com", r"/(?:intl-[a-z-]+/)?(?:embed/)?(?:track|album|artist|playlist|show|episode)/\w+"),
]
"""Platform, host without `www.`, and the paths of what can be embedded."""
_NO_TRACK = re.compile(
    r"/(?:[\w-]+/(?:tracks|albums|sets|likes|followers|following|reposts|popular-tracks)"
    r"|(?:pages|tags|charts|discover|search|stations|you|terms-of-use)/.*)"
)
_YOUTUBE = "youtube"


@dataclass(frozen=True, slots=True)
class Question:
    """What a platform is asked."""

    platform: str
    url: str


def question_of(url: str) -> Question | None:
    """Return where to ask for a page of a platform; None for pages of which it does not tell, and of other sites."""
    platform, page = _page_of(url)
    return Question(platform, absolute(f"{ENDPOINTS[platform]}{quote(page, safe='')}")) if page else None


def _page_of(url: str) -> tuple[str, str]:
    """The platform of a page and the page's address in its plain form; empty for what cannot be asked after."""
    host = host_of(url)
    if host in ("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com", "youtu.be"):
        return _YOUTUBE, _youtube_page(re.sub(r"//music\.", "//", url, count=1, flags=re.IGNORECASE))
    address = normalise(url).partition("#")[0]
    path = urlsplit(address).path if any(host == known for _, known, _ in _PAGES) else ""
    for platform, known, shape in _PAGES:
        if host == known and re.fullmatch(shape, path) and not (platform == "soundcloud" and _NO_TRACK.fullmatch(path)):
            return platform, address
    return "", ""


def _youtube_page(url: str) -> str:
    """The address of a video or playlist; empty for what is neither."""
    parts = urlsplit(normalise(url).partition("#")[0])
    query = parse_qs(parts.query)
    if parts.path == "/watch" and "v" in query:
        return f"https://www.youtube.com/watch?v={query['v'][0]}"
    if parts.path in ("/watch", "/playlist") and "list" in query:
        return f"https://www.youtube.com/playlist?list={query['list'][0]}"
    return ""


def judge(question: Question, finding: Finding, answer: Answer | None) -> Finding:
    """Return what a platform's last answer says of the page: `finding` is what it says of the oEmbed address itself."""
    if finding.grade in (Grade.OK, Grade.MOVED):
        tells = answer is not None and answer.kind.endswith("json")
        return Finding(Reason.WELL, finding.status, validators={}) if tells else Finding(Reason.UNTOLD, finding.status)
    is_no_id = question.platform == _YOUTUBE and finding.status == 400
    if finding.reason in (Reason.NOT_FOUND, Reason.GONE) or is_no_id:
        return Finding(Reason.REMOVED, finding.status)
    # Embedding may be switched off, and a video be private, while those whom it is for can see it.
    is_odd = finding.grade == Grade.FAILING and finding.status is not None and not finding.is_passing
    if finding.reason == Reason.REFUSED or is_odd:
        return Finding(Reason.UNTOLD, finding.status)
    return replace(finding, target="")
