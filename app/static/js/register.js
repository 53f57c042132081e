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
