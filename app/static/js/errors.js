// After a refused form the reader starts at what is to be mended: on a whole page and after a swap alike.
import { page } from "./page.js";

function toSummary() {
  const summary = page.querySelector("[data-errors]");
  if (summary) summary.focus();
}

toSummary();
page.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx && ctx.response && ctx.response.status === 422) toSummary();
});
