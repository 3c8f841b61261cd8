// Sections fold by themselves; this adds all at once, memory, and the way to what a fold hides.
const notes = document.querySelector(".notes");
const key = `folds:${notes.dataset.memory}`;
const sections = new Map();
let id = "";
for (const section of notes.querySelectorAll("details")) {
  // A fold within a section goes by its number there.
  id = section.matches(".section") ? section.querySelector(":scope > .anchor").id : `${id}/`;
  sections.set(id, { section, initially: section.open });
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

// Only what differs from how the page comes is kept: new sections, and those of a changed plan, stay as they come.
function remember() {
  const changed = {};
  for (const [id, { section, initially }] of sections) {
    if (section.open !== initially) changed[id] = section.open;
  }
  try {
    localStorage.setItem(key, JSON.stringify(changed));
  } catch {
    // A browser that keeps nothing folds all the same.
  }
}

function targetOf(hash) {
  try {
    return hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  } catch {
    return null;
  }
}

function reveal(hash, { scroll = true } = {}) {
  const target = targetOf(hash);
  if (!target) return;
  // What stands on another page now.
  const moved = target.closest("[data-moved]");
  if (moved) return location.replace(moved.querySelector("a").href);
  nameAnew(target);
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (scroll) target.scrollIntoView();
}

// What is copied from the address bar is the address that the section has now.
function nameAnew(target) {
  const anchor = target.matches(".anchor") ? target.parentElement.querySelector(":scope > .anchor") : target;
  if (anchor !== target) history.replaceState(history.state, "", `#${encodeURIComponent(anchor.id)}`);
}

for (const [id, open] of Object.entries(remembered())) {
  if (sections.has(id)) sections.get(id).section.open = open;
}
// A reload or the way back keeps its own place on the page.
reveal(location.hash, { scroll: performance.getEntriesByType("navigation")[0]?.type === "navigate" });

notes.addEventListener("toggle", remember, true);
addEventListener("hashchange", () => reveal(location.hash));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) reveal(link.hash);
});

const buttons = document.querySelector(".fold-all");
buttons.hidden = false;
buttons.addEventListener("click", (event) => {
  const wish = event.target.closest("button")?.dataset.folds;
  if (!wish) return;
  for (const fold of notes.querySelectorAll("details")) fold.open = wish === "open";
});
