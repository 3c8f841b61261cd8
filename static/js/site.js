// What every page has: the worker that keeps the plan for reading offline, to which each page tells for whom it was made;
// the search, opened by its button, by / and by Ctrl or Cmd with K; and the menu of light and dark.
const root = document.documentElement;
const { worker, reader } = document.querySelector("script[data-worker]").dataset;
const { serviceWorker } = navigator;
const missed = !serviceWorker?.controller;

async function report() {
  const { active } = await serviceWorker.ready;
  active.postMessage({ reader, missed, keeps: Boolean(document.querySelector("article.notes")) });
}

if (worker && serviceWorker && !root.dataset.kept) {
  addEventListener("load", () => serviceWorker.register(worker, { updateViaCache: "none" }).then(report, () => {}));
  if (!missed) serviceWorker.addEventListener("controllerchange", report);
}

const finder = document.getElementById("Finder");
const way = document.querySelector("[data-finder]");

function openFinder(event) {
  event.preventDefault();
  finder.showModal();
  finder.querySelector("input").select();
  // Without what shows results as one types, the form leads to the page of them.
  import(way.dataset.finder).then(({ ask }) => ask(), () => {});
}

way?.addEventListener("click", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) openFinder(event);
});

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event;
  if (!way || altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
  // A keyboard that writes no Latin letters has K where others have it.
  const isK = (/^[ -~]$/.test(key) ? key : event.code.slice(3)).toLowerCase() === "k";
  if (!(ctrlKey || metaKey ? isK && !shiftKey : key === "/")) return;
  // While one writes, / is a letter, and on a Mac Ctrl with K an edit. A search just closed may still have the focus.
  const writes = !finder.contains(target) && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (writes && !(metaKey || (ctrlKey && !/^Mac|^iP/.test(navigator.platform)))) return;
  if (!target.closest("dialog[open]")) openFinder(event);
});

// A theme is worn at once, and kept in the account or the browser.
const choices = document.getElementById("Display");
const said = choices.querySelector("[role=status]");

function wear(theme) {
  root.dataset.theme = theme;
  for (const meta of document.querySelectorAll("[data-dress]")) {
    const { dress } = meta.dataset;
    if (theme === "system") meta.media = `(prefers-color-scheme: ${dress})`;
    else meta.media = dress === theme ? "all" : "not all";
  }
  for (const button of choices.querySelectorAll("[name=theme]")) button.ariaPressed = String(button.value === theme);
}

async function keep(theme) {
  if (choices.matches("form")) {
    const body = new URLSearchParams(new FormData(choices));
    body.set("theme", theme);
    const response = await fetch(choices.action, { method: "POST", body, redirect: "error", headers: { Accept: "application/json" } });
    if (!response.ok) throw new TypeError("not kept");
  } else if (theme === "system") localStorage.removeItem("theme");
  else localStorage.setItem("theme", theme);
}

choices.addEventListener("click", async (event) => {
  const theme = event.target.closest("[name=theme]")?.value;
  if (!theme) return;
  event.preventDefault();
  wear(theme);
  said.textContent = "";
  await keep(theme).catch(() => (said.textContent = said.dataset.failed));
});

wear(root.dataset.theme || "system");
