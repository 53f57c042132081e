// A form with data-unsaved says when something in it is not saved, and the browser asks before it is left.
// Inside, [data-save] holds one element for each data-state; only the true one is shown.
import { afterPaint, page } from "./page.js";

function changed(form) {
  return [...form.elements].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "select-one") {
      // Without a chosen option the first one stands.
      return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    }
    return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  });
}

/** Shows one state of the form's save line and remembers the one the server wrote, to come back to. */
function tell(form, failed) {
  const line = form.querySelector("[data-save]");
  const unsaved = changed(form);
  form.unsaved = unsaved;
  if (!line) return;
  const states = [...line.children];
  if (!line.was) line.was = (states.find((state) => !state.hidden) || states[0]).dataset.state;
  for (const state of states) state.hidden = state.dataset.state !== (failed || (unsaved ? "unsaved" : line.was));
}

page.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "unsaved" in form.dataset) tell(form);
});

// Back and reload bring typed values without an event.
addEventListener("pageshow", () => afterPaint(() => {
  for (const form of page.querySelectorAll("form[data-unsaved]")) tell(form);
}));

addEventListener("submit", (event) => { event.target.unsaved = false; });

// The same for forms that script sends.
const sentBy = (event) => {
  const { form } = event.detail.ctx.request;
  return form && "unsaved" in form.dataset ? form : null;
};
page.addEventListener("htmx:before:request", (event) => {
  const form = sentBy(event);
  if (form) form.choices = [...form.elements].map((field) => [field, field.checked]);
});
// What was sent and stored is what the form starts from now, whatever was chosen while the answer came. Choices
// only: a form with texts that is sent in part does not exist yet.
page.addEventListener("htmx:after:swap", (event) => {
  const form = sentBy(event);
  if (!form || event.detail.ctx.response.status !== 200) return;
  for (const [field, checked] of form.choices) field.defaultChecked = checked;
  tell(form);
});
page.addEventListener("htmx:error", (event) => {
  const form = sentBy(event);
  if (form) tell(form, "unsent");
});

addEventListener("beforeunload", (event) => {
  if ([...page.forms].some((form) => form.unsaved)) {
    event.preventDefault();
    event.returnValue = "";
  }
});
