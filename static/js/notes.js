// A note is saved a second after the last key, and kept in the browser until the site has it.
// Without this the same forms are posted and answered as pages.
const REST = 1_000;
const PATIENCE = 20_000;
const PAUSES = [5_000, 10_000, 20_000, 40_000, 60_000];
const NEAR = 0.1; // Of all the room.
const PARTING = 60_000; // Bytes: browsers let a page that is left send no more.
const form = document.getElementById("Marks");
const reader = form.dataset.reader;

// Drafts: what was typed and is not known to be saved, by account and resource; of each tab its own.

const tab = Math.random().toString(36).slice(2);
const nameOf = (key, whose = reader) => `note:${whose}:${key}`;

function draftsOf(key, whose) {
  try {
    const drafts = JSON.parse(localStorage.getItem(nameOf(key, whose)));
    return Array.isArray(drafts) ? drafts : [];
  } catch {
    return [];
  }
}

function joined(one, other) {
  if (one.includes(other)) return one;
  return other.includes(one) ? other : `${one}\n\n---\n\n${other}`;
}

// What all tabs left, as one draft, with what it was `taken` from; null where there is none.
function draftOf(key, whose) {
  const taken = draftsOf(key, whose);
  if (!taken.length) return null;
  const version = Math.min(...taken.map((draft) => draft.version));
  return { text: taken.map((draft) => draft.text).reduce(joined), version, taken };
}

// Keeps a draft in the place of this tab's last one, and of those that it has taken over as they stood then.
function keepDraft(key, draft, taken = []) {
  const gone = (other) => other.tab === tab || taken.some(({ tab, text }) => other.tab === tab && other.text === text);
  const others = draftsOf(key).filter((other) => !gone(other));
  const drafts = draft ? [...others, { tab, ...draft }] : others;
  try {
    if (drafts.length) localStorage.setItem(nameOf(key), JSON.stringify(drafts));
    else localStorage.removeItem(nameOf(key));
    return true;
  } catch {
    return false; // A browser that keeps nothing: the text stays in the page.
  }
}

// What a guest wrote belongs to whoever signs in next in this browser.
function adoptGuestDrafts() {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(nameOf("", "")))) {
    const key = name.slice(nameOf("", "").length);
    const theirs = draftOf(key, "");
    const mine = draftOf(key);
    if (theirs?.text.trim()) {
      const text = mine ? joined(mine.text, theirs.text) : theirs.text;
      keepDraft(key, { text, version: mine?.version ?? 0 }, mine?.taken);
    }
    localStorage.removeItem(name);
  }
}

async function freshToken() {
  const response = await fetch(form.dataset.token, { signal: AbortSignal.timeout(PATIENCE) });
  return (await response.json()).token;
}

// Posts a form's fields and gives the answer; throws where none comes.
async function post(address, fields, { keepalive = false } = {}) {
  const send = () => {
    const body = new URLSearchParams(fields);
    const parting = keepalive && body.toString().length < PARTING;
    return fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      keepalive: parting,
      redirect: "error",
      signal: parting ? undefined : AbortSignal.timeout(PATIENCE),
    });
  };
  let response = await send();
  if (response.status === 403) {
    fields.csrfmiddlewaretoken = await freshToken();
    response = await send();
  }
  return response;
}

const editors = new Map(); // By key: the one that was begun last, also when it was closed before all was saved.

class Editor {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.key;
    this.form = box.querySelector(".note-form");
    this.area = this.form.elements.text;
    this.words = box.querySelector(".note-words").dataset;
    this.status = box.querySelector(".note-status");
    // What a page brings along from before a sign-in stands in the editor, and is not saved.
    this.saved = this.area.dataset.saved ?? this.area.value;
    this.failures = 0;
    const earlier = editors.get(this.key);
    earlier?.retire();
    editors.set(this.key, this);
    this.listen();
    this.recall(earlier);
    this.grow();
  }

  // Another editor has taken the text over.
  retire() {
    this.retired = true;
    clearTimeout(this.timer);
  }

  listen() {
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("blur", () => this.flush());
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.box.querySelector(".note-edit")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.edit();
    });
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush({ keepalive: true }));
  }

  get version() {
    return this.form.elements.version.value;
  }

  get isDirty() {
    return this.area.value !== this.saved;
  }

  edit() {
    this.box.querySelector(".note-shown")?.setAttribute("hidden", "");
    this.form.hidden = false;
    this.grow();
    this.area.focus();
  }

  grow() {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`;
  }

  // Takes over what was typed and not saved: in this browser's memory, else in an earlier editor.
  recall(earlier) {
    const unsaved = earlier?.isDirty && { text: earlier.area.value, version: earlier.version };
    const draft = draftOf(this.key) ?? unsaved;
    if (draft?.text === this.saved) keepDraft(this.key, null, draft.taken);
    else if (draft) {
      keepDraft(this.key, { text: draft.text, version: draft.version }, draft.taken);
      this.area.value = draft.text;
      this.form.elements.version.value = draft.version;
      this.edit();
    }
    this.flush();
  }

  typed() {
    this.grow();
    this.status.classList.remove("error");
    const kept = keepDraft(this.key, this.isDirty ? { text: this.area.value, version: this.version } : null);
    if (!reader) this.say(kept ? this.words.guest : "");
    else if (this.room < 0) this.fail(this.words.over.replace("{n}", -this.room));
    else this.say(this.roomLeft);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), REST);
  }

  // How many characters may still be typed.
  get room() {
    return Number(this.area.dataset.most) - [...this.area.value].length;
  }

  // The same in words, where it is little.
  get roomLeft() {
    return this.room < Number(this.area.dataset.most) * NEAR ? this.words.left.replace("{n}", this.room) : "";
  }

  say(text, link) {
    this.status.textContent = text;
    if (!link) return;
    const anchor = Object.assign(document.createElement("a"), { href: link, textContent: this.words.signIn });
    this.status.append(" ", anchor);
  }

  fail(text, link) {
    this.status.classList.add("error");
    this.say(text, link);
  }

  // Sends what is not saved yet: one save at a time, the next with the version that the last one gave.
  flush(options) {
    clearTimeout(this.timer);
    this.sending ??= this.send(options).finally(() => (this.sending = undefined));
    return this.sending;
  }

  async send({ keepalive = false } = {}) {
    const text = this.area.value;
    if (!reader || !this.isDirty || this.inConflict || this.retired || text === this.refused) return;
    if (this.room < 0) return this.fail(this.words.over.replace("{n}", -this.room));
    this.say(this.words.saving);
    try {
      const fields = Object.fromEntries(new FormData(this.form));
      await this.answered(await post(this.box.dataset.address, { ...fields, text }, { keepalive }), text);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) throw error;
      this.later();
    }
    if (!this.failures && !this.retired) this.timer = setTimeout(() => this.flush(), REST);
  }

  later() {
    this.fail(this.words.kept);
    this.timer = setTimeout(() => this.flush(), PAUSES[Math.min(this.failures, PAUSES.length - 1)]);
    this.failures += 1;
  }

  async answered(response, text) {
    if (response.status === 409) {
      // Who goes on typing is told when they rest, of all that they typed.
      return this.area.value === text ? this.conflict(await response.text()) : undefined;
    }
    if (response.status === 401 || response.status === 422) {
      this.refused = text; // Nothing is gained by sending it again as it is.
      const { said, sign_in: signIn } = await response.json();
      return this.fail(said ?? this.words.signedOut, signIn);
    }
    if (!response.ok) return this.later();
    const saved = await response.json();
    this.failures = 0;
    this.saved = text;
    this.form.elements.version.value = saved.version;
    keepDraft(this.key, this.isDirty ? { text: this.area.value, version: saved.version } : null);
    this.status.classList.remove("error");
    this.say([this.words.saved, this.roomLeft].filter(Boolean).join(" · "));
    mark(this.key, saved.text !== "");
  }

  // Shows both versions. Whoever was typing goes on in their own, and the text of both follows until it is edited.
  conflict(html) {
    const wasTyping = document.activeElement === this.area;
    const { selectionStart, selectionEnd } = this.area;
    this.inConflict = true;
    this.form.hidden = true;
    this.box.insertAdjacentHTML("beforeend", html);
    const versions = this.box.querySelector(".note-conflict");
    const { text: both, mine, theirs } = versions.elements;
    let isEdited = false;
    versions.addEventListener("submit", (event) => this.chosen(event, versions));
    versions.addEventListener("input", ({ target }) => {
      if (target === both) isEdited = true;
      else if (!isEdited) both.value = joined(theirs.value, mine.value);
      keepDraft(this.key, { text: isEdited ? joined(both.value, mine.value) : mine.value, version: this.version });
    });
    versions.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      versions.requestSubmit(versions.querySelector(`[value="${event.target === mine ? "mine" : "joined"}"]`));
    });
    this.bindClose(versions);
    if (!wasTyping) return;
    mine.focus();
    mine.setSelectionRange(selectionStart, selectionEnd);
  }

  // Lets the buttons that close put the note away, where it can be.
  bindClose(part) {
    for (const button of part.querySelectorAll(".note-close")) {
      button.hidden = !this.close;
      button.addEventListener("click", () => {
        this.flush();
        this.close();
      });
    }
  }

  async chosen(event, versions) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(versions, event.submitter));
    const text = fields.choice === "joined" ? fields.text : fields[fields.choice];
    this.inConflict = false;
    this.area.value = text.replaceAll("\r\n", "\n");
    this.form.elements.version.value = fields.version;
    this.saved = fields.choice === "theirs" ? this.area.value : fields.theirs.replaceAll("\r\n", "\n");
    keepDraft(this.key, this.isDirty ? { text: this.area.value, version: fields.version } : null);
    versions.remove();
    this.say("");
    this.edit();
    mark(this.key, this.saved !== "");
    await this.flush();
  }

  async submitted(event) {
    if (event.submitter?.classList.contains("note-previewer")) {
      event.preventDefault();
      return this.preview(event.submitter.getAttribute("formaction"));
    }
    if (!reader) return; // The sign-in takes the text along.
    event.preventDefault();
    this.failures = 0;
    this.refused = undefined;
    await this.flush();
    if (this.isDirty) await this.flush(); // What was typed while a save was on its way.
    if (!this.isDirty) this.show();
  }

  // Shows the note as it is saved, in the place of its editor.
  async show() {
    if (!this.area.value) return this.close?.();
    const response = await fetch(this.box.dataset.address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok || this.isDirty) return;
    const place = document.createElement("div");
    place.innerHTML = await response.text();
    const fresh = place.firstElementChild;
    this.box.replaceWith(fresh);
    begin(fresh, this.close);
    fresh.querySelector(".note-edit")?.focus();
  }

  async preview(address) {
    const place = this.box.querySelector(".note-preview");
    try {
      const body = new URLSearchParams(Object.fromEntries(new FormData(this.form)));
      const response = await fetch(address, {
        method: "POST",
        body,
        headers: { "HX-Request": "true" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.status === 422) return this.fail((await response.json()).said);
      if (!response.ok) throw new TypeError("no preview");
      place.innerHTML = await response.text();
      place.hidden = false;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
      this.fail(this.words.noPreview);
    }
  }
}

// Shows at each place of a resource whether there is a note.
function mark(key, noted) {
  for (const link of document.querySelectorAll(`[data-resource="${CSS.escape(key)}"] > .more`)) {
    link.toggleAttribute("data-noted", noted);
  }
}

// Brings a note's box to life; `close` puts it away where it was opened in place.
function begin(box, close) {
  const editor = new Editor(box);
  editor.close = close;
  editor.bindClose(box);
  return editor;
}

// Opens a resource's note under the place from which it was asked for. Throws a TypeError where the site is not reached.
export async function open(resource, key) {
  const places = [...document.querySelectorAll(`.note[data-note="${CSS.escape(key)}"]`)];
  const after = (place) => resource.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING;
  const place = places.find(after) ?? places.at(-1);
  if (place.firstElementChild) return place.querySelector("textarea, .note-edit")?.focus();
  for (const other of places) other.replaceChildren();
  const address = resource.querySelector(".more").href;
  const response = await fetch(`${address}note/`, { headers: { "HX-Request": "true" } });
  if (!response.ok) throw new TypeError("no note");
  place.innerHTML = await response.text();
  place.lang = document.documentElement.lang;
  const close = () => {
    place.replaceChildren();
    resource.querySelector(".more").focus();
  };
  const box = place.firstElementChild;
  box.querySelector("[name=next]").value = location.pathname;
  const editor = begin(box, close);
  if (editor.form.hidden) box.querySelector(".note-edit").focus();
  else editor.area.focus();
}

document.addEventListener("keydown", (event) => {
  // Whoever writes Chinese leaves a word's choice by Escape, not the note.
  const place = event.key === "Escape" && !event.isComposing && event.target.closest(".note");
  if (place) [...place.querySelectorAll(".note-close")].find((button) => button.checkVisibility())?.click();
});

// Sends drafts whose editors are not open; one that meets a newer note waits for its editor.
async function sendDrafts() {
  const keys = Object.keys(localStorage).filter((name) => name.startsWith(nameOf(""))).map((name) => name.slice(nameOf("").length));
  for (const key of keys) {
    const draft = draftOf(key);
    const isOpen = document.querySelector(`.note-box[data-key="${CSS.escape(key)}"]`);
    if (!draft || isOpen) continue;
    const address = form.dataset.note.replace("KEY", encodeURIComponent(key));
    const { text, version, taken } = draft;
    const fields = { ...Object.fromEntries(new FormData(form)), text, version };
    const response = await post(address, fields).catch(() => null);
    if (!response) return;
    if (response.status === 409 || response.status === 422) sayThatItWaits(address);
    if (response.ok) {
      keepDraft(key, null, taken);
      mark(key, (await response.json()).text !== "");
    }
  }
}

function sayThatItWaits(address) {
  const words = document.getElementById("Waiting").content.cloneNode(true);
  words.querySelector("a").href = address.replace(/note\/$/, "?edit");
  document.getElementById("Toast").replaceChildren(words);
}

if (reader) {
  try {
    adoptGuestDrafts();
    addEventListener("online", sendDrafts);
    sendDrafts();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // A browser that keeps nothing.
  }
}
for (const box of document.querySelectorAll(".note-box")) begin(box);
