// Everything works without this file; it only saves waiting and typing.
import "./old.js";
import htmx from "htmx.org";
import "./send.js";
import "./dialog.js";
import "./menu.js";
import "./errors.js";
import "./unsaved.js";
import "./register.js";
import "./keys.js";

window.htmx = htmx;
