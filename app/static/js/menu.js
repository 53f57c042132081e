// A menu is a <details>; it closes on Escape (the focus goes back to its button) and on a press elsewhere.
import { page } from "./page.js";

const open = () => page.querySelectorAll("details.menu[open]");

page.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

page.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(page.activeElement)) menu.querySelector("summary").focus();
  }
});
