// What the portal adds to the site's script: parts of pages, dialogs, keys, and leaving nothing behind. It is fetched after the style
// sheet, so that a slow line carries first what the eye needs. Everything works without this file.
import htmx from "htmx.org";
import "./dialog.js";
import "./keys.js";
import "./leave.js";
import "./polls.js";

window.htmx = htmx;
