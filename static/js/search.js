// Results as one types, in the dialog that site.js opens. What is typed stays in its form, which leads to a page of all
// results whenever this cannot.
const finder = document.getElementById("Finder");
const form = finder.querySelector("form");
const input = form.elements.q;
const said = finder.querySelector("[role=status]");
const list = finder.querySelector("[role=listbox]");
const PAUSE = 150;
const PATIENCE = 20_000;
let timer;
let request; // The one whose answer counts.
let answered = ""; // The query that the list is of.

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

// Shows what was found for a query: a line, and groups of results.
function show(query, line, groups) {
  answered = query;
  said.textContent = line;
  list.replaceChildren(...groups);
  options().forEach((option, number) => {
    option.id = `Hit-${number}`;
    option.tabIndex = -1;
    option.setAttribute("aria-selected", "false");
  });
  list.hidden = !groups.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  list.scrollTop = 0;
  choose(options()[0]);
}

function stop() {
  request?.abort();
  request = undefined;
  finder.removeAttribute("aria-busy");
}

// Also once the dialog opens: it may have closed before its answer, and word of that comes later still.
export async function ask() {
  clearTimeout(timer);
  stop();
  const query = input.value.trim();
  if (!finder.open || query === answered) return;
  if (!query) return show("", "", []);
  const mine = (request = new AbortController());
  const patience = setTimeout(() => mine.abort(), PATIENCE);
  finder.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`${form.action}?${new URLSearchParams({ q: query, part: "list" })}`, { signal: mine.signal });
    const { body } = new DOMParser().parseFromString(await response.text(), "text/html");
    if (request !== mine) return;
    const [line, groups] = body.children;
    if (!response.ok || !groups) throw new TypeError("no list of results");
    stop();
    show(query, line.textContent.trim(), [...groups.children]);
  } catch {
    if (request && request !== mine) return;
    stop();
    if (finder.open && input.value.trim() === query) show("", finder.dataset.failed, []);
  } finally {
    clearTimeout(patience);
  }
}

function askSoon(event) {
  clearTimeout(timer);
  // Letters of Chinese that are not chosen yet are no words.
  if (!event.isComposing) timer = setTimeout(ask, PAUSE);
}

input.addEventListener("input", askSoon);
input.addEventListener("compositionend", askSoon);

input.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = options();
  if (step && all.length) {
    event.preventDefault();
    choose(all.at((all.indexOf(chosen()) + step) % all.length));
  } else if (event.key === "Enter" && chosen() && answered === input.value.trim()) {
    event.preventDefault();
    chosen().click();
  }
});

// A result may stand on this very page: what covers it goes first.
list.addEventListener("click", (event) => {
  if (event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey) finder.close();
});
form.addEventListener("submit", () => finder.close());
finder.addEventListener("close", ask);

Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" }).forEach(
  ([name, value]) => input.setAttribute(name, value),
);
