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

// Only what differs from the stored register is sent. Of one that was never taken: who is not present, and which
// list it is that the others are present on.
page.addEventListener("htmx:config:request", ({ detail: { ctx: { request } } }) => {
  const register = request.form;
  if (!register || !register.dataset.register || request.method !== "POST") return;
  const { body } = request;
  const [version] = body.get("v").split("-");
  const isNew = version === "0";
  const same = (input) => (isNew ? input.value === "present" : input.defaultChecked);
  const names = [...register.querySelectorAll(".pupil input:checked")].filter(same).map((input) => input.name);
  const left = register.querySelectorAll(".pupil input:checked").length - names.length;
  // Nothing new: everything is sent, and the answer is that nothing had changed.
  if (!isNew && !left) return;
  for (const name of names) body.delete(name);
  body.set("v", `${version}-${left}`);
  if (isNew) body.set("rest", register.dataset.register);
});

addEventListener("pageshow", count);
page.addEventListener("htmx:after:swap", count);
