// The teacher's hands on a register that saves each tap: buttons, keys, minutes, setting many, taking back.
import { digits, on, page } from "../page.js";
import { plain } from "./tally.js";
import { isProposed } from "./tiles.js";

const TYPED = "input:not([type=radio]), select, textarea";

export function hands({ form, queue, here, now, tiles, tileOf }) {
  const undone = [];
  const take = form.querySelector("[data-undo]");
  const extra = page.getElementById("extra").content.firstElementChild.cloneNode(true);
  const [minutes, left, remark] = extra.querySelectorAll("input");

  const set = (list) => {
    undone.push(list.map(([tile]) => { const { s, m } = now(tile); return [tile, s, m]; }));
    send(list);
  };
  const send = (list) => {
    take.hidden = !undone.length;
    queue.taps(here, list.map(([tile, s, m = "", said]) => [tile.key, s, m, now(tile).v, said]));
  };

  /** How late it is now by the bell; ten where the clock says nothing of use. */
  const late = () => {
    const clock = new Date();
    const [hour, minute] = (form.dataset.bell || "").split(":");
    const since = (clock.getHours() - hour) * 60 + clock.getMinutes() - minute;
    return `${since > 0 && since < 181 ? since : 10}`;
  };

  function more(tile, isOpen = true) {
    const button = extra.parentNode && tileOf(extra).li.querySelector("[data-more]");
    if (button) button.setAttribute("aria-expanded", false);
    extra.remove();
    if (!isOpen) return;
    const { s, m } = now(tile);
    extra.querySelector("[data-late]").hidden = s !== "l";
    extra.querySelector("[data-left]").hidden = s !== "p" && s !== "o" && s !== "n";
    minutes.value = s === "l" ? digits(m) : "";
    left.value = s === "o" ? m.replace(/(..)$/, ":$1") : "";
    remark.value = "";
    extra.querySelector("small").hidden = navigator.onLine;
    tile.li.append(extra);
    tile.li.querySelector("[data-more]").setAttribute("aria-expanded", true);
  }

  for (const { li } of tiles()) {
    const button = page.getElementById("more").content.firstElementChild.cloneNode(true);
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{name}", li.querySelector(".who span").textContent));
    li.querySelector(".who").append(button);
  }
  on("click", "[data-more]", (button) => more(tileOf(button), button.getAttribute("aria-expanded") !== "true"));

  form.addEventListener("change", ({ target }) => {
    const tile = tileOf(target);
    if (target.matches("[data-set]")) return many(target);
    if (!tile) return;
    if (target.type === "radio") {
      const s = target.id[0];
      set([[tile, s, s === "l" ? late() : ""]]);
      if (s === "l" || extra.parentNode === tile.li) setTimeout(() => more(tile, s === "l"), 30);
    } else if (target === minutes) {
      const typed = parseInt(plain(target.value), 10);
      set([[tile, "l", typed > 0 ? `${Math.min(typed, 999)}` : ""]]);
    } else if (target === left) set([[tile, target.value ? "o" : "p", target.value.replace(":", "")]]);
    else if (target === remark) {
      const { s, m } = now(tile);
      const meant = isProposed(tile, now(tile)) ? tile.first : s;
      send([[tile, meant === "n" ? "p" : meant, m, target.value]]);
    }
  });

  /** Everybody, or only those of whom nobody has said anything and the page neither. */
  function many(target) {
    const [whom, s] = target.value;
    target.value = "";
    const list = tiles().filter((tile) => { const state = now(tile); return s && (whom === "u" ? state.s === "n" && !isProposed(tile, state) : state.s !== s); });
    if (list.length) set(list.map((tile) => [tile, s, s === "l" ? late() : ""]));
  }

  take.addEventListener("click", () => {
    const last = undone.pop();
    // There is no way back to "nobody has said anything": what the page would have made of it is said.
    if (last) send(last.map(([tile, s, m]) => [tile, s === "n" ? tile.first : s, m]).filter(([, s]) => s !== "n"));
  });

  on("click", "[data-help]", () => {
    const box = page.querySelector("dialog");
    box.replaceChildren(page.getElementById("keys").content.cloneNode(true));
    box.setAttribute("aria-labelledby", "keys-title");
    box.showModal();
  });

  page.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (target.matches(TYPED)) {
      if (key === "Enter" && target.form === form) {
        event.preventDefault();
        target.blur();
        const found = target.matches("[data-find]") && tiles().find(({ li }) => !li.hidden);
        if (found) focus(found);
      }
      if (key === "Escape" && target.matches("[data-find]")) {
        target.value = "";
        target.dispatchEvent(new Event("input", { bubbles: true }));
        target.blur();
      }
      return;
    }
    // Enter on a choice would finish the register.
    if (key === "Enter" && target.form === form && target.type === "radio") return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !/^Arrow/.test(key)) return;
    if (page.body.dataset.keys === "off" || page.querySelector("dialog[open]")) return;
    const tile = tileOf(target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step && (tile || target === page.body)) {
      const shown = tiles().filter(({ li }) => !li.hidden);
      const next = shown[tile ? shown.indexOf(tile) + step : 0];
      event.preventDefault();
      return next && focus(next);
    }
    // By place on the keyboard: on a Bangla or Arabic layout the same key gives another letter.
    const letter = tile && /^Key[PALE]$/.test(event.code) && event.code[3].toLowerCase();
    if (!letter) return;
    event.preventDefault();
    const input = tile.li.querySelector(`input[id^="${letter}"]`);
    if (!input.checked) input.click();
    input.focus();
  });
  const focus = ({ li }) => (li.querySelector("input:checked") || li.querySelector("input")).focus();
}
