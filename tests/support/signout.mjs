// Drives the worker of the registers while somebody signs out and two pages are still asked for on a slow line.
// Usage: node tests/support/signout.mjs <yes|no: signs out>; prints, as JSON, how many were asked for and how many kept.
const heard = {};
const waiting = [];
const stores = new Map();

class Store {
  pages = new Map();
  match = async (name) => this.pages.get(name);
  put = async (name, page) => void this.pages.set(name, page);
  delete = async (name) => this.pages.delete(name);
  keys = async () => [...this.pages.keys()];
}

Object.assign(globalThis, {
  self: globalThis,
  addEventListener: (type, react) => { heard[type] = react; },
  // As in a browser: what is put into a store that was deleted is in none.
  caches: {
    open: async (name) => stores.get(name) || (stores.set(name, new Store()), stores.get(name)),
    delete: async (name) => stores.delete(name),
  },
  fetch: () => new Promise((done) => waiting.push(done)),
});
await import("../../app/static/js/attendance/worker.js");
const { wipe } = await import("../../app/static/js/attendance/store.js");

const PAGE = "http://school.test/attendance/registers/00000000-0000-4000-8000-00000000000";
const work = [];
const say = (data) => heard.message({ data, source: { postMessage() {} }, waitUntil: (promise) => work.push(promise) });
Object.defineProperty(navigator, "serviceWorker", { value: { controller: { postMessage: say } } });
const turn = () => new Promise((done) => setTimeout(done));
let asked = 0;

say({ here: `${PAGE}1/`, keep: [`${PAGE}1/`, `${PAGE}2/`] });
await turn();
if (process.argv[2] === "yes") await wipe("ann");
for (let turns = 0; turns < 5; turns++) {
  await turn();
  for (const arrive of waiting.splice(0)) asked++, arrive(new Response('<body data-account="ann">'));
}
await Promise.all(work);
console.log(JSON.stringify({ asked, kept: stores.has("registers") ? stores.get("registers").pages.size : 0 }));
