// The tiles of a register: what the page came with, what the queue knows, and what the teacher tapped, drawn as one.
import { digits, page } from "../page.js";

const all = new Map();

export const tiles = () => [...all.values()];
export const tileOf = (part) => {
  const li = part && part.closest && part.closest(".pupil");
  return li && all.get(li.querySelector("input").name);
};

/** Reads the tiles of a page, this one or a newer one of the same address. Whether all of them are the same pupils. */
export function read(source, isNewer) {
  const found = [...source.querySelectorAll(".pupil")];
  const same = !isNewer || (found.length === all.size && found.every((li) => all.has(li.querySelector("input").name)));
  for (const li of same ? found : []) {
    const key = li.querySelector("input").name;
    // The attribute, because a browser that restores a page checks what was checked.
    const first = (li.querySelector("input[checked]") || { id: "n" }).id[0];
    const v = +(li.dataset.v || 0);
    const m = li.dataset.m || "";
    if (isNewer) {
      const who = all.get(key).li.querySelector(".who");
      for (const note of who.querySelectorAll("small.soft")) note.remove();
      who.append(...li.querySelectorAll("small.soft"));
    }
    const s = !v ? "n" : first === "p" && m ? "o" : first;
    all.set(key, { li, ...(isNewer && { li: all.get(key).li }), key, first, v, s, m });
  }
  return same;
}

/** Whether nobody has said anything of a pupil and the page came with something other than present: leave that was
 *  granted, or absent in the lesson before. */
export const isProposed = ({ first }, { s }) => s === "n" && !"pn".includes(first);

/** What a pupil is now: {s, m, v, held}; `rows` are those of this register. */
export function stateOf({ key, v, s, m }, rows) {
  const own = rows.filter(({ k }) => k === key);
  // The latest: what waits before what may be stored.
  const held = own.filter(({ q }) => q < 3).sort((a, b) => b.t - a.t)[0];
  const known = own.find(({ q, b }) => q === 4 && b >= v) || { b: v, s, m };
  const rest = !known.b && rows.some(({ k, q }) => !k && q === 4) ? { b: 1, s: "p", m: "" } : known;
  return { v: rest.b, s: (held || rest).s, m: (held || rest).m, held };
}

/** The words of a state, as they stand on the pupil's own buttons. */
export function wordsOf({ li }, s, m, words) {
  const label = li.querySelector(`label[for^="${s === "o" ? "p" : s}"]`);
  const name = label ? label.textContent.trim() : "–";
  const more = saidOf(s, m, words);
  return more ? `${name}, ${more}` : name;
}

const saidOf = (s, m, words) => {
  if (s === "o" && m) return words.left.replace("{at}", digits(m.replace(/(..)$/, ":$1")));
  return s === "l" && m ? words.late.replace("{n}", digits(m)) : "";
};

export function draw(tile, { s, m }, words) {
  const { li, first } = tile;
  const letter = s === "o" ? "p" : s === "n" ? first : s;
  for (const input of li.querySelectorAll("input[type=radio]")) {
    const isIt = input.id[0] === letter;
    if (input.checked !== isIt) input.checked = isIt;
  }
  const text = saidOf(s, m, words);
  let said = li.querySelector(".said");
  if (!said && text) {
    said = Object.assign(page.createElement("small"), { className: "said" });
    li.querySelector(".who").append(said);
  }
  if (said && said.textContent !== text) said.textContent = text;
}
