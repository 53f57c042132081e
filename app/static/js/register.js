// The register counts while names are called, and shows all, those not here, or the absent.
// form[data-register] holds li.pupil tiles; [data-count=present|absent|late|excused|away] are numbers;
// a[data-show=all|away|absent] are filters whose links give the same list from the server.
import { digits, on, page } from "./page.js";

const form = () => page.querySelector("[data-register]");
const state = (tile) => (tile.querySelector("input:checked") || {}).value;
const counts = (wanted, value) => wanted === "all" || value === wanted || (wanted === "away" && value && value !== "present");

function count() {
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

on("click", "[data-show]", (link, event) => {
  if (!form() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  for (const other of page.querySelectorAll("[data-show]")) {
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  for (const tile of form().querySelectorAll(".pupil")) tile.hidden = !counts(link.dataset.show, state(tile));
});

addEventListener("pageshow", count);
page.addEventListener("htmx:after:swap", count);
