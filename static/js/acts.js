// What marks.js asks for: posts it, says what came of it at the foot of the window, and tries again what failed; and
// opens the menu at a resource.
const form = document.getElementById("Marks");
const toast = document.getElementById("Toast");
const { htmx: library } = document.querySelector("script[data-htmx]").dataset;
const PATIENCE = 20_000;
let loading;

function htmxLoaded() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = library;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      loading = undefined;
      reject(new TypeError("htmx did not load"));
    };
    document.head.append(script);
  });
  return loading;
}

export function prepare() {
  htmxLoaded().catch(() => {});
}

async function freshToken() {
  const response = await fetch(form.dataset.token, { signal: AbortSignal.timeout(PATIENCE) });
  const { token } = await response.json();
  const field = form.elements.csrfmiddlewaretoken ?? document.createElement("input");
  Object.assign(field, { type: "hidden", name: "csrfmiddlewaretoken", value: token });
  form.append(field);
}

// Posts the form to an address; gives the status of the answer, 0 where none came. htmx swaps in what it holds.
async function post(address, state, place) {
  await Promise.all([form.elements.csrfmiddlewaretoken ?? freshToken(), htmxLoaded()]);
  if (!place.isConnected) place = toast; // htmx posts nothing for what left the page.
  const values = { ...Object.fromEntries(new FormData(form)), ...(state === null ? {} : { state }) };
  return new Promise((resolve) => {
    const ended = (event) => {
      if (event.detail.elt !== place) return;
      document.removeEventListener("htmx:afterRequest", ended);
      resolve(event.detail.xhr.status);
    };
    document.addEventListener("htmx:afterRequest", ended);
    // What came of it the event tells, a failure as well.
    htmx.ajax("POST", address, { source: place, values, swap: "none" }).catch(() => {});
  });
}

// One after the other: a guest's first answer brings the session that the next one needs, and of two answers the later
// one has the percentages that hold.
let turn = Promise.resolve();
const waiting = new Map(); // By address: the last act that is not answered yet.
let failed = []; // What did not reach the site, to be tried again together.
let lately; // The place of the last mark.

// Brings what stands at an address into a state; null where the address says it all.
export async function mark(place, address, state) {
  if (waiting.get(address)?.state === state) return; // A second click of the same.
  const act = { state };
  waiting.set(address, act);
  failed = failed.filter(([, other]) => other !== address);
  if (place !== toast) lately = place;
  const focused = place.contains(document.activeElement);
  const { resource } = place.dataset;
  const elements = resource ? document.querySelectorAll(`[data-resource="${CSS.escape(resource)}"]`) : [place];
  elements.forEach((element) => element.setAttribute("aria-busy", "true"));
  turn = turn.then(() => posted(address, state, place));
  const status = await turn;
  if (waiting.get(address) === act) waiting.delete(address);
  elements.forEach((element) => element.removeAttribute("aria-busy"));
  if (![200, 409, 422].includes(status)) sayThatItFailed(place, address, state);
  else {
    if (focused && (place === toast || document.activeElement.matches("body, .pass"))) focusLately();
    tryAgain(); // The site is reached again.
  }
}

// Takes the last change back, after what is on its way: that is the last one.
export async function undo() {
  await turn;
  toast.querySelector("button[formaction]")?.click();
}

function focusLately() {
  lately?.querySelector("button")?.focus({ preventScroll: true });
}

// Posts, with a fresh token if the old one is not taken; gives the status, 0 where no answer came.
async function posted(address, state, place) {
  try {
    const status = await post(address, state, place);
    if (status !== 403) return status;
    await freshToken();
    return await post(address, state, place);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) reportError(error);
    return 0;
  }
}

function sayThatItFailed(...act) {
  failed.push(act);
  toast.replaceChildren(document.getElementById("Unsent").content.cloneNode(true));
  if (failed.length > 1) toast.querySelector("span").append(` (${failed.length})`);
  toast.querySelector("button").addEventListener("click", () => {
    toast.replaceChildren();
    tryAgain();
  });
}

function tryAgain() {
  for (const act of failed.splice(0)) mark(...act);
}

// The line at the foot of the window goes by itself, unless somebody is at it.

const STAYS = 10_000;
let leaving;

function leaveSoon() {
  clearTimeout(leaving);
  if (failed.length) return;
  leaving = setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) leaveSoon();
    else closeToast();
  }, STAYS * (toast.querySelector("button[formaction], a") ? 2 : 1));
}

function closeToast() {
  const hadFocus = toast.contains(document.activeElement);
  toast.replaceChildren();
  failed = [];
  if (hadFocus) focusLately();
}

function attend() {
  if (!toast.childElementCount || toast.querySelector(".toast-close")) return;
  toast.append(document.getElementById("Closing").content.cloneNode(true));
  toast.querySelector(".toast-close").addEventListener("click", closeToast);
  leaveSoon();
}

new MutationObserver(attend).observe(toast, { childList: true });

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !event.target.closest(".note, [popover], dialog")) closeToast();
});

const said = document.querySelector(".messages .undo");
if (said) {
  toast.replaceChildren(...said.childNodes);
  (said.matches(":only-child") ? said.parentElement : said).remove();
}
attend();

// The menu: one for all resources, filled with what holds for the one that asks for it.

const menu = document.getElementById("Menu");
let opened;
let openNote;

// Opens it beside a resource's link; `note` opens the note of a resource.
export function openMenu(resource, link, note) {
  opened = resource;
  openNote = note;
  const href = link.getAttribute("href");
  const { state } = resource.querySelector(".state").dataset;
  menu.querySelector(".menu-title").textContent = link.lastElementChild.textContent;
  for (const button of menu.querySelectorAll("button[form]")) {
    button.setAttribute("formaction", `${href}${button.name || "broken"}/`);
    if (button.name) button.ariaPressed = button.value === state;
    else button.hidden = !resource.matches(":has(> a[target]):not(:has(> .broken))");
  }
  menu.querySelector("a").href = href;
  menu.showPopover();
  const at = link.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + 4 + size.height < innerHeight || at.top < size.height;
  menu.style.top = `${Math.max(8, below ? Math.min(at.bottom + 4, innerHeight - size.height - 8) : at.top - size.height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
  menu.querySelector("button").focus({ preventScroll: true });
}

menu.querySelector("[data-key='n']").addEventListener("click", () => {
  menu.hidePopover();
  openNote(opened);
});

menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll("button:not([hidden]), a")];
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
});
