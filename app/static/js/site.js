// On every page. It asks for no parts of pages, so it carries no htmx: the portal names the script that does, and
// only families on the public site never fetch it. Everything works without this file; it saves waiting and typing.
import "./old.js";
import "./send.js";
import "./menu.js";
import "./errors.js";
import "./unsaved.js";
import { page } from "./page.js";

// It comes beside the style sheet and runs at once; what it asks for comes a turn of the line later, when the sheet
// is there: it takes nothing from the first paint.
const { then } = page.currentScript.dataset;
if (then) page.head.append(Object.assign(page.createElement("script"), { src: then }));

// Whoever signs in next sees no page that was kept for somebody else.
if (/\/sign-in/.test(location.pathname) && window.caches) caches.delete("registers");
