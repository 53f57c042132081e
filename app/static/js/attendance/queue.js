// What was tapped on registers and is not known to be stored. Pure: where it is kept, how it is sent, what time it is,
// chance and waiting are given to it, so that a test can drive it through thousands of broken lines.
//
// A row: id, a (account), u (address of the register's marks), k (key of the pupil, "" for finishing), s (state, or the
// roster of a finish), m (minutes or HHMM), b (version it is based on), t (milliseconds), q (below), w (why it was
// refused). Nothing else is kept: no names, no remarks.
const WAITS = 0;
const SENT = 1; // perhaps stored: the answer did not come
const CLASH = 2; // somebody else stored another state: the teacher chooses
const GONE = 3; // too old, and the teacher is to be told
const KNOWN = 4; // the last the school answered of this pupil; b is its version
const REFUSED = 5; // and the teacher is to be told: the answer may have come with no page open

export const KEPT = 72 * 3600 * 1000;
const MOST = 60;
const SOON = 400;

const isOpen = (row) => row.q < CLASH;
const at = (u, k) => (row) => row.u === u && row.k === k;

/** The queue of one account on this tablet.
 *  store.change(edit) replaces all rows at once and resolves to them; store.alone(work) keeps other tabs out.
 *  post(u, body) resolves to {status, body}, with status 0 where nothing was understood.
 *  now() is in milliseconds, random(n) gives n bytes, later(ms, work) waits, and tell(state) is called on each change. */
export function makeQueue({ account, store, post, now, random, later, tell }) {
  let rows = [];
  let phase = "";
  let fails = 0;
  let most = MOST;
  let due = 0;
  let working = null;
  let to, saved;
  const theirs = new Map();
  const remarks = new Map();

  const newId = () => {
    const bytes = random(16);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return btoa(String.fromCharCode(...bytes)).slice(0, 22).replace(/\+/g, "-").replace(/\//g, "_");
  };
  const say = () => {
    const waiting = rows.filter(isOpen).length;
    tell({ rows, waiting, theirs, to, saved, phase: waiting ? phase : "saved", gone: rows.filter(({ q }) => q === GONE).length });
  };

  /** What is too old goes; of taps a mark stays for the account they belong to, which is told. */
  const expire = (all) =>
    all
      .filter(({ q, t }) => q !== KNOWN || now() - t < KEPT)
      .map((row) => ((row.q < GONE || row.q === REFUSED) && now() - row.t >= KEPT ? { id: row.id, a: row.a, t: row.t, q: GONE } : row));

  async function change(edit) {
    const all = await store.change((before) => {
      const kept = expire(before);
      return [...kept.filter(({ a }) => a !== account), ...edit(kept.filter(({ a }) => a === account))];
    });
    rows = all.filter(({ a }) => a === account);
    say();
  }

  function wake(pause) {
    const mine = ++due;
    later(pause, () => mine === due && flush());
  }

  const put = (u, k, s, m, b, remark) => (own) => {
    const mine = own.filter(at(u, k));
    const held = mine.find(({ q }) => q === WAITS || q === CLASH);
    // Of pupils finishing was the first to mark, only finishing itself is known.
    const known = own.filter(({ u: where, k: whom, q }) => where === u && q === KNOWN && (whom === k || !whom));
    const row = { id: newId(), a: account, u, k, s, m, b: Math.max(b, ...known.map((each) => each.b)), t: now(), q: WAITS };
    if (held) Object.assign(row, { b: held.b, q: held.q });
    if (remark === undefined && held) remark = remarks.get(held.id);
    if (remark !== undefined) remarks.set(row.id, remark);
    return [...own.filter((each) => each !== held), row];
  };

  /** A tap, based on the version the page shows. One that has not left yet is replaced by it. */
  async function tap(u, k, s, m = "", b = 0, remark) {
    return taps(u, [[k, s, m, b, remark]]);
  }

  /** Several at once. */
  async function taps(u, list) {
    if (!rows.some(isOpen)) phase = "saving";
    await change((own) => list.reduce((all, [k, s, m, b, remark]) => put(u, k, s, m, b, remark)(all), own));
    if (phase === "saving") wake(SOON);
  }

  /** Finish the register: goes behind all taps made before. */
  async function finish(u, roster) {
    if (!rows.some(isOpen)) phase = "saving";
    await change((own) => put(u, "", roster, "", 0)(own.filter((row) => !(at(u, "")(row) && isOpen(row)))));
    wake(0);
  }

  /** Of a clash: mine goes out again upon what is stored now, or what is stored stands. */
  async function choose(u, k, isMine) {
    const [version, s, m] = theirs.get(u + k);
    theirs.delete(u + k);
    await change((own) => {
      const mine = own.find((row) => at(u, k)(row) && row.q === CLASH);
      const told = known(u, k, version, s, m);
      // Chosen in another tab already.
      if (!mine) return own;
      return own
        .filter((row) => row !== mine && row.id !== told.id)
        // Said when it was tapped: chosen on a later day it is no correction of that day.
        .concat(told, isMine ? { ...mine, id: newId(), b: version, q: WAITS } : []);
    });
    wake(0);
  }

  const known = (u, k, b, s, m) => ({ id: account + u + k, a: account, u, k, s, m: `${m || ""}`, b, t: now(), q: KNOWN });

  /** The next that can go in one request. Of a pupil whose last tap may be stored, only that one is repeated: what came
   *  after it is based on its answer, and so it is with finishing, which goes with the last of the taps. */
  function next(own) {
    const ready = own.filter(isOpen);
    const first = ready.find(({ q }) => q === SENT) || ready[0];
    if (!first) return [];
    const ours = ready.filter(({ u }) => u === first.u);
    const open = new Set(ours.filter(({ q }) => q === SENT).map(({ k }) => k));
    const out = ours.filter(({ q, k }) => k && (q === SENT || !(open.has(k) || open.has(""))));
    const end = ours.filter(({ k }) => !k);
    return (open.has("") || out.length + end.length === ours.length ? out.concat(end) : out).slice(0, most);
  }

  const line = ({ id, k, s, m, b, t }) => {
    const said = Math.floor(t / 1000);
    if (!k) return `done=${s}&at=${said}`;
    const remark = remarks.get(id);
    return `m=${[id, k, s, b, said].join(".")}${m || remark !== undefined ? `.${m}` : ""}${remark === undefined ? "" : `.${encodeURIComponent(remark)}`}`;
  };

  /** What the rows are after an answer. */
  function settle(own, sent, { m = [], c = [], x = [], d = [], t }) {
    const { u } = sent[0];
    const all = new Map(own.map((row) => [row.id, row]));
    const learn = (k, b, s, minutes) => {
      const row = known(u, k, b, s, minutes);
      const old = all.get(row.id);
      if (!old || old.b <= b) all.set(row.id, row);
    };
    const follower = (k) => [...all.values()].find((row) => at(u, k)(row) && row.q === WAITS);
    const base = (k, b) => {
      const row = follower(k);
      if (row) all.set(row.id, { ...row, b });
    };
    const byKey = new Map(sent.map((row) => [row.k, row]));
    for (const [k, version] of m) {
      const row = byKey.get(k);
      if (!row) continue;
      all.delete(row.id);
      remarks.delete(row.id);
      learn(k, version, row.s, row.m);
      base(k, version);
    }
    for (const [k, ...stored] of c) {
      const row = byKey.get(k);
      if (!row) continue;
      const last = follower(k) || row;
      all.delete(row.id);
      all.set(last.id, { ...last, b: row.b, q: CLASH });
      theirs.set(u + k, stored);
    }
    for (const [k, w] of x) if (byKey.has(k)) all.set(byKey.get(k).id, { ...byKey.get(k), q: REFUSED, w });
    const end = byKey.get("");
    if (end && t) {
      all.delete(end.id);
      // Who had no mark is present now, in the first version; all others are named.
      const named = new Set(d.map(([k]) => k));
      learn("", 1, "", "");
      for (const [k, ...stored] of d) learn(k, ...stored);
      for (const row of [...all.values()]) {
        if (row.u === u && row.k && row.q === WAITS && !row.b && !named.has(row.k)) all.set(row.id, { ...row, b: 1 });
      }
    }
    return [...all.values()];
  }

  /** Takes an answer; whether to go on at once. */
  async function take(sent, { status, body }) {
    if (status === 200) {
      fails = 0;
      saved = body.s;
      await change((own) => settle(own, sent, body));
      // A tap the answer says nothing of is asked again, but not in a circle.
      const left = rows.some(({ id, q }) => q === SENT && sent.some((row) => row.id === id));
      if (!left) return true;
    } else if (status === 401) {
      phase = "session";
      to = body.to;
      return say();
    } else if (status === 422 && sent.length > 1) {
      // One that cannot be read must not hold up the others.
      most = 1;
      return true;
    } else if ([403, 404, 409, 422].includes(status)) {
      const end = sent.filter(({ k }) => !k);
      const gone = status === 409 && end.length ? end : sent;
      await change((own) => own.map((row) => (gone.some(({ id }) => id === row.id) ? { ...row, q: REFUSED, w: body.why } : row)));
      return true;
    }
    phase = "offline";
    wake(Math.min(60000, 1000 * 2 ** fails++) * (0.5 + random(1)[0] / 512));
    return say();
  }

  async function work() {
    for (;;) {
      let sent = [];
      await change((own) => {
        sent = next(own);
        return own.map((row) => (sent.includes(row) ? { ...row, q: SENT } : row));
      });
      if (!sent.length) {
        most = MOST;
        return;
      }
      if (!fails) phase = "saving";
      say();
      if (!(await take(sent, await post(sent[0].u, sent.map(line).join("&"))))) return;
    }
  }

  /** Sends what waits; one request at a time, here and in other tabs. */
  function flush() {
    // What came while the last look was taken is looked at once more.
    if (working) wake(SOON);
    else {
      due++;
      working = store.alone(work).finally(() => { working = null; });
    }
    return working;
  }

  /** At the opening of a page and when the line may be back: what is kept is read and sent; clashes are asked again,
   *  because who stored what is not kept. */
  async function open() {
    fails = 0;
    if (!rows.some(isOpen)) phase = "saving";
    await change((own) => own.map((row) => (row.q === CLASH && !theirs.has(row.u + row.k) ? { ...row, q: SENT } : row)));
    if (rows.some(isOpen)) return flush();
  }

  /** The teacher has read that taps were too old, or refused. */
  const dismiss = () => change((own) => own.filter(({ q }) => q !== GONE && q !== REFUSED));

  /** The teacher settles one elsewhere. */
  const drop = (gone) => change((own) => own.filter(({ id }) => id !== gone));

  return { tap, taps, finish, choose, flush, open, dismiss, drop };
}
