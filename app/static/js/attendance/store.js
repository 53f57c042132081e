// Where the queue is kept: one table of IndexedDB. A browser that has none (some private windows) gets memory, and
// `isKept` says so.
const NAME = "registers";
const TABLE = "taps";

const settled = (request) =>
  new Promise((yes, no) => {
    request.onsuccess = () => yes(request.result);
    request.onerror = request.onblocked = () => no(request.error);
  });

async function connect() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "id" });
  const database = await settled(request);
  database.onversionchange = () => database.close();
  return database;
}

const change = (database, edit) =>
  new Promise((yes, no) => {
    // "strict": on the disk before the page says that it is kept.
    const deal = database.transaction(TABLE, "readwrite", { durability: "strict" });
    const table = deal.objectStore(TABLE);
    let after;
    table.getAll().onsuccess = ({ target: { result: before } }) => {
      after = edit(before);
      const kept = new Set(after.map(({ id }) => id));
      for (const { id } of before) if (!kept.has(id)) table.delete(id);
      for (const row of after) if (!before.includes(row)) table.put(row);
    };
    deal.oncomplete = () => yes(after);
    deal.onerror = deal.onabort = () => no(deal.error);
  });

export function makeStore() {
  let database;
  let rows = [];
  const store = {
    isKept: true,
    async change(edit) {
      // A connection can be lost while the page sleeps: once more, on a new one.
      for (let tries = 0; store.isKept && tries < 2; tries++) {
        try {
          database = database || (await connect());
          return (rows = await change(database, edit));
        } catch (problem) {
          database = null;
        }
      }
      store.isKept = false;
      return (rows = edit(rows));
    },
    alone: async (work) => (navigator.locks ? navigator.locks.request(NAME, work) : work()),
  };
  return store;
}

/** What is kept for an account. */
export const mine = async (account) => (await makeStore().change((rows) => rows)).filter(({ a }) => a === account);

/** Nothing of an account stays on this tablet, nor any page: the worker may be about to keep one more. */
export async function wipe(account) {
  const { controller } = navigator.serviceWorker || {};
  if (controller) controller.postMessage({ wipe: 1 });
  if (self.caches) await caches.delete(NAME);
  await makeStore().change((rows) => rows.filter(({ a }) => a !== account));
}
