// On the pages of registers, in place of the portal's script: they ask for no parts of pages, so they carry no htmx.
// Where the page names an address for marks, each tap is saved by itself, with a line or without; elsewhere the form
// stays a form. Everything but that works without this file.
import "./keys.js";
import "./leave.js";
import "./attendance/tally.js";
import "./attendance/line.js";
