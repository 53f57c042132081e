// One-letter keys of the officer's desk: data-key="a" on a link or button. Not while typing, not with a
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
});
