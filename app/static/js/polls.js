// A part that asks again by itself asks nothing while nobody looks at the page, and at once when somebody comes back.
import htmx from "htmx.org";
import { page } from "./page.js";

const POLL = '[hx-trigger*="every "]';

page.addEventListener("htmx:before:request", (event) => {
  if (page.hidden && event.target.closest(POLL)) event.preventDefault();
});

page.addEventListener("visibilitychange", () => {
  if (!page.hidden) for (const link of page.querySelectorAll(POLL)) htmx.trigger(link, "every");
});
