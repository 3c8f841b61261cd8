// Sections fold by themselves; this adds all at once, memory, and the way to what a fold hides. It marks in the contents
// what is being read, and puts the news away.
const notes = document.querySelector(".notes");
const contents = document.getElementById("Contents");
const news = document.getElementById("News");
const { memory } = notes.dataset; // None under a filter: how its page is folded says nothing of the whole one.
const key = `folds:${memory}`;
const sections = new Map();
let id = "";
for (const section of notes.querySelectorAll("details")) {
  // A fold within a section goes by its number there.
  id = section.matches(".section") ? section.querySelector(":scope > .anchor").id : `${id}/`;
  sections.set(id, { section, initially: section.open });
}

function remembered() {
  if (!memory) return {};
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

if (memory) notes.addEventListener("toggle", remember, true);
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

// A thin band near the top of the window: the last section that reaches into it is the one being read.

const links = new Map(); // By section, in the order of the page.
for (const link of contents.querySelectorAll("a[href^='#']")) {
  const place = sections.get(decodeURIComponent(link.hash.slice(1)));
  if (place) links.set(place.section, link);
}
const inSight = new Set();
let current;

function follow(entries) {
  for (const { target, isIntersecting } of entries) inSight[isIntersecting ? "add" : "delete"](target);
  const next = links.get([...links.keys()].findLast((section) => inSight.has(section)));
  if (!next || next === current) return;
  current?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  current = next;
  const box = contents.getBoundingClientRect();
  const place = next.getBoundingClientRect();
  if (place.top < box.top) contents.scrollTop -= box.top - place.top + 48;
  else if (place.bottom > box.bottom) contents.scrollTop += place.bottom - box.bottom + 48;
}

const observer = new IntersectionObserver(follow, { rootMargin: "-18% 0px -81% 0px" });
for (const section of links.keys()) observer.observe(section);

// The drawer closes once it has led somewhere.
contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
});

// Once the news is put away nothing is marked as new any more, and who was at it goes on with the notes.
function putNewsAway() {
  if (news.childElementCount) return;
  news.remove();
  for (const link of document.querySelectorAll("[data-new]")) link.removeAttribute("data-new");
  if (document.activeElement === document.body) notes.querySelector("summary")?.focus({ preventScroll: true });
}

if (news) new MutationObserver(putNewsAway).observe(news, { childList: true });
