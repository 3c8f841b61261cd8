// Marks resources in place: the buttons, the menu at a resource, and the keys d, s, k, u, n while one has the focus; z
// takes the last change back. This much is there at once, and knows what was asked for; what does it comes on demand.
// Without this the same buttons post a plain form.
const form = document.getElementById("Marks");
const toast = document.getElementById("Toast");
const menu = document.getElementById("Menu");
const addresses = document.querySelector("script[data-acts]").dataset;
const loaded = {};

// Imports a module of the site's. Throws a TypeError where it does not come; the next time it is asked for anew, by
// another name, since a browser may keep that an address failed.
function load(name) {
  const again = () => import(`${addresses[name]}?${Date.now()}`);
  return (loaded[name] ??= import(addresses[name]).catch(again).catch((error) => {
    loaded[name] = undefined;
    throw error;
  }));
}

const order = []; // What was asked for while its script was on the way.
let opened; // The resource at which the menu is open.
let opening = false; // A note is on its way: what is typed is meant for it.

// Has something done by the script that does it, after all that was asked for before.
async function act(place, name, ...rest) {
  order.push([place, name, ...rest]);
  if (order.length > 1) return;
  const waits = setTimeout(() => order.forEach(([each]) => each.setAttribute("aria-busy", "true")));
  const acts = await load("acts").catch(() => null);
  clearTimeout(waits);
  for (const [each] of order) each.removeAttribute("aria-busy");
  const wishes = order.splice(0);
  if (!acts) return sayThatItFailed(wishes);
  for (const [each, what, ...others] of wishes) acts[what](each, ...others);
}

function sayThatItFailed(wishes) {
  toast.replaceChildren(document.getElementById("Unsent").content.cloneNode(true));
  toast.querySelector("button").addEventListener("click", () => {
    toast.replaceChildren();
    for (const wish of wishes) act(...wish);
  });
}

// A double click is one.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest(".state, .section-tools button")) event.preventDefault();
});

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button) return;
  event.preventDefault();
  const place = menu.contains(button) ? opened : (button.closest("[data-resource]") ?? button.parentElement);
  if (menu.contains(button)) menu.hidePopover();
  act(place, "mark", button.getAttribute("formaction"), button.name ? button.value : null);
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest(".more");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const resource = link.closest("[data-resource]");
  const dots = link.querySelector(".icon:nth-of-type(2)").getBoundingClientRect();
  if (link.matches("[data-noted]") && event.detail && event.clientX < dots.left) return openNote(resource);
  opened = resource;
  const acts = await load("acts").catch(() => null);
  if (!acts) location.assign(link.href);
  else if (opened === resource) acts.openMenu(resource, link, openNote);
});

async function openNote(resource) {
  opening = true;
  try {
    const { open } = await load("notes");
    await open(resource, resource.dataset.resource);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    location.assign(resource.querySelector(".more").href);
  } finally {
    opening = false;
  }
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing) return "";
  // A keyboard that writes no Latin letters still has the keys.
  return /^[ -~]$/.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
}

document.addEventListener("keydown", (event) => {
  if (opening || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (pressed(event) === "z" && event.target.closest("[data-resource], .section-tools, .toast")) return act(toast, "undo");
  const inMenu = menu.contains(event.target);
  const resource = inMenu ? opened : event.target.closest("[data-resource]");
  const item = resource && menu.querySelector(`[data-key="${CSS.escape(pressed(event))}"]`);
  if (!item) return;
  event.preventDefault();
  if (inMenu) menu.hidePopover();
  if (item.dataset.key === "n") openNote(resource);
  else act(resource, "mark", resource.querySelector(".control > button").getAttribute("formaction"), item.value);
});

// A page that comes back as it was left may show what has changed since, or is no longer this reader's to see.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Whether this browser holds notes of this reader's, or of a guest's, that were not sent.
function holdsDrafts() {
  const { reader } = form.dataset;
  try {
    return reader && Object.keys(localStorage).some((name) => name.startsWith(`note:${reader}:`) || name.startsWith("note::"));
  } catch {
    return false; // A browser that keeps nothing.
  }
}

// Who has marked before will again: once the page stands, what that needs is fetched.
function prepare() {
  if (form.elements.csrfmiddlewaretoken) load("acts").then((acts) => acts.prepare(), () => {});
  if (holdsDrafts()) load("notes").catch(() => {});
}

if (document.querySelector(".messages .undo")) load("acts").catch(() => {});
if (document.readyState === "complete") prepare();
else addEventListener("load", prepare, { once: true });
