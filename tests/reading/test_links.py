"""One form for the many ways to write a URL, and what kind of thing lies behind it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmap.reading.links import TRACKING, host_of, is_web, kind_of, normalise, url_key

VIDEO = "https://youtube.com/watch?v=5NgNicANyqM"

SAME = [
    ("http://example.com/a", "https://example.com/a"),
    ("HTTPS://EXAMPLE.com/a", "https://example.com/a"),
    ("https://www.example.com/a", "https://example.com/a"),
    ("https://WWW.example.com/a", "https://example.com/a"),
    ("https://example.com./a", "https://example.com/a"),
    ("http://example.com:80/a", "https://example.com/a"),
    ("https://example.com:443/a", "https://example.com/a"),
    ("https://example.com:/a", "https://example.com/a"),
    ("http://example.com:080/a", "https://example.com/a"),
    ("https://example.com/", "https://example.com"),
    ("https://example.com/a/", "https://example.com/a"),
    ("https://example.com/a/?b=1", "https://example.com/a?b=1"),
    ("https://example.com/a/#b", "https://example.com/a#b"),
    ("https://example.com/a?", "https://example.com/a"),
    ("https://example.com/a#", "https://example.com/a"),
    ("https://example.com/a?#", "https://example.com/a"),
    ("  https://example.com/a\n", "https://example.com/a"),
    ("https://example.com/x/../a/./b", "https://example.com/a/b"),
    ("https://example.com/../a", "https://example.com/a"),
    ("https://example.com/x/%2e%2E/a", "https://example.com/a"),
    ("https://example.com/a?utm_source=x&utm_medium=y", "https://example.com/a"),
    ("https://example.com/a?UTM_Source=x", "https://example.com/a"),
    ("https://example.com/a?b=1&fbclid=2&c=3", "https://example.com/a?b=1&c=3"),
    ("https://example.com/a?gclid=1#b", "https://example.com/a#b"),
    ("https://example.com/%7Euser/%2d", "https://example.com/~user/-"),
    ("https://example.com/%e4%b8%ad", "https://example.com/%E4%B8%AD"),
    ("https://example.com/中文?鍵=值#段", "https://example.com/%E4%B8%AD%E6%96%87?%E9%8D%B5=%E5%80%BC#%E6%AE%B5"),
    ("https://example.com/a b", "https://example.com/a%20b"),
    ("https://example.com/100%", "https://example.com/100%25"),
    ("https://en.wikipedia.org/wiki/Tree_%28graph_theory%29", "https://en.wikipedia.org/wiki/Tree_(graph_theory)"),
    ("https://例え.jp/", "https://xn--r8jz45g.jp"),
    ("https://%E4%BE%8B%E3%81%88.jp/", "https://xn--r8jz45g.jp"),
    ("https://XN--R8JZ45G.jp", "https://xn--r8jz45g.jp"),
    ("https://ｅｘａｍｐｌｅ。com/a", "https://example.com/a"),
    ("https://BÜCHER.de", "https://xn--bcher-kva.de"),
    ("http://[::1]:80/a", "https://[::1]/a"),
    ("https://user@example.com/", "https://user@example.com"),
]

SAME_VIDEO = [
    "https://www.youtube.com/watch?v=5NgNicANyqM",
    "http://youtube.com/watch?v=5NgNicANyqM",
    "https://m.youtube.com/watch?v=5NgNicANyqM",
    "https://youtu.be/5NgNicANyqM",
    "https://youtu.be/5NgNicANyqM/",
    "https://www.youtu.be/5NgNicANyqM",
    "https://youtu.be/5NgNicANyqM?si=yTbD-6wCbPYzsCVL",
    "https://www.youtube.com/watch?v=5NgNicANyqM&feature=youtu.be",
    "https://www.youtube.com/watch?feature=share&v=5NgNicANyqM",
    "https://www.youtube.com/watch/?v=5NgNicANyqM",
    "https://www.youtube.com/watch?app=desktop&v=5NgNicANyqM&ab_channel=freeCodeCamp.org",
    "https://www.youtube.com/embed/5NgNicANyqM",
    "https://www.youtube-nocookie.com/embed/5NgNicANyqM",
    "https://www.youtube.com/shorts/5NgNicANyqM",
    "https://youtube.com/live/5NgNicANyqM?si=abc",
    "https://www.youtube.com/v/5NgNicANyqM",
]

DIFFERENT = [
    ("https://example.com/a", "https://example.com/A"),
    ("https://example.com/a", "https://example.com/a#b"),
    ("https://example.com/a#b", "https://example.com/a#B"),
    ("https://example.com/a?b=1&c=2", "https://example.com/a?c=2&b=1"),
    ("https://example.com/a?b=1", "https://example.com/a"),
    ("https://example.com/a?b", "https://example.com/a?b=1"),
    ("https://example.com/a", "https://example.com:8080/a"),
    ("https://example.com/a", "https://sub.example.com/a"),
    ("https://example.com/a/b", "https://example.com/a%2Fb"),
    ("https://example.com/a?b=%26", "https://example.com/a?b=&"),
    ("https://example.com/%2541", "https://example.com/%41"),
    ("https://www.com/", "https://com/"),
    ("https://m.example.com/", "https://example.com/"),
    ("https://user@example.com/", "https://example.com/"),
    ("https://youtu.be/5NgNicANyqM?t=10", "https://youtu.be/5NgNicANyqM"),
    ("https://youtu.be/5NgNicANyqM", "https://youtu.be/5ngnicanyqm"),
    ("https://www.youtube.com/watch?v=a&list=b", "https://www.youtube.com/watch?v=a"),
    ("https://www.youtube.com/playlist?list=a", "https://www.youtube.com/watch?list=b"),
    ("https://www.youtube.com/@a", "https://www.youtube.com/watch?v=@a"),
    ("https://www.youtube.com/embed/live_stream?channel=a", "https://youtu.be/live_stream"),
]

ODD = [
    "",
    " ",
    "#a",
    "mailto:a@example.com",
    "javascript:alert(1)",
    "./a.md",
    "//example.com/a",
    "http:",
    "http:/",
    "http://",
    "http:///a",
    "http://?a",
    "http://#a",
    "http://:80/",
    "http://user@/",
    "http://./",
    "https:example.com",
    "ftp://example.com/",
    "中文",
]

HOSTILE = [
    "http://example.com:port/",
    "http://example.com:99999999999999999999/",
    "http://example.com:80:80/",
    "http://[::1/",
    "http://::1]/",
    "http://[]/",
    "http://[v1.a]/",
    "http://a@b@c/",
    "http://\ud800.com/\udfff?\ud800#\udc00",
    "http://%FF.com/%FF",
    "http://%ff%41.com",
    "http://a%00b/",
    "http://a b/",
    "http://\u2100.com/",
    "http://a\uff0fb/",
    "http://xn--/",
    "http://xn--\u4e2d/",
    "http://xn--999999999/",
    "http://..../",
    "http://www.www.www./",
    "http://" + "a" * 100_000,
    "http://" + "中" * 100_000,
    "http://" + "a." * 50_000 + "com",
    "http://" + "中." * 50_000 + "com",
    "http://a/" + "../" * 50_000,
    "http://a/" + "中" * 100_000,
    "http://a/?" + "utm_a=b&" * 50_000,
    "http://a/#" + "#" * 100_000,
    "http://a/%%34%31",
    "http://youtu.be/%2e%2e",
    "http://youtube.com/watch?v=",
    "http://youtube.com/watch?v",
    "http://youtube.com/embed/",
    "http://youtu.be/watch?v=a",
    "http://youtube.com/watch?v=a&v=b",
    "http://youtube.com:8080/embed/a",
    "http://youtube.com/embed/videoseries?list=a",
    "http://\u0130.com/",
    "http://a\\b/",
    "http://a/\\b",
    "http://a/\x00\x1f\u2028",
]


@pytest.mark.parametrize(("written", "form"), SAME)
def test_ways_to_write_one_address_have_one_form(written: str, form: str) -> None:
    assert normalise(written) == form
    assert normalise(form) == form
    assert url_key(written) == url_key(form)


@pytest.mark.parametrize("written", SAME_VIDEO)
def test_one_video_has_one_form(written: str) -> None:
    assert normalise(written) == VIDEO


def test_a_video_keeps_its_other_parameters_in_their_order() -> None:
    expected = "https://youtube.com/watch?v=a&list=b&t=10s#c"
    assert normalise("https://www.youtube.com/watch?v=a&list=b&t=10s#c") == expected
    assert normalise("https://www.youtube.com/watch?list=b&v=a&t=10s#c") == expected
    assert normalise("https://youtu.be/a?list=b&si=d&t=10s#c") == expected


def test_a_playlist_embedded_is_the_playlist() -> None:
    assert normalise("https://www.youtube.com/embed/videoseries?list=a") == "https://youtube.com/playlist?list=a"


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_that_can_show_different_things_stay_apart(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("name", [*sorted(TRACKING), "utm_source", "utm_anything"])
def test_a_tracking_parameter_makes_no_difference(name: str) -> None:
    assert normalise(f"https://example.com/?a=1&{name}=x&b=2") == "https://example.com?a=1&b=2"
    assert normalise(f"https://example.com/?x{name}=x") == f"https://example.com?x{name}=x"


@pytest.mark.parametrize("text", ODD)
def test_what_is_not_a_web_address_stays_as_it_is(text: str) -> None:
    assert not is_web(text)
    assert normalise(text) == text.strip()
    assert host_of(text) == ""
    assert kind_of(text, "Video") == "other"


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: ascii(url)[:40])
def test_hostile_addresses_are_taken_calmly(url: str) -> None:
    form = normalise(url)
    assert normalise(form) == form
    assert re.fullmatch("[0-9a-f]{64}", url_key(url))
    assert kind_of(url, url)


# fmt: off
PIECES = [
    "http://", "https://", "HTTP://", "www.", "youtu.be", "youtube.com", "m.youtube.com", "/", "//", ":", "@", "?",
    "&", "=", "#", "[", "]", "%", "%2", "%2F", "%2e", "%41", "%E4%B8", "%25", ".", "..", "...", "/./", "/../",
    "watch", "embed/", "v=", "list=", "si=1", "utm_a=b", ":80", ":443", ":0", "a", "B", "中", "。", "é", "\u2100",
    "\u212a", "\u0130", "\ud800", "'", "!", "xn--", "xn--r8jz45g", "\\", "\t", " ", "\n", "+", ";", "|", "~",
]
# fmt: on
URLISH = st.one_of(
    st.text(),
    st.lists(
        st.one_of(
            st.sampled_from(PIECES),
            st.text(max_size=3),
        ),
        max_size=16,
    ).map(lambda pieces: "http://" + "".join(pieces)),
)


@given(URLISH)
@example("http://%%34%31")
@example("http://a:443:")
@example("http://a%3A80")
@example("http://%80::")
@example("http://www.%2E0")
@example("http://www..a.b")
@example("http:// www.a")
def test_normalising_never_raises_and_twice_changes_nothing(url: str) -> None:
    form = normalise(url)
    assert normalise(form) == form
    assert is_web(form) == is_web(url)
    assert host_of(form) == host_of(url)
    assert kind_of(form, "") == kind_of(url, "")


@given(URLISH)
def test_the_form_of_a_web_address_is_plain_ascii_and_https(url: str) -> None:
    if is_web(url):
        assert re.fullmatch(r"https://[!-~]+", normalise(url))
        assert host_of(url) in normalise(url)


@given(st.text(alphabet="abc/?#&=.~-_", max_size=20))
def test_the_trailing_slash_and_scheme_and_www_never_matter(rest: str) -> None:
    path = "/" + rest.split("?")[0].split("#")[0]
    forms = {
        normalise(f"{scheme}://{www}e.com{path}{slash}")
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    }
    assert len(forms) == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.com/a", "example.com"),
        ("https://user:word@example.com:8080/", "example.com"),
        ("https://youtu.be/a", "youtube.com"),
        ("https://例え.jp/", "xn--r8jz45g.jp"),
        ("http://localhost:8000", "localhost"),
    ],
)
def test_a_host_is_shown_as_people_say_it(url: str, host: str) -> None:
    assert host_of(url) == host


KINDS = {
    "video": [
        ("https://www.youtube.com/watch?v=fNk_zzaMoSs&list=PLZHQ", "3Blue1Brown"),
        ("https://youtu.be/uhyMqbZI6rM?si=ebSO8H07ELUZn57z", "ChatGPT for Data Analytics : Full Course"),
        ("https://youtu.be/uhyMqbZI6rM?list=PL1", ""),
        ("https://www.youtube.com/@3blue1brown", "3Blue1Brown"),
        ("https://vimeo.com/123", ""),
        ("https://www.bilibili.com/video/BV1x", "課程"),
        ("https://example.com/talk.mp4", ""),
        ("https://example.com/x", "Intro (video)"),
        ("https://example.com/x", "Intro 影片"),
        ("https://example.com/x", "[Video] Intro"),
    ],
    "playlist": [
        ("https://www.youtube.com/playlist?list=PLRDl2inPrWQ", "Linear Algebra"),
        ("https://www.youtube.com/watch?list=PLRDl2inPrWQ", ""),
        ("https://www.youtube.com/embed/videoseries?list=PLRDl2inPrWQ", ""),
        ("https://www.bilibili.com/medialist/play/1", ""),
    ],
    "course": [
        ("https://www.coursera.org/learn/machine-learning", "Machine Learning"),
        ("https://www.udemy.com/course/x/", ""),
        ("https://www.udacity.com/course/intro-to-machine-learning--ud120", ""),
        ("https://www.edx.org/course/x", ""),
        ("https://www.kaggle.com/learn/pandas", ""),
        ("https://course.fast.ai/", ""),
        ("https://www.deeplearning.ai/short-courses/x/", ""),
        ("https://huggingface.co/learn/nlp-course/chapter1/1", ""),
        ("https://www.khanacademy.org/math/calculus-1", ""),
        ("https://ocw.mit.edu/courses/18-06/", ""),
        ("https://example.edu/cs221/", ""),
        ("https://example.com/x", "線性代數課程"),
        ("https://learn.microsoft.com/en-us/training/paths/x", ""),
        ("https://www.linkedin.com/learning/x", ""),
    ],
    "article": [
        ("https://medium.com/@a/b-123", ""),
        ("https://chih-sheng-huang821.medium.com/x", "Blog- 數學篇"),
        ("https://dev.to/a/b", ""),
        ("https://zh.wikipedia.org/zh-tw/AI", "人工智慧史-維基百科"),
        ("https://hackmd.io/@changken/rkukooSGS#資料", ""),
        ("https://a.substack.com/p/b", ""),
        ("https://jalammar.github.io/illustrated-word2vec/", ""),
        ("https://example.com/blog/x", ""),
        ("https://blog.example.com/", ""),
        ("https://example.com/2020/05/15/x.html", ""),
        ("https://zhuanlan.zhihu.com/p/1", ""),
        ("https://ithelp.ithome.com.tw/articles/1", ""),
        ("https://example.com/x", "Blog - x"),
        ("https://example.com/x", "機器學習的數學基礎：矩陣篇"),
        ("https://huggingface.co/blog/x", ""),
        ("https://www.freecodecamp.org/news/x", ""),
    ],
    "book": [
        ("https://github.com/a/b/blob/master/c.pdf", "深度學習中的數學"),
        ("https://zh-v2.d2l.ai/d2l-zh-pytorch.pdf", ""),
        ("https://example.com/a.epub", ""),
        ("https://example.com/A.PDF", ""),
        ("https://www.oreilly.com/library/view/x/1/", ""),
        ("https://a.gitbooks.io/b/content/", ""),
        ("https://leanpub.com/x", ""),
        ("https://jakevdp.github.io/PythonDataScienceHandbook/", "Python 資料科學手冊"),
        ("https://www.amazon.com/dp/1", ""),
        ("https://example.com/x", "Deep Learning (book)"),
        ("https://example.com/x", "電子書"),
    ],
    "paper": [
        ("https://arxiv.org/abs/1706.03762", "Attention"),
        ("https://arxiv.org/pdf/1706.03762.pdf", ""),
        ("https://aclanthology.org/N19-1423/", ""),
        ("https://openreview.net/forum?id=x", ""),
        ("https://papers.nips.cc/paper/2017/hash/x-Paper.pdf", ""),
        ("https://doi.org/10.1000/1", ""),
        ("https://dl.acm.org/doi/10.1/2", ""),
        ("https://huggingface.co/papers/2401.1", ""),
        ("https://example.com/papers/x.pdf", ""),
        ("https://example.com/x", "LoRA (paper)"),
        ("https://example.com/x", "論文"),
    ],
    "repository": [
        ("https://github.com/mlabonne/llm-course", "llm-course"),
        ("https://github.com/a/b/tree/main/c", ""),
        ("https://github.com/a/b.git", ""),
        ("https://gitlab.com/a/b", ""),
        ("https://huggingface.co/mlabonne/NeuralHermes-2.5-Mistral-7B", ""),
        ("https://huggingface.co/datasets/a/b", ""),
        ("https://gist.github.com/a/1", ""),
    ],
    "notebook": [
        ("https://colab.research.google.com/drive/1?usp=sharing", ""),
        ("https://github.com/a/b/blob/main/c.ipynb", ""),
        ("https://nbviewer.org/github/a/b/blob/main/c.ipynb", ""),
        ("https://www.kaggle.com/code/a/b", ""),
        ("https://www.kaggle.com/kernels/a", ""),
        ("https://example.com/c.ipynb", ""),
    ],
    "documentation": [
        ("https://docs.python.org/3/", "Tutorial"),
        ("https://skypilot.readthedocs.io/en/latest/", ""),
        ("https://python.langchain.com/docs/tutorials/rag/", ""),
        ("https://example.com/docs/x", ""),
        ("https://example.com/en/documentation", ""),
        ("https://developer.mozilla.org/en-US/", ""),
        ("https://github.com/a/b/wiki", ""),
        ("https://huggingface.co/docs/trl/en/index", ""),
        ("https://learn.microsoft.com/en-us/azure/x", ""),
    ],
    "forum": [
        ("https://stackoverflow.com/questions/1/x", ""),
        ("https://stats.stackexchange.com/q/1", ""),
        ("https://www.reddit.com/r/MachineLearning/", ""),
        ("https://discuss.pytorch.org/t/x/1", ""),
        ("https://www.quora.com/x", ""),
        ("https://www.zhihu.com/question/1", ""),
        ("https://www.ptt.cc/bbs/x", ""),
        ("https://github.com/a/b/issues/1", ""),
        ("https://github.com/a/b/discussions", ""),
        ("https://ithelp.ithome.com.tw/questions/1", ""),
    ],
    "other": [
        ("https://example.com/", "Example"),
        ("https://ollama.ai/", "Ollama"),
        ("https://zh-v2.d2l.ai/d2l-zh.zip", "程式碼"),
        ("https://twitter.com/a/status/1", ""),
        ("https://huggingface.co/spaces/a/b", ""),
        ("https://github.com/topics/ai", ""),
        ("https://github.com/", ""),
        ("https://example.com/videocats", ""),
        ("https://example.com/x", "Videogames"),
        ("https://notyoutube.com/", ""),
        ("https://notmedium.com/", ""),
    ],
}


@pytest.mark.parametrize(
    ("url", "title", "kind"), [(url, title, kind) for kind, all_ in KINDS.items() for url, title in all_]
)
def test_a_learner_sees_what_kind_of_thing_a_link_is(url: str, title: str, kind: str) -> None:
    assert kind_of(url, title) == kind


def test_the_hosts_of_the_tables_are_normalised_themselves() -> None:
    from roadmap.reading.kinds import PLACES, SITES

    hosts = {host for rule in PLACES for host in rule.hosts.split()} | {
        host for all_ in SITES.values() for host in all_.split()
    }
    assert {host for host in hosts if host_of(f"https://{host}/") != host} <= {"youtu.be"}
    assert all(host.count("/") == 0 for host in hosts)
