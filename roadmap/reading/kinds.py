"""What a learner will find behind a link: tables of hosts, paths and words, and in which order they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

OTHER = "other"


class Rule(NamedTuple):
    """`kind`, where the host is one of `hosts` or below it and `path` is found in path and query (lower case)."""

    kind: str
    hosts: str
    path: str


_FORGES = "github.com gitlab.com bitbucket.org codeberg.org gitee.com"
_HUBS = "huggingface.co hf.co"

PLACES = [
    Rule("other", "youtube.com", r"^/(results|premium|feed)\b"),
    Rule("video", "youtube.com", r"[?&]v="),
    Rule("playlist", "youtube.com", r"[?&]list=|/playlists$"),
    Rule("playlist", "youtu.be", r"[?&]list="),
    Rule("playlist", "vimeo.com", r"^/(showcase|album)/"),
    Rule("playlist", "bilibili.com", r"^/(medialist|list|playlist|cheese)/|/lists\b"),
    Rule("article", "bilibili.com", r"^/(read|opus)/"),
    Rule("notebook", "kaggle.com", r"^/(code|kernels|notebooks)\b"),
    Rule("course", "kaggle.com", r"^/learn"),
    Rule("repository", "kaggle.com", r"^/datasets/"),
    Rule("forum", f"{_FORGES} {_HUBS}", r"/(issues|discussions|pulls?|merge_requests)(/|$|\?)"),
    Rule("notebook", f"{_FORGES} gist.github.com raw.githubusercontent.com", r"\.ipynb($|\?)"),
    Rule("book", f"{_FORGES} raw.githubusercontent.com", r"\.(pdf|epub|mobi|azw3|djvu)($|\?)"),
    Rule(
        "documentation", _FORGES, r"^/[^/]+/[^/]+/(-/)?(wiki|wikis)(/|$)|/(blob|tree)/[^/]+/(docs?|documentation)(/|$)"
    ),
    Rule("other", "github.com", r"^/(topics|trending|search|features|sponsors|marketplace|apps|about|collections)\b"),
    Rule("repository", _FORGES, r"^/[^/?]+/[^/?]"),
    Rule("repository", "gist.github.com raw.githubusercontent.com", r"^/."),
    Rule("course", _HUBS, r"^/(learn|course)\b"),
    Rule("documentation", _HUBS, r"^/docs\b"),
    Rule("article", _HUBS, r"^/blog\b"),
    Rule("paper", _HUBS, r"^/papers\b"),
    Rule("repository", _HUBS, r"^/datasets/[^/?]+/"),
    Rule("article", _HUBS, r"^/spaces/.*blogpost"),
    Rule("other", _HUBS, r"^/(spaces|collections|tasks|models|datasets|organizations|join|chat)\b"),
    Rule("repository", _HUBS, r"^/[^/?]+/[^/?]"),
    Rule("paper", "nature.com science.org pnas.org cell.com link.springer.com", r"^/(articles?|doi|chapter)/"),
    Rule("paper", "research.google cs.cmu.edu research.facebook.com ai.meta.com", r"/pub(lication)?s?/"),
    Rule("book", "link.springer.com springer.com git-scm.com", r"^/books?\b"),
    Rule("course", "oreilly.com", r"/(videos|live-events|live-training|courses)\b"),
    Rule("article", "oreilly.com", r"/(radar|ideas|content)\b"),
    Rule(
        "course", "linkedin.com datacamp.com wandb.ai nvidia.com", r"^/([a-z-]+/)?(learning|courses?|tracks|training)\b"
    ),
    Rule("article", "linkedin.com", r"^/(pulse|posts)/"),
    Rule("article", "freecodecamp.org", r"^/news\b"),
    Rule("course", "learn.microsoft.com", r"/training/"),
    Rule("article", "openai.com anthropic.com deepmind.google", r"^/(research|index|news|engineering)/"),
    Rule("article", "wandb.ai", r"/reports/"),
    Rule("article", "zhihu.com", r"^/p/"),
    Rule("forum", "segmentfault.com ithelp.ithome.com.tw", r"^/(q|questions)/"),
    Rule("documentation", "google.com", r"^/document/"),
    Rule("other", "google.com scholar.google.com", r"^/search|^/?$"),
]
"""What is known of parts of a site; asked from the longest fitting host on, in this order."""

SITES = {
    "video": """
        youtube.com youtu.be vimeo.com bilibili.com b23.tv ted.com twitch.tv dailymotion.com videolectures.net
        loom.com slideslive.com acfun.cn ixigua.com youku.com nicovideo.jp""",
    "notebook": """
        colab.research.google.com nbviewer.org nbviewer.jupyter.org mybinder.org deepnote.com observablehq.com""",
    "repository": """
        sourceforge.net sr.ht""",
    "paper": """
        arxiv.org arxiv-vanity.com ar5iv.org alphaxiv.org aclanthology.org aclweb.org openreview.net doi.org
        nips.cc neurips.cc jmlr.org mlr.press semanticscholar.org ssrn.com biorxiv.org medrxiv.org
        ncbi.nlm.nih.gov openaccess.thecvf.com acm.org eprint.iacr.org ieee.org sciencedirect.com
        paperswithcode.com distill.pub vldb.org researchgate.net transformer-circuits.pub""",
    "book": """
        oreilly.com leanpub.com manning.com packtpub.com packt.link nostarch.com pragprog.com apress.com
        gitbook.io gitbooks.io goodreads.com gutenberg.org mitpress.mit.edu crcpress.com routledge.com
        cambridge.org bookdown.org books.google.com greenteapress.com d2l.ai gluon.ai deeplearningbook.org
        neuralnetworksanddeeplearning.com r4ds.had.co.nz book.douban.com books.com.tw tenlong.com.tw
        item.jd.com amzn.to amazon.com amazon.cn amazon.co.uk amazon.co.jp amazon.de a.co
        eloquentjavascript.net automatetheboringstuff.com composingprograms.com wikibooks.org javascript.info
        jakevdp.github.io christophm.github.io statlearning.com udlbook.github.io immersivemath.com""",
    "course": """
        coursera.org udemy.com udacity.com edx.org fast.ai deeplearning.ai hahow.in ocw.mit.edu
        openlearning.com pluralsight.com skillshare.com codecademy.com khanacademy.org brilliant.org
        futurelearn.com classcentral.com class-central.com educative.io frontendmasters.com egghead.io
        scrimba.com theodinproject.com fullstackopen.com exercism.org boot.dev hyperskill.org dataquest.io
        nptel.ac.in icourse163.org xuetangx.com ewant.org cs50.harvard.edu pll.harvard.edu online.stanford.edu
        saylor.org openhpi.de complexityexplorer.org cloudskillsboost.google skillsbuilder.aws
        cognitiveclass.ai course.spacy.io missing.csail.mit.edu maven.com teachable.com freecodecamp.org
        learnprompting.org nand2tetris.org""",
    "documentation": """
        learn.microsoft.com docs.microsoft.com developer.mozilla.org devdocs.io docs.rs pkg.go.dev
        readthedocs.io readthedocs.org rtfd.io gitbook.com cppreference.com man7.org platform.openai.com
        platform.claude.com deepwiki.com python.langchain.com js.langchain.com wiki.archlinux.org git-scm.com
        modelcontextprotocol.io scikit-learn.org pandas.pydata.org numpy.org matplotlib.org scipy.org""",
    "forum": """
        stackoverflow.com stackexchange.com superuser.com serverfault.com askubuntu.com mathoverflow.net
        reddit.com quora.com zhihu.com ptt.cc dcard.tw v2ex.com news.ycombinator.com lobste.rs discord.gg
        discord.com t.me gitter.im groups.google.com slack.com mobile01.com""",
    "article": """
        zhuanlan.zhihu.com medium.com towardsdatascience.com dev.to substack.com hackernoon.com hashnode.dev
        hackmd.io wikipedia.org blogspot.com wordpress.com pixnet.net csdn.net cnblogs.com juejin.cn
        jianshu.com vocus.cc segmentfault.com ithelp.ithome.com.tw realpython.com machinelearningmastery.com
        kdnuggets.com analyticsvidhya.com geeksforgeeks.org stackabuse.com huyenchip.com philschmid.de
        ruder.io matters.town qiita.com zenn.dev note.com martinfowler.com baike.baidu.com
        mathworld.wolfram.com britannica.com github.blog pinecone.io rentry.org smashingmagazine.com
        css-tricks.com infoq.com""",
    "other": """
        twitter.com x.com facebook.com instagram.com linkedin.com threads.net github.com huggingface.co
        kaggle.com chatgpt.com chat.openai.com""",
}
"""What a site holds as a whole."""

ENDINGS = [
    ("notebook", r"\.ipynb$"),
    ("paper", r"/(papers?|publications?|pubs)/[^?]*\.pdf$"),
    ("book", r"\.(pdf|epub|mobi|djvu|azw3|ps)$"),
    ("video", r"\.(mp4|webm|mov|m4v|mkv)$"),
    ("other", r"\.(zip|gz|tgz|7z|rar|png|jpe?g|gif|svg|webp|csv|xlsx?|exe|dmg)$"),
]
"""What a file's name tells; only a site of papers knows better."""

HOST_SHAPES = [
    ("documentation", r"^(docs?|documentation|developers?|devdocs|api|reference|manual|help)\.|^[^.]+-docs\."),
    ("forum", r"^(forums?|discuss|community|ask|answers|bbs)\."),
    ("article", r"^(blogs?|magazine|newsletter|engineering|news)\.|^[^.]*blog\."),
    ("course", r"^(courses?|academy|moocs?|training|class|classroom)\."),
    ("book", r"^(books?|ebooks?)\."),
]

TITLE_WORDS = [
    ("playlist", r"playlists?|播放清單|播放列表"),
    ("video", r"videos?|webinars?|screencasts?|影片|視頻|视频|影音"),
    ("notebook", r"notebooks?|colab"),
    ("paper", r"papers?|論文|论文"),
    ("book", r"e-?books?|books?|textbooks?|handbook|pdf|epub|電子書|电子书|手冊|手册|教科書|教科书|課本|课本"),
    ("course", r"courses?|moocs?|bootcamp|nanodegree|speciali[sz]ation|課程|课程|公開課|公开课"),
    ("documentation", r"docs?|documentation|reference|官方文件|官方文檔|官方文档|文檔|文档"),
    ("repository", r"repo|repository|github|source code|原始碼|源碼|源码"),
    ("forum", r"forums?|論壇|论坛|討論區|讨论区"),
    ("article", r"blogs?|blog posts?|articles?|tutorials?|guides?|部落格|博客|文章|教學|教程|指南|篇"),
]
"""Words that name the kind where they are, or end, a part of the title, as in `Blog - …`, `… (video)`, `… 課程`."""

PATH_SHAPES = [
    (
        "documentation",
        r"/(docs?|documentation|reference|api-reference|manual|user[-_]guide|latest|stable|quickstart)(/|$|\?)|-docs$",
    ),
    ("forum", r"/(forums?|questions|discuss(ions)?|threads?)(/|$|\?)"),
    ("course", r"/(courses?|moocs?|class|bootcamps?|lectures?)(/|$|\?)|-(course|class)$|/cs\d{2,3}\w?(/|$)"),
    ("book", r"/(e-?books?|textbooks?)(/|$|\?)|[a-z-]*(hand|text|e|-)book(/index\.html)?$"),
    ("video", r"/(videos?|webinars?|watch)(/|$|\?)"),
    ("paper", r"/(papers?|publications?)(/|$|\?)"),
    ("article", r"/(blogs?|posts?|articles?|news|tutorials?|stories|essays?|notes?|guides?|insights)(/|$|\?)"),
    ("article", r"/(19|20)\d\d[/-](0?[1-9]|1[0-2])([/-]|$)"),
    ("article", r"/[^/?]+(-[^/?-]+){2,}(\.html?)?$"),
]

_PERSONAL = re.compile(r"\.(github|gitlab|pages|netlify|vercel)\.(io|dev|app)$")
_SEPARATORS = re.compile(
    r"[:|()\[\],/\u00b7\u2600-\u27bf\u3001\u3008-\u3011\u30fb\uff08\uff09\uff0c\uff0f\uff1a\uff5c\ufe0f\U0001f300-\U0001faff]"
    r"|\s[-\u2013\u2014~]+|[-\u2013\u2014~]+\s"
)
_ENOUGH = 500
_MOST_LABELS = 8


def kind_of_parts(host: str, path: str, query: str, title: str) -> str:
    """Return the kind of what lies at a normalised web URL (`host` without `www.`, `query` without `?`).

    What is known of the site comes first, then the file's name, the host's shape, the title, the path's shape.
    """
    path = path.lower()[:_ENOUGH]
    place = f"{path}?{query.lower()[:_ENOUGH]}" if query else path
    return (
        _known_place(host, place)
        or _first(_ENDINGS, path)
        or _known_site(host)
        or _first(_HOST_SHAPES, host)
        or _by_title(title.lower()[:_ENOUGH])
        or _first(_PATH_SHAPES, place)
        or ("article" if path and _PERSONAL.search(host) else OTHER)
    )


def _known_place(host: str, place: str) -> str | None:
    for name in _suffixes(host):
        for kind, pattern in _PLACES.get(name, ()):
            if pattern.search(place):
                return kind
        if _SITES.get(name) == "paper":
            return "paper"
    return None


def _known_site(host: str) -> str | None:
    return next((_SITES[name] for name in _suffixes(host) if name in _SITES), None)


def _suffixes(host: str) -> Iterator[str]:
    """The host and the domains above it: `a.b.c`, `b.c`, `c`."""
    labels = host.rsplit(".", _MOST_LABELS)
    return (".".join(labels[start:]) for start in range(len(labels)))


def _first(table: list[tuple[str, re.Pattern[str]]], text: str) -> str | None:
    return next((kind for kind, pattern in table if pattern.search(text)), None)


def _by_title(title: str) -> str | None:
    parts = [part.strip() for part in _SEPARATORS.split(title)]
    return next((kind for kind, words in _TITLE_WORDS for part in parts if part and words.search(part)), None)


def _compiled(table: list[tuple[str, str]]) -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in table]


def _places_by_host() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    places: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, hosts, path in PLACES:
        for host in hosts.split():
            places.setdefault(host, []).append((kind, re.compile(path)))
    return places


_PLACES = _places_by_host()
_SITES = {host: kind for kind, hosts in SITES.items() for host in hosts.split()}
_ENDINGS = _compiled(ENDINGS)
_HOST_SHAPES = _compiled(HOST_SHAPES)
_PATH_SHAPES = _compiled(PATH_SHAPES)
_TITLE_WORDS = _compiled([(kind, rf"(?:^|[^a-z])(?:{words})$") for kind, words in TITLE_WORDS])
