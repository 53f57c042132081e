// The register counts while names are called, and shows all, those not here, or the absent.
// form[data-register] holds li.pupil tiles; [data-count=present|absent|late|excused|away] are numbers;
// a[data-show=all|away|absent] are filters whose links give the same list from the server.
import { digits, on, page } from "../page.js";

const form = () => page.querySelector("[data-register]");
const state = (tile) => (tile.querySelector("input:checked") || {}).value;
const counts = (wanted, value) => wanted === "all" || value === wanted || (wanted === "away" && value && value !== "present");

export function count() {
  const register = form();
  if (!register) return;
  const values = [...register.querySelectorAll(".pupil")].map(state);
  for (const out of page.querySelectorAll("[data-count]")) {
    out.textContent = digits(values.filter((value) => counts(out.dataset.count, value)).length);
  }
}

page.addEventListener("change", (event) => {
  if (event.target.closest("[data-register] .pupil")) count();
});

/** Text as it is looked for: digits of any script are 0-9. */
export const plain = (text) =>
  text.normalize("NFC").toLowerCase().replace(/[\u09e6-\u09ef\u0660-\u0669\u06f0-\u06f9]/g, (sign) => {
    const at = sign.charCodeAt(0);
    return at - (at > 0x9e0 ? 0x9e6 : at > 0x6ef ? 0x6f0 : 0x660);
  });

const isFound = (tile, asked) => {
  const roll = plain(tile.querySelector(".roll, b").textContent).trim();
  return /^\d+$/.test(asked) ? roll.startsWith(asked) : plain(tile.querySelector(".who span").textContent).includes(asked);
};

/** Shows those of the filter whose name or roll is looked for. */
function sieve() {
  const shown = page.querySelector("[data-show][aria-current]");
  const field = page.querySelector("[data-find]");
  const asked = field ? plain(field.value).trim() : "";
  for (const tile of form().querySelectorAll(".pupil")) {
    tile.hidden = asked ? !isFound(tile, asked) : !!shown && !counts(shown.dataset.show, state(tile));
  }
}

on("click", "[data-show]", (link, event) => {
  if (!form() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  for (const other of page.querySelectorAll("[data-show]")) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  sieve();
});
on("input", "[data-find]", sieve);

addEventListener("pageshow", count);
