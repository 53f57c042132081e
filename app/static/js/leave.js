// Signing out leaves nothing on the tablet: kept pages of registers and taps that wait. Where some wait, the page of a
// register asks first; on every other page the teacher is led there.
import { mine, wipe } from "./attendance/store.js";
import { digits, page } from "./page.js";

addEventListener("submit", async (event) => {
  const form = event.target;
  const { account } = page.body.dataset;
  if (!/\/sign-out$/.test(form.action) || !account) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const waiting = (await mine(account)).filter(({ q }) => q < 3);
  const line = page.getElementById("line");
  if (waiting.length && !line) {
    location.href = waiting[0].u.replace(/marks\/.*/, "");
    return;
  }
  if (waiting.length && !confirm(line.dataset.leave.replace("{n}", digits(waiting.length)))) return;
  await wipe(account).catch(() => {});
  form.submit();
}, true);
