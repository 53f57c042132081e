// Small things the other files share.
export const page = document;

const BANGLA = "০১২৩৪৫৬৭৮৯";

/** A count in the digits of the page's language. Arabic here writes 0-9, as the design says. */
export function digits(count) {
  return page.documentElement.lang === "bn" ? String(count).replace(/\d/g, (d) => BANGLA[d]) : String(count);
}

/** Calls back for an event on the document, with the nearest element that matches the selector. */
export function on(type, selector, react) {
  page.addEventListener(type, (event) => {
    const found = event.target.closest && event.target.closest(selector);
    if (found) react(found, event);
  });
}

/** Calls back once the page has been painted: what can wait takes nothing from the first picture. */
export function afterPaint(react) {
  requestAnimationFrame(() => setTimeout(react));
}
