// On pages with file fields: photographs are made smaller, files travel in pieces that outlive a dropped line, and a
// file that is being checked is asked about again. Without this file the form sends them whole, as forms do.
import { digits, page } from "./page.js";

const PIECE = 128 * 1024;
const SMALL = 300 * 1024;
const SIDE = 2000;
const TRIES = 60;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const sending = new Map();

/** A photograph as large as a reader needs it. What is small, no photograph, or cannot be drawn stays as it is. */
async function smaller(file) {
  const turns = window.CSS && CSS.supports("image-orientation", "from-image");
  if (!/^image\/(jpeg|png)$/.test(file.type) || file.size <= SMALL || !window.createImageBitmap || !turns) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = page.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    return drawn && drawn.size < file.size ? drawn : file;
  } catch (problem) {
    return file;
  }
}

async function ask(url, options) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), 60000);
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal, credentials: "same-origin" });
    return { status: answer.status, text: await answer.text() };
  } finally {
    clearTimeout(clock);
  }
}

/** Sends one file until all of it is there. Returns the part of the page that shows it; throws a sentence. */
async function send(input, file, name, mark, tell) {
  const { pieces, finish, waiting, failed } = input.dataset;
  const headers = {
    "X-CSRFToken": input.form.elements.csrf_token.value,
    "Content-Type": "application/octet-stream",
    "HX-Request-Type": "partial",
  };
  const to = (url, more) => `${url}?${new URLSearchParams({ mark, size: file.size, ...more })}`;
  let offset = null;
  for (let fails = 0; fails < TRIES; ) {
    try {
      // After a drop nobody but the server knows what has arrived.
      const answer = await (offset === null
        ? ask(to(pieces))
        : offset < file.size
          ? ask(to(pieces, { offset }), { method: "POST", headers, body: file.slice(offset, offset + PIECE) })
          : ask(to(finish, { name }), { method: "POST", headers }));
      if (answer.status === 200 && offset === file.size) return answer.text;
      if (answer.status === 409) fails++;
      else if (answer.status !== 200) {
        // With a sentence for the reader it is final; a gateway's page is a drop like any other.
        const said = /^\s*{/.test(answer.text) && JSON.parse(answer.text).message;
        if (said || answer.status < 500) return Promise.reject(said || failed);
        throw answer;
      } else fails = 0;
      offset = JSON.parse(answer.text).offset;
      tell(Math.floor((offset * 100) / file.size));
    } catch (drop) {
      offset = null;
      tell(null, waiting);
      await wait(Math.min(250 * 2 ** fails++, 8000));
    }
  }
  return Promise.reject(failed);
}

async function take(input) {
  const [file] = input.files;
  const told = page.getElementById(`told-${input.name}`);
  const { sending: words, smaller: shrinking, state, failed } = input.dataset;
  const tell = (percent, text) => {
    told.textContent = percent === null ? text : words.replace("{done}", digits(percent));
  };
  tell(null, shrinking);
  const ready = await smaller(file);
  // The same file chosen again goes on where it stopped, also after the page was left.
  const mark = `${ready.size}-${file.size}-${file.lastModified}-${file.name}`.slice(0, 200);
  try {
    const html = await send(input, ready, file.name, mark, tell);
    page.querySelector(state).outerHTML = html;
    // It is there: the form need not send it again.
    input.value = "";
    tell(null, "");
  } catch (said) {
    if (typeof said === "string" && said !== failed) input.value = "";
    tell(null, typeof said === "string" ? said : failed);
  }
}

page.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.dataset || !input.dataset.pieces || !input.files.length || !window.fetch) return;
  const { form } = input;
  const done = take(input).then(() => {
    sending.delete(input);
    const button = form.waits;
    if (!button || sending.size) return;
    form.waits = null;
    button.click();
  });
  sending.set(input, done);
});

// A form waits for the files that are on their way. Before the file that marks forms as sent.
addEventListener("submit", (event) => {
  if (![...sending.keys()].some((input) => input.form === event.target)) return;
  event.preventDefault();
  event.target.waits = event.submitter || event.target.querySelector("button");
}, true);

addEventListener("beforeunload", (event) => {
  if (!sending.size) return;
  event.preventDefault();
  event.returnValue = "";
});

// What htmx does on the portal's pages: a link with hx-get asks for its part of the page, ever more seldom.
async function look(pause) {
  await wait(pause);
  if (!page.hidden) {
    for (const link of page.querySelectorAll("a[hx-get]")) {
      try {
        const answer = await ask(link.getAttribute("hx-get"), { headers: { "HX-Request-Type": "partial" } });
        const old = page.querySelector(link.getAttribute("hx-target"));
        if (answer.status === 200 && old && !old.contains(page.activeElement)) old.outerHTML = answer.text.trim();
      } catch (drop) {
        // The next time.
      }
    }
  }
  look(page.querySelector("a[hx-get]") ? Math.min(pause * 1.3, 20000) : 2000);
}
if (!window.htmx) look(2000);
