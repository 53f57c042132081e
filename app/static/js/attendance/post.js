// How taps reach the school: one small form by fetch. Only an answer in JSON counts: a gateway's page or that of a Wi-Fi
// that wants to be signed in to says nothing about what was stored.
const TIMEOUT = 30000;
const TOKEN = /name="csrf_token" value="([^"]+)"/;

/** The page of a register, from the address its marks are sent to. */
export const pageOf = (u) => u.replace("marks/", "").replace(/\?period=0$/, "");

async function ask(url, options) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), TIMEOUT);
  try {
    const answer = await fetch(url, { credentials: "same-origin", referrerPolicy: "no-referrer", ...options, signal: stop.signal });
    return { answer, text: await answer.text() };
  } finally {
    clearTimeout(clock);
  }
}

const door = ({ url }, u) => ({ status: 401, body: { to: `${new URL(url).pathname}?next=${encodeURIComponent(pageOf(u))}` } });
const isDoor = ({ redirected, url }) => redirected && /\/sign-in/.test(url);

/** The account and the token of a register's page as the school writes it now. */
export async function look(u) {
  const { answer, text } = await ask(pageOf(u), { cache: "reload" });
  if (isDoor(answer)) return { door: door(answer, u) };
  return { token: (TOKEN.exec(text) || [])[1], account: (/data-account="([^"]+)"/.exec(text) || [])[1] };
}

/** `post` of a queue, for an account and the token of its page. */
export function makePost(account, token) {
  const send = async (u, body, isLast) => {
    const { answer, text } = await ask(u, {
      method: "POST",
      body: `${body}&csrf_token=${token}`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    if (isDoor(answer)) return door(answer, u);
    if (answer.status === 400 && !isLast) {
      // The token of a session before this one. Whoever is signed in now may be somebody else.
      const now = await look(u);
      if (now.door) return now.door;
      if (now.account !== account) return { status: 0 };
      token = now.token;
      return send(u, body, true);
    }
    const isOurs = /json/.test(answer.headers.get("Content-Type"));
    return isOurs ? { status: answer.status, body: JSON.parse(text) } : { status: 0 };
  };
  return (u, body) => send(u, body).catch(() => ({ status: 0 }));
}
