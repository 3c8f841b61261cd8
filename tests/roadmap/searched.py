"""A plan to search in."""

from __future__ import annotations

from roadmap.models import Roadmap
from tests.factories import make_listing, make_page, make_resource, make_roadmap, make_section


def make_searched_plan() -> Roadmap:
    """Return a plan with sections and resources whose words differ."""
    plan = make_roadmap(slug="plan", title="The plan")
    page = make_page(plan)
    top = make_section(page, "The plan", level=1, slug="the-plan")
    deep = make_section(page, "深度學習入門", parent=top, slug="deep", body_html="<p>先看 <b>線性代數</b>。</p>")
    tools = make_section(page, "軟體 & <tools>", parent=top, slug="tools", body_html="<p>C++ &amp; CUDA</p>")
    for title, section, context in (
        ("機器學習 Machine Learning", deep, ""),
        ("Ｐｙｔｈｏｎ 教學", deep, "資料庫與網路"),
        ("Learning Python the hard way", deep, ""),
        ("Café 50% off_now", tools, ""),
        ("<script>alert(1)</script> primer", tools, "a <b>bold</b> context"),
    ):
        make_listing(section, make_resource(plan, title), context=context)
    plan.touch()
    return plan
