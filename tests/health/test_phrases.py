"""Titles that say that a page is not there, titles that only speak of it, and those of robot walls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health.phrases import is_wall, says_not_found

NOT_FOUND = [
    "404",
    "404 Not Found",
    "404 Error",
    "404 error page",
    "404 page not found",
    "404 - Page not found",
    "404 – File or directory not found.",
    "404: This page could not be found.",
    "404: NOT_FOUND",
    "404 | Example",
    "Example | 404",
    "Error 404",
    "Error 404 (Not Found)!!1",
    "HTTP 404",
    "HTTP Error 404",
    "HTTP Status 404 – Not Found",
    "410 Gone: 410",
    "Not Found",
    "NOT FOUND",
    "Not Found (#404)",
    "Not found - Example",
    "Nothing found",
    "Page not found",
    "Page Not Found · GitHub Pages",
    "Page not found · GitHub · GitHub",
    "Site not found · GitHub Pages",
    "Page not found - Some University",
    "Some University: Page Not Found",
    "Page Not Found | Coursera",
    "The page you were looking for doesn't exist (404)",
    "The page you requested was not found",
    "The requested URL was not found on this server",
    "This page isn’t available",
    "This page is no longer available",
    "Sorry, this page isn't available",
    "Sorry, this page isn't available. | Example",
    "Oops! Page not found",
    "Oops! That page can't be found",
    "Oops, page not found. | Example",
    "Whoops, 404",
    "We couldn't find that page",
    "Page unavailable",
    "Page missing",
    "Video unavailable",
    "Article removed",
    "Object not found!",
    "File not found",
    "The resource cannot be found.",
    "ＰＡＧＥ ＮＯＴ ＦＯＵＮＤ",
    "  page   not\nfound  ",
    "«Page not found»",
    "找不到頁面",
    "找不到網頁",
    "找不到頁面 - 某某大學",
    "頁面不存在",
    "頁面不存在 | 某站",
    "您訪問的頁面不存在",
    "很抱歉,您要查看的頁面不存在",
    "抱歉，找不到您要的頁面",
    "此頁面已被刪除",
    "404 錯誤",
    "404錯誤 - 頁面不存在",
    "页面不存在",
    "该页面不存在",
    "您访问的页面不存在",
    "你要找的页面不见了",
    "未找到",
    "未找到页面",
    "页面未找到 - 某站",
    "没有找到该页面",
    "文章已删除",
    "お探しのページは見つかりません",
    "ページが見つかりません",
    "ページが見つかりませんでした | サイト",
    "指定されたページは存在しません",
    "페이지를 찾을 수 없습니다",
    "Seite nicht gefunden",
    "Page introuvable",
    "Página no encontrada",
    "Страница не найдена",
]
HONEST = [
    "",
    "A page",
    "How to fix a 404 error in nginx",
    "HTTP 404 - Wikipedia",
    "404 Not Found - HTTP | MDN",
    "Handling Not Found in Django",
    "Bus 404 timetable",
    "Area 404: a podcast",
    "Fixing 'module not found' errors in Python",
    "404 Media",
    "Some scandal | 404 Media",
    "Peugeot 404 - Wikipedia",
    "404 error explained - Example",
    "Error 404: what it means and how to fix it",
    "What is a 404 page? | Example",
    "Page Not Found: designing 404 pages",
    "30 custom 404 pages",
    "Chapter 404: The Rate Limiter",
    "RecordNotFound in Rails",
    "Record not found | Rails questions",
    "File not found | Bash basics",
    "Command not found",
    "Lost and Found",
    "Page",
    "The missing semester of your CS education",
    "Found: a page",
    "Attention Is All You Need",
    "Missing values in pandas",
    "Resource allocation",
    "如何解決 404 錯誤",
    "找不到工作怎麼辦",
    "404 錯誤的原因與解決",
    "HTTP 404 - 維基百科，自由的百科全書",
    "不存在的騎士",
    "頁面置換演算法",
    "ページランク",
]
WALLS = [
    "Just a moment...",
    "Attention Required! | Cloudflare",
    "Access denied",
    "Access Denied",
    "Access denied | www.example.com used Cloudflare to restrict access",
    "Access to this page has been denied",
    "Are you a robot?",
    "Are you human?",
    "Robot Check",
    "reCAPTCHA",
    "Captcha",
    "Human Verification",
    "Security check",
    "Security Check | Example",
    "Vercel Security Checkpoint",
    "DDoS-Guard",
    "Please verify you are a human",
    "Verifying you are human",
    "Checking your browser before accessing example.com",
    "Making sure you're not a bot!",
    "Pardon Our Interruption",
    "百度安全验证",
    "人機驗證",
    "请稍候…",
]
NO_WALLS = [
    "",
    "Just a moment: a novel",
    "Just a moment - Wikipedia",
    "How to solve a CAPTCHA",
    "CAPTCHA - Wikipedia",
    "Are you a robot lawyer?",
    "Access control",
    "Security checks in CI",
    "Verify your model",
    "驗證碼是什麼",
]


@pytest.mark.parametrize("title", NOT_FOUND)
def test_it_says_not_found(title: str) -> None:
    assert says_not_found(title)


@pytest.mark.parametrize("title", [*HONEST, *WALLS])
def test_it_only_speaks_of_it(title: str) -> None:
    assert not says_not_found(title)


@pytest.mark.parametrize("title", WALLS)
def test_it_is_a_wall(title: str) -> None:
    assert is_wall(title)


@pytest.mark.parametrize("title", [*NO_WALLS, *HONEST, *NOT_FOUND])
def test_it_is_no_wall(title: str) -> None:
    assert not is_wall(title)


@pytest.mark.parametrize(
    "piece", ["404 ", "oops! ", "the ", "error ", "找", "抱歉", "not found ", "status code ", "1", " "]
)
def test_no_title_takes_long(piece: str) -> None:
    """Were it to take exponential time, this would not end."""
    for number in (79, 80, 300):
        says_not_found((piece * number)[:number] + "x")
        is_wall((piece * number)[:number] + "x")


@given(st.text(max_size=300))
def test_any_title_is_taken(title: str) -> None:
    says_not_found(title)
    is_wall(title)
