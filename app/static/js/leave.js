// Signing out leaves nothing on the tablet: kept pages of registers and taps that wait. Where some wait, the pages of
// registers ask first; from every other page the teacher is led to their list. Who may not read that any more can store
// nothing either, and is not asked.
import { mine, wipe } from "./attendance/store.js";
import { digits, page } from "./page.js";

const LIST = "/attendance/registers/";

addEventListener("submit", async (event) => {
  const form = event.target;
  const { account } = page.body.dataset;
  if (new URL(form.action).pathname !== "/sign-out" || !account) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const waiting = (await mine(account)).filter(({ q }) => q < 3);
  const line = page.getElementById("line");
  if (waiting.length && !line && location.pathname !== LIST) {
    location.href = LIST;
    return;
  }
  if (waiting.length && line && !confirm(line.dataset.leave.replace("{n}", digits(waiting.length)))) return;
  await wipe(account).catch(() => {});
  form.submit();
}, true);
