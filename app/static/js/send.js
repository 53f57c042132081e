// A form is sent once: its button says that it is busy, a second press does nothing, and the button comes
// back when the page does (back button, refused request). data-busy="Sending…" is the word meanwhile;
// data-again on a form lets it be sent any number of times (downloads).
import { page } from "./page.js";

const resting = new Map();

function busy(button) {
  if (!button || resting.has(button)) return;
  resting.set(button, [...button.childNodes]);
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
}

function rest(button) {
  const label = resting.get(button);
  if (!label) return;
  resting.delete(button);
  button.removeAttribute("aria-busy");
  button.replaceChildren(...label);
}

page.addEventListener("submit", (event) => {
  const form = event.target;
  // An answered event is htmx's, or a file's that asked something first.
  if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
  if (form.sent) return event.preventDefault();
  form.sent = true;
  // After the browser has read the form: a changed button must not change what is sent.
  setTimeout(() => busy(event.submitter));
});

addEventListener("pageshow", () => {
  for (const form of page.forms) form.sent = false;
  for (const button of [...resting.keys()]) rest(button);
});

// Nobody reads these headers, and on a slow line each save would carry them; HX-Request-Type is added later. The
// token goes once.
page.addEventListener("htmx:config:request", ({ detail: { ctx: { request } } }) => {
  for (const name in request.headers) if (/^HX/.test(name)) delete request.headers[name];
  if (request.body && request.body.has("csrf_token")) delete request.headers["X-CSRFToken"];
  request.referrerPolicy = "no-referrer";
});

const sender = (event) => {
  const source = event.detail.ctx.sourceElement;
  return source.matches("form") ? source.querySelector("button:not([type=button])") : source.closest("button");
};
page.addEventListener("htmx:before:request", (event) => busy(event.detail.ctx.request.submitter || sender(event)));
page.addEventListener("htmx:finally:request", () => {
  for (const button of [...resting.keys()]) if (!button.form || !button.form.sent) rest(button);
});
