// A register whose taps are saved one by one: the page around the queue. All words are the page's.
import { digits, on, page } from "../page.js";
import { hands } from "./hands.js";
import { makePost, pageOf } from "./post.js";
import { makeQueue } from "./queue.js";
import { makeStore } from "./store.js";
import { count } from "./tally.js";
import { draw, isProposed, read, stateOf, tileOf, tiles, wordsOf } from "./tiles.js";

const { account } = page.body.dataset;
const form = page.querySelector("form[data-marks]");
const list = page.querySelector("[data-registers]");
const bar = page.getElementById("line");
const told = page.getElementById("told");
const here = form ? form.dataset.marks : "";
let token = (page.querySelector("[name=csrf_token]") || {}).value;

const store = makeStore();
const news = new Map();
const seen = new Set();
let rows = [];
let theirs = new Map();
let isTaken = false;
let isWaiting = false;
let isWarned = false;

const fill = (text, n, at = "") => text.replace("{n}", digits(n)).replace("{at}", at);
const now = (tile) => stateOf(tile, rows);

/** What the teacher must read, until it is put away; with `row` it leads to the place where that tap is settled. */
function tell(sentence, row) {
  if (sentence) news.set(sentence, row);
  told.hidden = !news.size;
  told.querySelector("p").replaceChildren(...[...news].flatMap(([text, about]) => [about ? linkTo(about, text) : text, page.createElement("br")]));
}

const isToday = (u) => list && u.includes(`/${list.dataset.today}/`);

/** To the register, which shows both versions; of a day that is over to the pupil's own form, which asks why. The tap
 *  has done its work then, and goes. */
function linkTo({ id, u, k }, textContent) {
  const isOver = k && !isToday(u);
  const link = Object.assign(page.createElement("a"), { textContent, href: isOver ? u.replace("marks/", `pupils/${k}/`) : pageOf(u) });
  if (isOver) link.addEventListener("click", async (event) => {
    event.preventDefault();
    await queue.drop(id);
    location.href = link.href;
  });
  return link;
}

/** The section, where this page names it, and the day of a register. */
function nameOf(u) {
  const [, , , section, day] = u.split("/");
  const link = page.querySelector(`main a[href*="${section}"]`);
  const name = link && link.closest("article, tr").querySelector("h2, th").textContent;
  return [name, digits(new Date(`${day}T12:00`).toLocaleDateString(page.documentElement.lang, { day: "numeric", month: "long" }))].filter(Boolean).join(", ");
}

/** What became of taps elsewhere: on the list of registers, and of those refused on every register. */
function report(row) {
  const { id, u, k, s, q, w } = row;
  if (seen.has(id) || (q !== 5 && !(list && q === 2))) return;
  seen.add(id);
  const tile = u === here && tiles().find(({ key }) => key === k);
  if (q === 2) tell(list.dataset.clash.replace("{at}", nameOf(u)).replace("{state}", list.dataset[s === "o" ? "p" : s]), row);
  else {
    const whose = tile ? tile.li.querySelector(".who span").textContent : u !== here && nameOf(u);
    tell(`${whose ? `${whose}: ` : ""}${w || bar.dataset.refused}`, u !== here && row);
  }
}

function drawClash(tile, { s, m, held }) {
  const stored = held && held.q === 2 && theirs.get(here + tile.key);
  const old = tile.li.querySelector(".clash");
  if (!stored === !old) return;
  if (old) {
    const had = old.contains(page.activeElement);
    old.remove();
    if (had) tile.li.querySelector("input:checked").focus();
    return;
  }
  const box = page.getElementById("clash").content.firstElementChild.cloneNode(true);
  const [, theirS, theirM, who, at] = stored;
  const [left, right] = box.querySelectorAll("button");
  left.querySelector("b").textContent = wordsOf(tile, theirS, `${theirM || ""}`, bar.dataset);
  left.querySelector("small").textContent = [who, at].filter(Boolean).join(" · ");
  right.querySelector("b").textContent = wordsOf(tile, s, m, bar.dataset);
  tile.li.append(box);
  tile.li.scrollIntoView({ block: "center" });
}

function redraw() {
  for (const tile of tiles()) {
    const state = now(tile);
    draw(tile, state, bar.dataset);
    drawClash(tile, state);
  }
  isTaken = isTaken || rows.some(({ k, q }) => !k && q === 4);
  for (const part of page.querySelectorAll("[data-untaken]")) part.hidden = isTaken;
  for (const part of page.querySelectorAll("[data-taken]")) part.hidden = !isTaken;
  const button = form.querySelector("button[data-untaken]");
  if (button) button.setAttribute("aria-busy", rows.some(({ k, q }) => !k && q < 2));
  count();
}

function drawLine({ waiting, phase, saved, to }) {
  const shown = waiting ? phase : saved && "saved";
  for (const part of shown ? bar.children : []) {
    part.hidden = part.dataset.state !== shown;
    const words = part.querySelector("[data-words]");
    if (words && !part.hidden) words.textContent = fill(words.dataset.words, waiting, saved);
    if (part.href !== undefined && to) part.href = to;
  }
}

const queue = makeQueue({
  account,
  store,
  post: makePost(account, token),
  now: () => Date.now(),
  random: (n) => crypto.getRandomValues(new Uint8Array(n)),
  later: (ms, work) => setTimeout(work, ms),
  tell(state) {
    rows = state.rows.filter(({ u }) => u === here);
    theirs = state.theirs;
    isWaiting = state.waiting > 0;
    drawLine(state);
    if (form) redraw();
    state.rows.forEach(report);
    if (state.gone) tell(fill(bar.dataset.gone, state.gone));
    if (!store.isKept && !isWarned) tell(bar.dataset.memory);
    isWarned = !store.isKept;
    // Where the browser can, the worker sends what waits when the line is back, with the page closed.
    if (waits(state) && navigator.serviceWorker) navigator.serviceWorker.ready.then(({ sync }) => sync && sync.register("marks")).catch(() => {});
  },
});
const waits = ({ waiting, phase }) => waiting && phase === "offline";

/** What the school has now, of the same address: drawn where it stands, or said where the list is another one. */
function renew(text) {
  const source = new DOMParser().parseFromString(text, "text/html");
  // Of another account, or in another language since: nothing of it is put right piece by piece.
  if (source.body.dataset.account !== account || source.documentElement.lang !== page.documentElement.lang) return location.reload();
  if (list) {
    page.getElementById("main").replaceChildren(...source.getElementById("main").childNodes);
    return page.querySelector("[data-registers]").replaceWith(list);
  }
  if (!source.querySelector("form[data-marks]")) return tell(bar.dataset.fresh);
  if (!read(source, true)) tell(bar.dataset.fresh);
  isTaken = isTaken || !source.querySelector("button[data-untaken]:not([hidden])");
  const signed = page.getElementById("signed");
  if (signed) signed.replaceChildren(...source.getElementById("signed").childNodes);
  queue.open();
}

async function withWorker() {
  const { serviceWorker } = navigator;
  if (!serviceWorker || !window.caches) return;
  serviceWorker.addEventListener("message", ({ data }) => data.fresh && renew(data.fresh));
  const { active } = (await serviceWorker.register((form || list).dataset.worker), await serviceWorker.ready);
  const own = [...page.querySelectorAll("a[data-own]")].map(({ href }) => href);
  active.postMessage({ here: location.href, keep: [location.href, ...own].slice(0, 12) });
}

if (account && bar && (form || list)) {
  if (form) {
    read(page);
    // Nothing is unsaved on a page that saves each tap.
    delete form.dataset.unsaved;
    isTaken = !form.querySelector("button[data-untaken]:not([hidden])");
    for (const part of page.querySelectorAll("[data-noscript]")) part.hidden = true;
    for (const part of page.querySelectorAll("[data-script]")) part.hidden = false;
    hands({ form, queue, here, now, tiles, tileOf });
    addEventListener("submit", async (event) => {
      if (event.target !== form) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isTaken) return;
      // Finishing makes everybody present of whom nothing was said: what the page proposed is said with it.
      const proposed = tiles().filter((tile) => isProposed(tile, now(tile)));
      if (proposed.length) await queue.taps(here, proposed.map(({ key, first, v }) => [key, first, "", v]));
      queue.finish(here, form.dataset.register);
    }, true);
    on("click", "[data-take]", (button) => queue.choose(here, tileOf(button).key, button.dataset.take === "mine"));
  }
  on("click", "[data-put-away]", () => {
    news.clear();
    tell();
    queue.dismiss();
  });
  for (const type of ["online", "pageshow"]) addEventListener(type, () => queue.open());
  page.addEventListener("visibilitychange", () => page.hidden || queue.open());
  addEventListener("beforeunload", (event) => {
    if (store.isKept || !isWaiting) return;
    event.preventDefault();
    event.returnValue = "";
  });
  queue.open();
  withWorker().catch(() => {});
}
