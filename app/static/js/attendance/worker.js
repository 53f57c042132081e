// Stands between the registers and the line. A register opened before is shown at once and asked for anew behind; without
// a line there is what was kept, and a small page for all else. Pages are kept 72 hours, at most twelve, of one account.
import { look, makePost } from "./post.js";
import { KEPT, makeQueue } from "./queue.js";
import { makeStore } from "./store.js";

/* global ASSETS */
const PAGES = "registers";
const FILES = "register-files";
const OFFLINE = "/attendance/offline/";
const MOST = 12;
const PATIENCE = 4000;
const REGISTER = /^\/attendance\/registers\/([\da-f-]{36}\/(\d{4}-\d\d-\d\d\/)?)?$/;
const ACCOUNT = /data-account="([^"]+)"/;

// Signing out ends an era: what was asked for in it is kept no more.
let era = 0;

/** Of the list of registers its campus and class count too. */
const nameOf = (url) => {
  const { origin, pathname, search, searchParams } = new URL(url);
  const period = searchParams.get("period");
  return origin + pathname + (/registers\/$/.test(pathname) ? search : +period ? `?period=${period}` : "");
};
/** With some of its pupils hidden it is not the register. */
const isRegister = (url) => REGISTER.test(new URL(url).pathname) && !/[?&]show=/.test(url);
const isDated = (url) => /\d{4}-\d\d-\d\d\/$/.test(new URL(url).pathname);
const tagOf = (answer) => answer.headers.get("ETag");
const kept = (answer, name) => answer.headers.get(`X-Kept-${name}`);

/** What is kept under an address, if it may still be shown. "Today" of yesterday is another register. */
async function find(url) {
  const pages = await caches.open(PAGES);
  const answer = await pages.match(nameOf(url), { ignoreVary: true });
  if (!answer) return null;
  const at = +kept(answer, "at");
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  if (Date.now() - at < KEPT && (isToday || isDated(url))) return answer;
  await pages.delete(nameOf(url));
  return null;
}

/** Keeps a page; those of any other account go. */
async function keep(url, answer, text, began) {
  const account = (ACCOUNT.exec(text) || [])[1];
  const pages = await caches.open(PAGES);
  // Last, because signing out may come while the cache is opened; one that is wiped later takes what is put with it.
  if (began !== era || !account || !isRegister(url)) return;
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-at", Date.now());
  headers.set("X-Kept-of", account);
  await pages.delete(nameOf(url));
  await pages.put(nameOf(url), new Response(text, { headers }));
  const names = await pages.keys();
  for (const [at, name] of names.entries()) {
    const page = await pages.match(name, { ignoreVary: true });
    const isOld = Date.now() - kept(page, "at") >= KEPT;
    if (kept(page, "of") !== account || isOld || names.length - at > MOST) await pages.delete(name);
  }
}

/** Asks the school, and keeps what it answers. */
async function fetchAndKeep(request, url, began = era) {
  const answer = await fetch(request);
  if (answer.status !== 200 || !isRegister(url)) return { answer };
  const text = await answer.clone().text();
  // Where a register is kept lesson by lesson, today's address leads on to the lesson's own.
  await keep(answer.redirected ? answer.url : url, answer, text, began);
  return { answer, text };
}

/** The page as it is now where that differs from what was kept, by address: the page shown asks for it once it is there.
 *  Whom the school sends away or tells nothing does not go on reading what was kept: of no account, the page reloads. */
const newer = new Map();

async function compare(old, asked, url) {
  const { answer, text } = await asked;
  if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) {
    await (await caches.open(PAGES)).delete(nameOf(url));
    return "<body>";
  }
  return text && tagOf(old) !== tagOf(answer) ? text : "";
}

async function show(event) {
  const { request } = event;
  const { url } = request;
  const old = isRegister(url) ? await find(url) : null;
  const asked = fetchAndKeep(request, url);
  newer.delete(nameOf(url));
  if (!old) return asked.then(({ answer }) => answer, () => caches.match(OFFLINE, { ignoreVary: true }).then((page) => page || Response.error()));
  // Reloaded, come from signing in, or sent here by a form: the school first, as long as it is not too slow.
  const wantsNew = /^(reload|no-cache)$/.test(request.cache) || /\/sign-in/.test(request.referrer) || nameOf(request.referrer || "about:blank") === nameOf(url);
  newer.set(nameOf(url), compare(old, asked, url).catch(() => ""));
  event.waitUntil(newer.get(nameOf(url)));
  if (!wantsNew) return old;
  const slow = new Promise((done) => setTimeout(done, PATIENCE, old));
  return Promise.race([asked.then(({ answer }) => answer, () => old), slow]);
}

async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

async function tidy() {
  const pages = await caches.open(PAGES);
  const files = await caches.open(FILES);
  // A kept page names the files it was made with.
  const texts = await Promise.all((await pages.keys()).map(async (name) => (await pages.match(name, { ignoreVary: true })).text()));
  for (const request of await files.keys()) {
    const { pathname } = new URL(request.url);
    if (![...ASSETS, OFFLINE].includes(pathname) && !texts.some((text) => text.includes(pathname))) await files.delete(request);
  }
}

/** Sends what waits while no page is open, for the account that is signed in. */
async function send() {
  const store = makeStore();
  const [first] = (await store.change((rows) => rows)).filter(({ q }) => q < 2);
  if (!first) return;
  const { account, token } = await look(first.u);
  if (!account) return;
  await makeQueue({
    account,
    store,
    post: makePost(account, token),
    now: () => Date.now(),
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
    later: () => {},
    tell: () => {},
  }).flush();
}

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll([...ASSETS, OFFLINE])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("sync", (event) => event.waitUntil(send()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/build/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(show(event));
});

self.addEventListener("message", (event) => {
  event.waitUntil((async () => {
    if (event.data.wipe) {
      era++;
      return caches.delete(PAGES);
    }
    const began = era;
    const name = nameOf(event.data.here);
    const text = await newer.get(name);
    newer.delete(name);
    if (text) event.source.postMessage({ fresh: text });
    for (const url of event.data.keep || []) {
      if (began === era && isRegister(url) && !(await find(url))) await fetchAndKeep(url, url, began).catch(() => {});
    }
  })());
});
