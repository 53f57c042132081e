// Drives the queue of the registers through lines that break: requests that never arrive, answers that never arrive,
// tabs and tablets that are killed between any two steps, two tabs, several tablets, sessions that end, other accounts.
// A model of the school says what must be stored. Usage: node tests/support/lines.mjs <breaks> <seed>; prints a line of
// JSON and exits 1 when a tap was lost, stored twice, or laid over one nobody had seen.
import { KEPT, makeQueue } from "../../app/static/js/attendance/queue.js";
import { chanceOf } from "../../ops/bench/kit/chance.mjs";

const [wanted, seed] = process.argv.slice(2).map(Number);
const PUPILS = [..."ABCDEFGHIJKLMNOP"];
const REGISTERS = ["/r1/marks/", "/r2/marks/"];
const chance = chanceOf(seed);
const one = (list) => list[Math.floor(chance() * list.length)];
const wrong = [];
const count = { taps: 0, breaks: 0, kills: 0, conflicts: 0, refused: 0, expired: 0, stored: 0, repeated: 0, lost: 0, doubled: 0, overwritten: 0, own: 0 };
let clock = 1.7e12;
let step = 0;

// The school: one mark a pupil and register, with all its versions, and which tap made which.
const marks = new Map();
const made = new Map();
const taken = new Set();
const agreed = new Set();
const versions = (u, k) => marks.get(u + k) || (marks.set(u + k, []), marks.get(u + k));
const shown = ({ s, m }) => `${s}.${m}`;

function school(u, body, tablet, account) {
  const who = `${tablet.name}${account}`;
  const answer = { s: "10:42", m: [], c: [], x: [] };
  for (const part of body.split("&")) {
    const [name, value] = part.split("=");
    if (name === "done") {
      if (!taken.has(u)) for (const k of PUPILS) if (!versions(u, k).length) versions(u, k).push({ s: "p", m: "", by: "rest", who });
      taken.add(u);
    }
    if (name !== "m") continue;
    const [id, k, s, base, said, m = ""] = value.split(".");
    if (!/^[\w-]{22}$/.test(id) || !(said > 0)) wrong.push(`unreadable: ${value}`);
    const history = versions(u, k);
    if (made.has(id)) {
      count.repeated++;
      answer.m.push([k, made.get(id)]);
    } else if (s === "x") answer.x.push([k, "no such state"]);
    else if (history.length && shown(history[history.length - 1]) === shown({ s, m })) {
      made.set(id, history.length);
      // Both said the same, and so the teacher has seen what is stored.
      agreed.add(`${who}${u}${k}${history.length}`);
      answer.m.push([k, history.length]);
    } else if (+base === history.length) {
      // What the tap is laid over is its own teacher's, or the tablet had been told of it before the tap.
      const before = history[history.length - 1];
      const told = tablet.seen.get(`${account}${u}${k}${base}`);
      if (before && before.who !== who && !(told && told.text === shown(before) && told.step <= tablet.born.get(id)) && !agreed.has(`${who}${u}${k}${base}`)) count.overwritten++;
      history.push({ s, m, by: id, who });
      made.set(id, history.length);
      if (history.filter(({ by }) => by === id).length > 1) count.doubled++;
      answer.m.push([k, history.length]);
      count.stored++;
    } else {
      const stored = history[history.length - 1] || { s: "n", m: "" };
      // Nobody is to be asked about what nobody else did (unless what was known had grown too old).
      if (!tablet.old && history.slice(+base).every((each) => each.who === who)) count.own++;
      answer.c.push([k, history.length, stored.s, stored.m, "Somebody", "10:41"]);
    }
  }
  if (taken.has(u)) answer.t = 1;
  if (body.includes("done=")) {
    answer.d = PUPILS.flatMap((k) => {
      const history = versions(u, k);
      const last = history[history.length - 1];
      return history.length > 1 || shown(last) !== "p." ? [[k, history.length, last.s, last.m]] : [];
    });
  }
  return answer;
}

class Killed extends Error {}

class Tab {
  constructor(tablet, account) {
    Object.assign(this, { tablet, account, alive: true, timers: [], state: { rows: [] } });
    this.queue = makeQueue({
      account,
      now: () => clock,
      random: (n) => Uint8Array.from({ length: n }, () => Math.floor(chance() * 256)),
      later: (ms, work) => this.timers.push([clock + ms, work]),
      tell: (state) => this.told(state),
      post: (u, body) => this.post(u, body),
      store: { change: (edit) => this.change(edit), alone: (work) => this.alone(work) },
    });
  }

  told(state) {
    this.state = state;
  }

  async change(edit) {
    await null;
    if (!this.alive || (this.tablet.kills && chance() < 0.01)) this.kill();
    const before = this.tablet.rows;
    const after = edit(before);
    for (const row of after) if (row.q < 3 && !this.tablet.born.has(row.id)) {
      this.tablet.born.set(row.id, ++step);
      this.tablet.all.push(row);
    }
    for (const row of after) if (row.q === 5 && before.some((old) => old.id === row.id && old.q < 3)) count.refused++;
    // Only a choice puts a tap that waits in the place of one that clashed.
    for (const row of before) if (row.q === 2 && !after.some(({ id }) => id === row.id)) {
      const chosen = after.find(({ a, u, k, q }) => a === row.a && u === row.u && k === row.k && q === 0);
      if (chosen && chosen.t !== row.t) wrong.push("a tap chosen later was said when it was made");
    }
    for (const row of before) {
      if (row.q === 4 && !after.some(({ id }) => id === row.id)) this.tablet.old = true;
      if (after.some(({ id }) => id === row.id)) continue;
      if (row.q < 3 && this.tablet.denied.has(row.id)) wrong.push("refused, and nobody would be told");
      this.tablet.went.set(row.id, row);
    }
    for (const row of after) if (row.q === 3 && before.some((old) => old.id === row.id && old.q < 3)) {
      count.expired++;
      this.tablet.aged.add(row.id);
      if (clock - row.t < KEPT) wrong.push("expired too early");
    }
    this.tablet.rows = after;
    if (this.tablet.kills && chance() < 0.01) this.kill();
    return after;
  }

  async alone(work) {
    const before = this.tablet.lock;
    let free;
    this.tablet.lock = new Promise((done) => { free = done; });
    await before;
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Killed)) throw problem;
    } finally {
      free();
    }
  }

  kill() {
    if (this.alive) count.kills++, count.breaks++;
    this.alive = false;
    this.timers = [];
    throw new Killed();
  }

  async post(u, body) {
    await null;
    const { tablet } = this;
    const cut = tablet.bad ? chance() : 1;
    if (!this.alive) throw new Killed();
    if (cut < 0.25) return count.breaks++, { status: one([0, 0, 502]) };
    if (tablet.session !== this.account) return { status: 401, body: { to: "/sign-in" } };
    const body_ = JSON.parse(JSON.stringify(school(u, body, tablet, this.account)));
    if (cut < 0.5) return count.breaks++, { status: 0 };
    if (cut < 0.53) this.kill();
    // The answer arrived: from here on the tablet has been told.
    const sent = new Map(body.split("&").filter((part) => part.startsWith("m=")).map((part) => {
      const [, k, s, , , m = ""] = part.slice(2).split(".");
      return [k, shown({ s, m })];
    }));
    const see = (k, version, text) => {
      const name = `${this.account}${u}${k}${version}`;
      if (!tablet.seen.has(name)) tablet.seen.set(name, { text, step: ++step });
    };
    for (const [k, version] of body_.m) see(k, version, sent.get(k));
    for (const [k, version, s, m] of body_.c) see(k, version, shown({ s, m })), count.conflicts++;
    for (const [k] of body_.x) tablet.denied.add(body.split("&").map((part) => part.slice(2).split(".")).find((part) => part[1] === k)[0]);
    if (body_.d) for (const k of PUPILS) if (!body_.d.some(([key]) => key === k)) see(k, 1, "p.");
    for (const [k, version, s, m] of body_.d || []) see(k, version, shown({ s, m }));
    return { status: 200, body: body_ };
  }
}

const tablets = [1, 2, 3].map((name) => ({ name, old: false, born: new Map(), all: [], rows: [], went: new Map(), aged: new Set(), denied: new Set(), seen: new Map(), lock: null, bad: true, kills: true, session: "ann", tabs: [], log: [] }));

const safe = async (work) => {
  try {
    await work;
  } catch (problem) {
    if (!(problem instanceof Killed)) throw problem;
  }
};
const rest = async () => { for (let turn = 0; turn < 60; turn++) await null; };

async function restart(tablet, slot, account) {
  const tab = new Tab(tablet, account);
  tablet.tabs[slot] = tab;
  await safe(tab.queue.open());
}

async function act(tablet, tab) {
  const u = one(REGISTERS);
  const k = one(PUPILS);
  const what = chance();
  if (what < 0.5) {
    count.taps++;
    await safe(tab.queue.tap(u, k, chance() < 0.01 ? "x" : one("pale"), chance() < 0.2 ? "10" : ""));
  } else if (what < 0.53) await safe(tab.queue.finish(u, "roster"));
  else if (what < 0.66) {
    const clash = tab.state.rows.find(({ q, u: where, k: whom }) => q === 2 && tab.state.theirs.has(where + whom));
    if (clash) await safe(tab.queue.choose(clash.u, clash.k, chance() < 0.5));
  } else if (what < 0.67) await safe(tab.queue.dismiss());
  else if (what < 0.9) await safe(tab.queue.open());
  else if (what < 0.905) tablet.session = one(["ann", "bob", "", "ann"]);
  else if (what < 0.907) clock += chance() * KEPT * 0.7;
}

async function runTimers(tab) {
  const due = tab.timers.filter(([when]) => when <= clock);
  tab.timers = tab.timers.filter(([when]) => when > clock);
  for (const [, work] of due) await safe(Promise.resolve(work()));
}

while (count.breaks < wanted) {
  clock += Math.floor(chance() * 900);
  const tablet = one(tablets);
  const slot = chance() < 0.8 ? 0 : 1;
  const tab = tablet.tabs[slot];
  if (!tab || !tab.alive || chance() < 0.004) {
    if (tab && tab.alive) await safe((async () => tab.kill())());
    await restart(tablet, slot, tablet.session === "bob" ? "bob" : "ann");
  } else await act(tablet, tab);
  for (const each of tablet.tabs) if (each && each.alive) await runTimers(each);
  if (chance() < 0.3) await rest();
}

// The line is back for good, each account signs in once more and settles what clashes.
for (const tablet of tablets) Object.assign(tablet, { bad: false, kills: false });
await rest();
for (const tablet of tablets) for (const account of ["ann", "bob"]) {
  for (const tab of tablet.tabs) if (tab) tab.alive = false;
  tablet.session = account;
  await restart(tablet, 0, account);
  const [tab] = tablet.tabs;
  for (let turn = 0; turn < 200; turn++) {
    clock += 1000;
    // What is tapped while something is on its way goes out too, without anything else happening.
    if (turn < 20) void tab.queue.tap(one(REGISTERS), one(PUPILS), one("pale"));
    if (turn < 20 && chance() < 0.5) void tab.queue.flush();
    for (let tick = Math.floor(chance() * 12); tick > 0; tick--) await null;
    if (turn < 20) void tab.queue.flush();
    await runTimers(tab);
    await rest();
    const clash = tab.state.rows.find(({ q }) => q === 2);
    if (clash && tab.state.theirs.has(clash.u + clash.k)) await tab.queue.choose(clash.u, clash.k, chance() < 0.5);
  }
  const left = tablet.rows.filter(({ a, q }) => a === account && q < 3);
  if (left.length) wrong.push(`${account} still waits: ${JSON.stringify(left)}`);
}

// No tap is lost: each id that ever stood in a queue was stored, or made way for a later one of the same pupil, or was
// given up by the teacher, or was said to be refused or too old.
for (const tablet of tablets) for (const [id, row] of tablet.went) {
  if (row.q > 2 || !row.k || made.has(id) || tablet.aged.has(id)) continue;
  const replaced = tablet.all.some((other) => other.id !== id && other.u === row.u && other.k === row.k && other.a === row.a && other.t >= row.t);
  if (!replaced && row.q !== 2) count.lost++;
}
console.log(JSON.stringify({ ...count, wrong: wrong.slice(0, 5) }));
process.exitCode = count.lost || count.doubled || count.overwritten || count.own || wrong.length ? 1 : 0;
