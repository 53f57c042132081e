// What the portal adds to the site's script: parts of pages, dialogs, registers, keys. It is fetched after the style
// sheet, so that a slow line carries first what the eye needs. Everything works without this file.
import htmx from "htmx.org";
import "./dialog.js";
import "./register.js";
import "./keys.js";
import "./polls.js";

window.htmx = htmx;
