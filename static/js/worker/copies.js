// Keeps the pages of the roadmap that was read last, for reading offline. The site puts SITE before this.
//
// The copies are one reader's. Each page says by X-Reader for whom it was made; once one is for another than the copies
// all are deleted, and what was asked for before that is not kept any more.
const COPIES = "copies:";
const OURS = `${COPIES}${SITE.release}:`; // Then the reader, ":", and the roadmap.
const SHELL = `site:${SITE.release}`;
const MOST = 40; // Pages.
const PATIENCE = 8_000;
const REST = 3_000; // Between the last mark on a page and keeping the page anew.
const FILE = /"(\/(?:static|media)\/[^"]+|\/styles\.[^"]+)"/g;
const LOOSELY = { ignoreVary: true };

let reader; // Whose the copies are: null is nobody, undefined is not looked up yet.
let generation = 0; // How often all copies were deleted.
let leaving = 0; // Sign-outs under way.
let changes = 0;
const taking = new Map(); // By address: what is being kept.

let turn = Promise.resolve();
function inTurn(act) {
  const done = turn.then(act);
  turn = done.catch(() => {});
  return done;
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const isFile = ({ pathname }) => new RegExp(FILE.source).test(`"${pathname}"`);
const isAt = (url, name) => SITE.languages.flatMap((language) => language[name]).some((start) => url.pathname.startsWith(start));
const languageOf = (url) => SITE.languages.find(({ home }) => new URL(url).pathname.startsWith(home));
const named = async (start) => (await caches.keys()).filter((name) => name.startsWith(start));
// What an address is kept under: of its query the filter alone makes another page of it.
function nameOf(address) {
  const url = new URL(address);
  const wanted = [...url.searchParams].filter(([name, value]) => value && SITE.filters.includes(name));
  return url.origin + url.pathname + (wanted.length ? `?${new URLSearchParams(wanted)}` : "");
}

const filesIn = (text) => new Set([...text.matchAll(FILE)].map(([, address]) => address));

// What follows up to `pages` is done in turn.

async function lookUp() {
  if (reader === undefined) reader = (await named(OURS))[0]?.split(":")[2] ?? null;
}

async function forget() {
  generation += 1;
  reader = null;
  for (const name of await named(COPIES)) await caches.delete(name);
}

// Whether a page that was made for `name`, and asked for when `begun` was the generation, may be kept.
async function admit(name, begun) {
  await lookUp();
  if (name === reader) return !leaving;
  const isNew = begun === generation && !leaving;
  if (reader !== null || isNew) await forget(); // What comes late tells nothing new where nothing is kept.
  if (isNew) reader = name;
  return isNew;
}

async function put(address, roadmap, headers, text) {
  const name = `${OURS}${reader}:${roadmap}`;
  for (const other of await named(COPIES)) if (other !== name) await caches.delete(other);
  const copies = await caches.open(name);
  headers.set("X-Kept", new Date().toISOString());
  await copies.put(nameOf(address), new Response(text, { headers }));
  for (const old of (await pages(copies)).slice(0, -MOST)) await copies.delete(old, LOOSELY);
  return name;
}

async function copyOf(address) {
  await lookUp();
  if (reader === null || leaving) return undefined;
  const [name] = await named(`${OURS}${reader}:`);
  const copies = name && (await caches.open(name));
  return copies && copies.match(nameOf(address), LOOSELY);
}

async function pages(copies) {
  return (await copies.keys()).filter(({ url }) => !isFile(new URL(url)));
}

// Answers

// Resolves once no copy is another reader's; what is kept of the answer is kept afterwards, in `taking`.
async function take(answer, address, begun) {
  const name = answer.headers.get("X-Reader");
  if (name === null) return;
  const roadmap = answer.ok && !answer.redirected && answer.headers.get("X-Roadmap");
  const copy = roadmap && answer.clone();
  const admitted = inTurn(async () => (await admit(name, begun)) && generation);
  if (copy) taking.set(address, keep(copy, address, roadmap, admitted).catch(() => {}));
  if (name !== reader) await admitted;
}

async function keep(answer, address, roadmap, admitted) {
  const text = await answer.text();
  const then = await admitted;
  const name = await inTurn(() => then === generation && !leaving && put(address, roadmap, new Headers(answer.headers), text));
  if (!name) return;
  for (const file of filesIn(text)) {
    if (await caches.match(file, LOOSELY)) continue;
    const found = await fetch(file);
    await inTurn(async () => found.ok && (await caches.has(name)) && (await caches.open(name)).put(file, found));
  }
}

async function look(address) {
  const begun = generation;
  await take(await fetch(address), address, begun);
  await taking.get(address);
}
