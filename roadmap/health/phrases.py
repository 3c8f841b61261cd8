"""What the title of a page tells: that what was asked for is not there, or that a person must show to be one. Pure."""

from __future__ import annotations

import re
import unicodedata


def _joined(pattern: str) -> str:
    """A pattern that was written on several lines, as a group."""
    lines = pattern.strip("\n").split("\n")
    return f"(?:{''.join(line.removeprefix('    ') for line in lines)})"


_SEPARATORS = re.compile(r"\s[-~/\\]+\s|\s-|-\s|\.\s|[|:\u00b7\u2010-\u2014\u2022\u2039\u203a\u00ab\u00bb\u30fb_<>]")
_EDGES = " \t.,;!?-~*#'\"()[]{}/\\\u3001\u3002\u300c\u300d\u300e\u300f\u3010\u3011\u2026\u201c\u201d"
_LONGEST_PART = 80

_NUMBER = _joined(r"""
    (?:error |status |code )*(?:404|410)(?: error)?(?: page| status)?|http (?:error|status) (?:code )?(?:404|410)""")
_CALL = _joined(r"oops|ooops|sorry|we're sorry|we are sorry|uh oh|uh-oh|whoops|hmm+|ouch|ah|oh no|error")
_PAGE = _joined(r"""
    page|webpage|web page|website|site|content|article|post|video|product|course|lesson|tutorial|question|topic|thread
    |discussion|repository|notebook|story|book|paper|channel|playlist""")
_FILE = _joined(r"""
    file|resource|url|link|document|object|item|project|path|directory|file or directory|entry|address|record|user""")
_ASKED_FOR = _joined(r"""
     (?:that |which )?(?:you|you're|you are|you were|you have) (?:looking for|requested|tried to (?:access|open|reach))
    | requested""")
_IS_NOT = _joined(r"""
    (?:could|can|was|is|has|does|do|were|are)(?: ?not|n't) (?:be )?(?:found|exist|located|available)
    |(?:cannot|can't) be (?:found|located)|not found|not available|(?:is )?(?:no longer available|missing|unavailable)
    |no longer exists|(?:has been |was |is )?(?:removed|deleted)|is gone|doesn't seem to exist""")
_WE_CANNOT = r"we (?:couldn't|could not|can't|cannot) find (?:that|this|the|your) page"


def _english(things: str) -> str:
    thing = rf"(?:(?:the|this|that|your|our|requested) )*{things}{_ASKED_FOR}? {_IS_NOT}"
    said = rf"(?:{thing}|(?:not|nothing) found|{_WE_CANNOT})(?: (?:on|at) this (?:server|site))?"
    return rf"(?:{_CALL}[!,. ]+)*(?:{_NUMBER}|(?:{_NUMBER}[ ,!.(]+)?{said}(?:[ ,(]+#?{_NUMBER})?)[)!1 ]*"


_ZH_ASKED_FOR = _joined(r"""
    [您你]?(?:所|要|想|正在)*(?:訪問|访问|查找|瀏覽|浏览|尋找|寻找|請求|请求|找|查看|存取|打開|打开|要求)?的?""")
_ZH_PAGE = _joined(r"""
    [該该此這这個个]*(?:頁面|页面|網頁|网页|網址|网址|網站|网站|頁|页|文章|文件|檔案|資源|资源|內容|内容|影片|視頻|视频|帖子
    |貼文|主題|主题|課程|课程|商品|連結|鏈接|链接)""")
_ZH_IS_NOT = _joined(r"""
    並?并?不存在|未找到|找不到|沒有找到|没有找到|無法找到|无法找到|未能找到|已?經?经?被?(?:刪除|删除|移除|下架)|已失效
    |不見|不见|走丟|走丢|遺失|丢失""")
_ZH_NONE = _joined(r"找不到|未找到|沒有找到|没有找到|無法找到|无法找到|查無|查无|沒有|没有")
_ZH_CALL = _joined(r"很抱歉|非常抱歉|抱歉|對不起|对不起|哎呀|噢|喔|糟糕|出錯了|出错了")
_CHINESE = (
    rf"(?:{_ZH_CALL}[,，!！。 ]*)*(?:(?:404|410)(?:錯誤|错误)?[ ,，!！]*)?"
    rf"(?:{_ZH_ASKED_FOR}?{_ZH_PAGE}(?:可能)?{_ZH_IS_NOT}(?:或{_ZH_IS_NOT})?|{_ZH_NONE}(?:{_ZH_ASKED_FOR}?{_ZH_PAGE})"
    rf"|未找到|找不到|(?:404|410) ?(?:錯誤|错误|頁面|页面))[了啦喔哦]*(?:[ (]*404)?"
)
_JAPANESE = _joined(r"""
    (?:申し訳ありません|すみません)?[、, ]*(?:お探しの|ご指定の|指定された|指定した|要求された|該当する)?
    (?:ページ|ファイル|記事|コンテンツ|url|動画|商品)(?:は|が)?
    (?:見つかりません(?:でした)?|見つからない|存在しません|ありません|削除されました)""")
_OTHERS = _joined(r"""
    (?:요청하신 )?페이지를? ?찾을 수 (?:없습니다|없음|없어요)|존재하지 않는 페이지(?:입니다)?
    |(?:die )?seite (?:wurde )?nicht gefunden|(?:la )?page (?:non trouvée|introuvable)
    |p[áa]gina n(?:o|ão|ao) encontrada|pagina non trovata|pagina niet gevonden|страница не найдена
    |không tìm thấy trang|strona nie znaleziona""")

_PART = re.compile(rf"(?:{_english(_PAGE)}|{_CHINESE}|{_JAPANESE}|{_OTHERS})")
"""What means the same beside the name of a site;"""
_WHOLE = re.compile(rf"(?:{_english(_FILE)}|http (?:404|410))")
"""and what may be the theme of an article there."""
_ABOUT = re.compile(
    _joined(r"""
    \b(?:how|what|why|when|fix|fixed|fixes|fixing|solve|solved|handle|handling|meaning|means|explained|guide
    |wikipedia|wiktionary|mdn|stack overflow|stack exchange|podcast|episode|film|movie|album|song|novel|status codes?
    |troubleshoot\w*|design\w*|templates?|custom|create|creating|debug\w*)\b
    |維基百科|维基百科|百度百科|如何|怎麼|怎么|什麼|什么|為何|为何|為什麼|解決|解决|處理|处理|教學|教程|原因|設計|设计""")
)
"""Words of pages that are about such errors."""

_WALL = re.compile(
    _joined(r"""
    just a moment|one moment,? please|please wait|attention required.{0,4}cloudflare|(?:sorry, )?you have been blocked
    |access (?:is )?denied(?: \| .*)?|access to this (?:page|site) (?:has been|is) denied
    |are you (?:a )?(?:robot|human|bot)|are you not a robot|robot check|(?:re)?captcha
    |(?:human|captcha|security|browser|ddos|bot) (?:verification|check|checkpoint|challenge|protection|detection)
    (?: \| .*)?|\w+ security checkpoint|client challenge|challenge validation|ddos[- ]guard.{0,20}
    |(?:please )?verify(?:ing)? (?:that )?(?:you|you're|you are|your browser)\b.{0,40}
    |(?:please )?complete the (?:captcha|security check).{0,40}|checking (?:your browser|if (?:the site|you)).{0,60}
    |pardon our interruption|request rejected|making sure you(?:'re| are) not a bot|unusual traffic.{0,40}
    |(?:百度)?安全驗證|(?:百度)?安全验证|人機驗證|人机验证|訪問驗證|访问验证|滑動驗證|滑动验证|驗證碼|验证码|請稍候|请稍候""")
)


def says_not_found(title: str) -> bool:
    """Whether a title, as a whole or in one of its parts, is nothing but a phrase for a page that is not there."""
    text = _plain(title)
    if _ABOUT.search(text):
        return False
    parts = [part for piece in _SEPARATORS.split(text) if (part := piece.strip(_EDGES))]
    if "http" in parts:
        return False
    whole = text.strip(_EDGES)
    return _is(_WHOLE, whole) or any(_is(_PART, part) for part in [whole, *parts])


def is_wall(title: str) -> bool:
    """Whether a title, as a whole, is that of a page that lets robots go no further."""
    return _WALL.fullmatch(_plain(title).strip(_EDGES)) is not None


def _is(phrase: re.Pattern[str], text: str) -> bool:
    return len(text) <= _LONGEST_PART and phrase.fullmatch(text) is not None


def _plain(title: str) -> str:
    """One way to write a title: in lower case, with plain quotes, letters of usual width and single blanks."""
    text = unicodedata.normalize("NFKC", title).lower()
    return " ".join(text.replace("\u2019", "'").replace("\u02bc", "'").split())
