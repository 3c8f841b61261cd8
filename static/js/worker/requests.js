// What the worker does with a request; the copies are told of in copies.js, which stands before this.
async function answered(event, address, asked) {
  let failed = false;
  const answer = await Promise.race([asked.catch(() => (failed = true) && null), pause(PATIENCE)]);
  if (answer) return answer;
  const copy = await inTurn(() => copyOf(address));
  if (copy) return shown(copy, address, failed);
  return asked.catch(() => offline(address));
}

async function shown(copy, address, failed) {
  const words = languageOf(address);
  const at = copy.headers.get("X-Kept");
  const time = new Date(at).toLocaleString(words.tag, { dateStyle: "long", timeStyle: "short" });
  const kept = words.kept.replace("{time}", `<time datetime="${at}">${time}</time>`);
  const line = `<p class="kept-line" role="status">${failed ? words.gone : words.slow} ${kept} <a href="">${words.again}</a></p>`;
  const text = (await copy.text()).replace("<html", `<html data-kept="${at}"`);
  return new Response(text.replace(/<main[^>]*>/, (main) => main + line), { headers: copy.headers });
}

async function offline(address) {
  const words = languageOf(address);
  const page = await caches.match(words.offline, LOOSELY);
  if (!page) return Response.error();
  const list = await inTurn(listed);
  const text = await page.text();
  const said = text.replace(/<!--copies-->[^]*<!--\/copies-->/, (none) => (list ? `<p>${words.copies}</p><ul>${list}</ul>` : none));
  return new Response(said, { status: 503, headers: page.headers });
}

async function listed() {
  await lookUp();
  const [name] = reader === null ? [] : await named(`${OURS}${reader}:`);
  if (!name) return "";
  const copies = await caches.open(name);
  const entries = (await pages(copies)).map(async (request) => {
    const text = await (await copies.match(request, LOOSELY)).text();
    const { pathname, search } = new URL(request.url);
    return `<li><a href="${pathname}${search.replaceAll("&", "&amp;")}">${text.match(/<title>([^]*?)<\/title>/)[1].trim()}</a></li>`;
  });
  return (await Promise.all(entries)).join("");
}

// Events

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(install());
});

async function install() {
  const shell = await caches.open(SHELL);
  for (const { offline } of SITE.languages) {
    await shell.add(offline);
    await shell.addAll([...filesIn(await (await shell.match(offline, LOOSELY)).text())]);
  }
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of [...(await named(COPIES)), ...(await named("site:"))]) {
    if (name !== SHELL && !name.startsWith(OURS)) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && isAt(url, "signOut")) event.respondWith(signOut(request));
  else if (isAt(url, "admin")) return;
  else if (request.method === "POST") {
    if (request.mode !== "navigate") event.waitUntil(renew(event.clientId));
  } else if (request.method === "GET" && request.mode === "navigate") navigate(event);
  else if (request.method === "GET" && isFile(url) && !request.headers.has("Range")) event.respondWith(file(request));
});

function navigate(event) {
  const { url } = event.request;
  const begun = generation;
  const asked = fetch(event.request).then(async (answer) => {
    await take(answer, url, begun).catch(() => {});
    return answer;
  });
  event.waitUntil(asked.then(() => taking.get(url)).catch(() => {}));
  event.respondWith(answered(event, url, asked));
}

async function file(request) {
  return fetch(request).catch(async () => (await caches.match(request, LOOSELY)) ?? Response.error());
}

async function signOut(request) {
  leaving += 1;
  await inTurn(forget);
  const answer = await fetch(request).catch(() => notOut(request.url));
  await inTurn(forget);
  leaving -= 1;
  return answer;
}

// Whoever leaves a shared machine must know that the next one may be let in as them.
async function notOut(address) {
  const { stillIn, leave, signOut: [out] } = languageOf(address);
  const page = await offline(address);
  if (page.type === "error") return page;
  const line = `<p class="kept-line" role="alert">${stillIn} <a href="${out}">${leave}</a></p>`;
  const text = (await page.text()).replace(/<main[^>]*>/, (main) => main + line);
  return new Response(text, { status: 503, headers: page.headers });
}

async function renew(client) {
  changes += 1;
  const mine = changes;
  await pause(REST);
  const page = mine === changes && (await self.clients.get(client));
  if (page && (await inTurn(() => copyOf(page.url)))) await look(page.url).catch(() => {});
}

// What a page says of itself: a hard reload passes the worker by, and the first page came before it.
self.addEventListener("message", (event) => event.waitUntil(hear(event.source.url, event.data)));

async function hear(address, { reader: name, keeps, missed }) {
  await inTurn(async () => {
    await lookUp();
    if (reader !== null && reader !== name) await forget();
  });
  if (!keeps) return;
  await taking.get(address);
  if (missed || !(await inTurn(() => copyOf(address)))) await look(address).catch(() => {});
}
