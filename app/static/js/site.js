// The public site: families on slow lines fetch a quarter of what the portal needs. It asks for no parts of
// pages, so it carries no htmx; a link that could open in a dialog opens its page.
import "./old.js";
import "./send.js";
import "./menu.js";
import "./errors.js";
import "./unsaved.js";
