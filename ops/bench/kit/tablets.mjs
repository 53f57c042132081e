// Tablets of teachers in a building with bad Wi-Fi, against the real school: they tap, lose their line before, while and
// after a request is answered, are killed and started again, and lose their sessions, until so many breaks are counted.
// Then the line is back, every clash is settled, and what each tablet knows of each tap is printed as JSON.
// Usage: node ops/bench/kit/tablets.mjs < orders.json, with {host, port, breaks, seed, tablets: [{name, account, cookie,
// token, registers: [{u, keys, roster}]}]}. The queue is the one that runs in browsers.
import { request, Agent } from "node:http";
import { readFileSync } from "node:fs";
import { makeQueue } from "../../../app/static/js/attendance/queue.js";
import { chanceOf } from "./chance.mjs";

const orders = JSON.parse(readFileSync(0, "utf8"));
const chance = chanceOf(orders.seed);
const one = (list) => list[Math.floor(chance() * list.length)];
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const count = { taps: 0, requests: 0, breaks: 0, before: 0, midway: 0, after: 0, kills: 0, sessions: 0, conflicts: 0, refused: 0, faults: 0 };
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

class Killed extends Error {}

/** The answer to a form; `cut` hangs up so many milliseconds after it was sent. */
function ask(tablet, u, body, cut) {
  return new Promise((done, fail) => {
    count.requests++;
    const text = `${body}&csrf_token=${tablet.token}`;
    const out = request({
      host: orders.host, port: orders.port, path: u, method: "POST", agent,
      headers: {
        Cookie: tablet.hasSession ? tablet.cookie : "", "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": Buffer.byteLength(text), "Sec-Fetch-Site": "same-origin",
      },
    }, (answer) => {
      let said = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => { said += part; });
      answer.on("end", () => done({ status: answer.statusCode, type: answer.headers["content-type"] || "", said }));
      answer.on("error", fail);
    });
    out.on("error", fail);
    out.end(text);
    if (cut !== undefined) setTimeout(() => out.destroy(new Error("hung up")), cut);
  });
}

class Tab {
  constructor(tablet) {
    Object.assign(this, { tablet, alive: true, state: { rows: [], theirs: new Map() } });
    this.queue = makeQueue({
      account: tablet.account,
      now: () => Date.now(),
      random: (n) => Uint8Array.from({ length: n }, () => Math.floor(chance() * 256)),
      later: (ms, work) => setTimeout(() => this.alive && safe(work()), Math.min(ms, 4)),
      tell: (state) => { this.state = state; count.refused += (state.refused || []).length; },
      post: (u, body) => this.post(u, body),
      store: { change: (edit) => this.change(edit), alone: (work) => this.alone(work) },
    });
  }

  async change(edit) {
    await null;
    if (!this.alive) throw new Killed();
    const before = this.tablet.rows;
    const after = edit(before);
    for (const row of after) if (row.q < 3) this.tablet.ever.set(row.id, { ...row });
    for (const row of before) if (!after.some(({ id }) => id === row.id) && row.q < 3) this.tablet.gone.set(row.id, { ...row });
    this.tablet.rows = after;
    if (this.tablet.isBad && chance() < 0.004) this.kill();
    return after;
  }

  async alone(work) {
    const before = this.tablet.lock;
    let free;
    this.tablet.lock = new Promise((done) => { free = done; });
    await before;
    try {
      if (this.alive) await work();
    } catch (problem) {
      if (!(problem instanceof Killed)) throw problem;
    } finally {
      free();
    }
  }

  kill() {
    if (this.alive) count.kills++, count.breaks++;
    this.alive = false;
    throw new Killed();
  }

  async post(u, body) {
    const { tablet } = this;
    const cut = tablet.isBad ? chance() : 1;
    if (cut < 0.2) return count.breaks++, count.before++, { status: 0 };
    let answer;
    try {
      answer = await ask(tablet, u, body, cut < 0.45 ? chance() * 25 : undefined);
    } catch {
      return count.breaks++, count.midway++, { status: 0 };
    }
    if (!this.alive) throw new Killed();
    if (tablet.isBad && chance() < 0.2) return count.breaks++, count.after++, { status: 0 };
    if (answer.status === 303) return { status: 401, body: { to: "/sign-in" } };
    if (answer.status === 500) count.faults++;
    if (!/json/.test(answer.type)) return { status: answer.status === 403 || answer.status === 404 ? answer.status : 0, body: {} };
    const told = JSON.parse(answer.said);
    for (const part of body.split("&")) {
      const [name, value] = part.split("=");
      if (name !== "m") continue;
      const [id, k, s, base, , m = ""] = value.split(".");
      const mine = (told.m || []).find(([key]) => key === k);
      if (mine) tablet.stored.set(id, { u, k, s, m, base: +base, version: mine[1] });
    }
    count.conflicts += (told.c || []).length;
    return { status: answer.status, body: told };
  }
}

const safe = async (work) => {
  try {
    await work;
  } catch (problem) {
    if (!(problem instanceof Killed)) throw problem;
  }
};

const tablets = orders.tablets.map((each) => ({
  ...each, rows: [], ever: new Map(), gone: new Map(), stored: new Map(), lock: null, isBad: true, hasSession: true, tab: null,
}));

async function restart(tablet) {
  tablet.tab = new Tab(tablet);
  await safe(tablet.tab.queue.open());
}

async function settle(tab, isMine) {
  const clash = tab.state.rows.find(({ q, u, k }) => q === 2 && tab.state.theirs.has(u + k));
  if (clash) await safe(tab.queue.choose(clash.u, clash.k, isMine));
  return Boolean(clash);
}

async function act(tablet) {
  const { tab } = tablet;
  if (!tab || !tab.alive) return restart(tablet);
  const { u, keys, roster } = one(tablet.registers);
  const what = chance();
  if (what < 0.6) {
    count.taps++;
    const s = one("paleo");
    const m = s === "o" ? "1240" : s === "l" && chance() < 0.5 ? "10" : "";
    await safe(tab.queue.tap(u, one(keys), s, m));
  } else if (what < 0.62) await safe(tab.queue.finish(u, roster));
  else if (what < 0.75) await settle(tab, chance() < 0.5);
  else if (what < 0.77) {
    tablet.hasSession = !tablet.hasSession;
    count.sessions++;
  } else if (what < 0.775) await safe((async () => tab.kill())());
  else await safe(tab.queue.open());
}

async function live(tablet) {
  while (count.breaks < orders.breaks) {
    await act(tablet);
    await pause(chance() * 3);
  }
}

await Promise.all(tablets.map(live));
const waiting = (tablet) => tablet.rows.filter(({ q }) => q < 3).length;
for (const tablet of tablets) Object.assign(tablet, { isBad: false, hasSession: true });
for (const tablet of tablets) {
  if (tablet.tab) tablet.tab.alive = false;
  await pause(60);
  tablet.lock = null;
  await restart(tablet);
  for (let turn = 0; turn < 2000 && waiting(tablet); turn++) {
    if (!(await settle(tablet.tab, chance() < 0.5))) await safe(tablet.tab.queue.open());
    await pause(2);
  }
}
agent.destroy();
console.log(JSON.stringify({
  count,
  tablets: tablets.map(({ name, account, rows, ever, gone, stored }) => ({
    name, account, left: rows.filter(({ q }) => q < 3).length, stored: Object.fromEntries(stored),
    known: rows.filter(({ q, k }) => q === 4 && k).map(({ u, k, b, s, m }) => ({ u, k, b, s, m })),
    ever: Object.fromEntries(ever), gone: Object.fromEntries(gone),
  })),
}));
