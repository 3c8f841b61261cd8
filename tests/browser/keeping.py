"""What the browser keeps of the site for reading offline."""

from __future__ import annotations

from playwright.sync_api import Page

ROUNDS = 1_500
"""How often is looked, 20 ms apart: a busy machine takes long to keep a page with all its files."""
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    if (!name.startsWith("copies:")) continue;
    const copies = await caches.open(name);
    for (const request of await copies.keys()) {
      const { pathname, search } = new URL(request.url);
      if (/^.(static|media|styles)/.test(pathname)) continue;
      const copy = await copies.match(request);
      if (copy) found[pathname + search] = await copy.text(); // Else it was replaced just now.
    }
  }
  return found;
}"""
"""What is kept of pages: their texts by path and query."""


MISSING = r"""async (address) => {
  const text = await (await caches.match(address, { ignoreVary: true })).text();
  const files = [...text.matchAll(/"(\/(?:static|media)\/[^"]+|\/styles\.[^"]+)"/g)].map(([, file]) => file);
  const there = await Promise.all(files.map((file) => caches.match(file, { ignoreVary: true })));
  return files.filter((_, number) => !there[number]);
}"""
"""What is not kept yet of the files that a kept page names."""


def kept(page: Page) -> dict[str, str]:
    """Return the pages that are kept."""
    found: dict[str, str] = page.evaluate(KEPT)
    return found


def until_kept(page: Page, path: str, words: str = "") -> None:
    """Wait until a page is kept, with these words in it."""
    for _ in range(ROUNDS):
        found = kept(page)
        if path in found and words in found[path]:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{path} is not kept with {words!r}: {list(kept(page))}")


def until_gone(page: Page, words: str) -> None:
    """Wait until no page is kept that has these words."""
    for _ in range(ROUNDS):
        if not any(words in text for text in kept(page).values()):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{words!r} is still kept")


def read(page: Page, address: str, words: str = "") -> None:
    """Read a page until it is kept with all its files."""
    page.goto(address)
    until_kept(page, address, words)
    for _ in range(ROUNDS):
        missing = page.evaluate(MISSING, address)
        if not missing:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"of {address} is not kept: {missing}")
