// On pages of the application form where one answer calls for another question. Without this file every question is
// shown with the sentence that says whom it is for; whether it counts, the server decides either way.
import { page } from "./page.js";

const chosen = (name) =>
  [...page.getElementsByName(name)]
    .filter((control) => control.options || control.checked)
    .map((control) => control.value);

function look() {
  for (const part of page.querySelectorAll("[data-when]")) {
    const wanted = (part.dataset.is || "").split("|");
    const source = page.getElementsByName(part.dataset.when)[0];
    const inView = source && !source.closest("[data-when][hidden]");
    part.hidden = !(inView && chosen(part.dataset.when).some((value) => wanted.includes(value)));
  }
}

page.addEventListener("change", look);
look();
