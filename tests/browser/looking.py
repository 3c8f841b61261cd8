"""What tests of the looks share: the site's main pages, and what is measured on them."""

from __future__ import annotations

from playwright.sync_api import Page

from accounts import notes, tracking
from accounts.models import User
from roadmap.models import Resource, Roadmap

PLAIN = ["/en/accounts/login/", "/en/accounts/signup/", "/en/nothing/"]
OWN = [
    "/en/me/",
    "/en/me/notes/",
    "/en/me/settings/",
    "/en/me/data/",
    "/en/me/forks/",
    "/en/me/delete/",
    "/en/me/email/",
    "/en/accounts/2fa/",
    "/en/accounts/2fa/totp/activate/",
    "/en/accounts/password/change/",
    "/en/accounts/sessions/",
]


def pages_of(plan: Roadmap) -> list[str]:
    """Return the addresses that everyone has."""
    resource = plan.resources.earliest("pk")
    return [
        f"/en/roadmaps/{plan.slug}/",
        f"/en/roadmaps/{plan.slug}/changes/",
        f"/en/resources/{resource.key}/",
        *PLAIN,
    ]


def study(user: User, plan: Roadmap) -> None:
    """Leave marks and notes, so that no page of the learner's is empty."""
    resources: list[Resource] = list(plan.resources.order_by("pk")[:6])
    for resource, state in zip(resources, ("done", "in_progress", "skipped", "done"), strict=False):
        tracking.mark(user, [resource.pk], state)
    notes.save(user, resources[0], "**One** note,\n\n- of some\n- lines", 0)
    notes.save(user, resources[-1], "Another, with https://example.org/" + "long/" * 30, 0)


def unfold(page: Page) -> None:
    """Open every fold."""
    page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")


SMALL_TARGETS = """
  const TOUCH = 44, SLACK = 4.1;
  const inText = (element) => {
    // A link in a sentence: text that is no link's stands beside it in its block.
    if (!element.matches("a, .pass, .state, .more, .resource *")) return false;
    let block = element;
    while (getComputedStyle(block).display.startsWith("inline") && block.parentElement) block = block.parentElement;
    if (block === element) return false;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const parent = node.parentElement;
      const apart = "a, button, .visually-hidden, .source, .fault, .note, .muted";
      if (node.data.trim().length > 1 && !parent.closest(apart) && parent.checkVisibility()) return true;
    }
    return false;
  };
  const reach = (element, x, y, dx, dy) => {
    let far = 0;
    for (; far < TOUCH; far += 2) {
      const hit = document.elementFromPoint(x + dx * far, y + dy * far);
      if (!hit || !(element.contains(hit) || hit.closest("label")?.control === element)) break;
    }
    return far;
  };
  const small = [];
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const element of document.querySelectorAll(CONTROLS)) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: false })) continue;
    if (element.closest("[inert]") || inText(element) || element.closest(".skip")) continue;
    element.scrollIntoView({ block: "center", inline: "center" });
    const isTicked = element.matches("[type=checkbox], [type=radio]");
    const target = isTicked ? (element.closest("label") ?? element.labels[0] ?? element) : element;
    const box = target.getClientRects()[0];
    if (!box) continue;
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    if (top?.closest(".toast")) continue;
    const width = reach(element, x, y, 1, 0) + reach(element, x, y, -1, 0);
    const height = reach(element, x, y, 0, 1) + reach(element, x, y, 0, -1);
    if (Math.max(width, box.width) + SLACK < TOUCH || height + SLACK < TOUCH)
      small.push(`${Math.round(Math.max(width, box.width))}x${Math.round(height)} ${element.outerHTML.slice(0, 130)}`);
  }
  return small;
"""


def small_targets(page: Page) -> list[str]:
    """Return what can be touched but is smaller than 44 by 44 px, links in sentences left out: its size and HTML."""
    found: list[str] = page.evaluate(f"() => {{{SMALL_TARGETS}}}")
    return found
