// Only on the pages that ask a passkey. The browser does the asking; this turns the server's question into bytes,
// and the answer into text that the form around the button carries. Browsers without passkeys never see the button.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function question(box, form) {
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  const answer = await fetch(box.dataset.question, { method: "POST", body });
  // A page instead of a question: the session or the last proof has run out, and the server says what to do.
  if (!/json/.test(answer.headers.get("Content-Type"))) return location.reload();
  const asked = await answer.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  if (asked.excludeCredentials) asked.excludeCredentials = keys(asked.excludeCredentials);
  if (asked.allowCredentials) asked.allowCredentials = keys(asked.allowCredentials);
  return asked;
}

async function ask(box, form) {
  const publicKey = await question(box, form);
  if (!publicKey) return;
  const { id, rawId, type, response } = await navigator.credentials[box.dataset.passkey]({ publicKey });
  const said = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = text(response[part]);
  }
  form.querySelector("[name$=passkey]").value = JSON.stringify({ id, rawId: text(rawId), type, response: said });
  form.submit();
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const form = box.closest("form");
  const button = box.querySelector("button");
  const oops = box.querySelector("[role=alert]");
  const without = form.querySelector("[data-without]");
  if (!window.PublicKeyCredential) continue;
  box.hidden = false;
  if (without) without.hidden = true;
  button.addEventListener("click", async () => {
    oops.hidden = button.disabled = true;
    try {
      await ask(box, form);
    } catch {
      oops.hidden = false;
    }
    button.disabled = false;
  });
}
