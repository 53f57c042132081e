// On the pages of registers, beside the portal's script. Where the page names an address for marks, each tap is saved
// by itself, with a line or without; elsewhere the form stays a form. Everything but that works without this file.
import "./attendance/tally.js";
import "./attendance/line.js";
