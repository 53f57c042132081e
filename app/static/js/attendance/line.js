// A register whose taps are saved one by one: the page around the queue. All words are the page's.
import { digits, on, page } from "../page.js";
import { hands } from "./hands.js";
import { makePost } from "./post.js";
import { makeQueue } from "./queue.js";
import { makeStore } from "./store.js";
import { count } from "./tally.js";
import { draw, read, stateOf, tileOf, tiles, wordsOf } from "./tiles.js";

const { account } = page.body.dataset;
const form = page.querySelector("form[data-marks]");
const list = page.querySelector("[data-registers]");
const bar = page.getElementById("line");
const told = page.getElementById("told");
const here = form ? form.dataset.marks : "";
let token = (page.querySelector("[name=csrf_token]") || {}).value;

const store = makeStore();
const news = new Set();
let rows = [];
let theirs = new Map();
let isTaken = false;
let isWaiting = false;
let isWarned = false;

const fill = (text, n, at = "") => text.replace("{n}", digits(n)).replace("{at}", at);
const now = (tile) => stateOf(tile, rows);

/** What the teacher must read, until it is put away. */
function tell(sentence) {
  if (sentence) news.add(sentence);
  told.hidden = !news.size;
  told.querySelector("p").replaceChildren(...[...news].flatMap((each) => [each, page.createElement("br")]));
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
    for (const [u, k, why] of state.refused || []) {
      const tile = u === here && tiles().find(({ key }) => key === k);
      tell(`${tile ? `${tile.li.querySelector(".who span").textContent}: ` : ""}${why || bar.dataset.refused}`);
    }
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
  if (source.body.dataset.account !== account) return location.reload();
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
    addEventListener("submit", (event) => {
      if (event.target !== form) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!isTaken) queue.finish(here, form.dataset.register);
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
