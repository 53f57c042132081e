// One-letter keys of the officer's desk: data-key="a" on a link, button or label. Not while typing, not with a
// modifier, not under a dialog, and not where body has data-keys="off".
import { page } from "./page.js";

page.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (page.body.dataset.keys === "off" || page.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]")) return;
  for (const part of page.querySelectorAll("[data-key]")) {
    const key = part.dataset.key;
    // By place on the keyboard too: on a Bangla or Arabic layout the same key gives another letter.
    if (event.key !== key && event.code !== `Key${key.toUpperCase()}`) continue;
    event.preventDefault();
    return part.click();
  }
  walk(event);
});

// A list with data-rows: j and k go from row to row, o opens the one they are on, x ticks it.
function walk(event) {
  const rows = [...page.querySelectorAll("[data-rows] a")];
  const pressed = ["KeyJ", "KeyK", "KeyO", "KeyX"].indexOf(event.code);
  if (!rows.length || pressed < 0) return;
  event.preventDefault();
  const at = rows.findIndex((row) => row.parentNode.contains(page.activeElement));
  if (pressed > 1) {
    const part = rows[at] && (pressed > 2 ? rows[at].previousElementSibling : rows[at]);
    return part && part.click();
  }
  const next = rows[pressed ? Math.max(at - 1, 0) : Math.min(at + 1, rows.length - 1)];
  next.focus();
}
