// On every page. It asks for no parts of pages, so it carries no htmx: the portal names the script that does, and
// only families on the public site never fetch it. Everything works without this file; it saves waiting and typing.
import "./old.js";
import "./send.js";
import "./menu.js";
import "./errors.js";
import "./unsaved.js";
import { page } from "./page.js";

// This runs when the style sheet is there: what comes now takes nothing from the first paint.
const { then } = page.currentScript.dataset;
if (then) page.head.append(Object.assign(page.createElement("script"), { src: then }));
