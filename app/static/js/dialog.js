// A link with data-confirm leads to a page that asks. Here the same page's part is shown in the one dialog;
// where there is no dialog, or the page cannot be had, the link is followed as a link.
import htmx from "htmx.org";
import { on, page } from "./page.js";

const box = page.querySelector("dialog");

if (box && box.showModal) {
  on("click", "[data-confirm]", async (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await htmx.ajax("GET", link.href, { target: box, source: link, swap: "innerHTML" });
    } catch (problem) {
      location.href = link.href;
    }
    if (!box.childElementCount || box.open) return;
    const title = box.querySelector("h1, h2, h3");
    if (title) box.setAttribute("aria-labelledby", (title.id = title.id || "dialog-title"));
    box.showModal();
  });

  on("click", "dialog", (_, event) => {
    const away = event.target === box || event.target.closest("[data-close]");
    if (!away) return;
    event.preventDefault();
    box.close();
  });

  box.addEventListener("close", () => box.replaceChildren());
}
