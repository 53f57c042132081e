// Builds the browser assets: three style sheets and the scripts, each with a content hash in
// its name and with .br and .gz siblings, and manifest.json that maps plain names to hashed ones.
// Usage: node ops/assets/build.mjs [output folder]. Exits 1 when a file is over its budget.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Features, transform } from "lightningcss";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const source = join(root, "app", "static");
const target = process.argv[2] ?? join(source, "build");

// The cascade is this order and plain specificity: native layers would be dropped whole before Chrome 99.
// Three sheets, because a phone that is slow to fetch is slow to read too: a page takes one of them, whole.
const [BEFORE, AFTER] = [["tokens", "base", "layout", "parts"], ["state", "print", "old"]];
const STYLES = {
  "site.css": [...BEFORE, "public", ...AFTER],
  "portal.css": [...BEFORE, "work", "desk", ...AFTER],
  "register.css": [...BEFORE, "work", "register", ...AFTER],
};
// The families' floor. Same numbers as in docs: Chrome and WebView 80, Safari 13.
const FLOOR = { chrome: 80 << 16, safari: 13 << 16, ios_saf: 13 << 16 };
// As received in brotli, with about this much of headers.
const HEADERS = 300;
const BUDGET = {
  "site.css": 7 * 1024,
  "portal.css": 7 * 1024,
  "register.css": 7 * 1024,
  "portal.js": 15 * 1024,
  "site.js": 4 * 1024,
  "passkeys.js": 1280,
  "uploads.js": 2.5 * 1024,
  "conditions.js": 1024,
  "marks.js": 1024,
  // Instead of portal.js, not beside it: a page of registers has no htmx.
  "register.js": 8 * 1024,
  "worker.js": 4.5 * 1024,
};

const parts = (value) => value.match(/(?:[\w-]*\((?:[^()]|\([^()]*\))*\)|[^\s()]+)+/g);

/** Spells out the logical shorthands, which came later (Chrome 87) than their two halves (Chrome 69).
 *  Lightning CSS does so too, but has to leave them alone where the value holds a var(). */
function spellOut(body) {
  return body
    .replace(/(?<![\w-])(margin|padding|scroll-padding)-(inline|block):\s*([^;]+)/g, (_, box, axis, value) => {
      const [start, end = start] = parts(value);
      return `${box}-${axis}-start:${start};${box}-${axis}-end:${end}`;
    })
    .replace(/(?<![\w-])inset-block:\s*([^;]+)/g, (_, value) => {
      const [start, end = start] = parts(value);
      return `top:${start};bottom:${end}`;
    })
    .replace(/(?<![\w-])inset-block-start:/g, "top:")
    .replace(/(?<![\w-])inset-block-end:/g, "bottom:");
}

/** Rewrites one-sided inline insets for browsers without them: a physical side, and its mirror under
 *  dir=rtl. (Lightning CSS would name every right-to-left language of the world in each rule.) */
function forOldBrowsers(css) {
  const plain = css.replace(/\/\*[^]*?\*\//g, "");
  return plain.replace(/([^{}]+)\{([^{}]*)\}/g, (_, selector, body) => {
    const sides = {};
    const rest = spellOut(body).replace(
      /(?<![\w-])inset-inline(-start|-end)?:\s*([^;]+?)\s*(?:;|$)/g,
      (_, side, value) => {
        const [start, end = start] = parts(value);
        Object.assign(sides, side ? { [side.slice(1)]: value } : { start, end });
        return "";
      },
    );
    const write = (first, second) =>
      (sides.start ? `${first}:${sides.start};` : "") + (sides.end ? `${second}:${sides.end};` : "");
    const rule = `${selector}{${rest.trim().replace(/(?<!;)$/, ";")}${write("left", "right")}}`;
    if (sides.start === sides.end) return rule;
    const reset = sides.start && sides.end ? "" : sides.start ? "left:auto;" : "right:auto;";
    const inRtl = selector.trim().split(",").map((one) => `[dir=rtl] ${one.trim()}`).join(",");
    return `${rule}${inRtl}{${write("right", "left")}${reset}}`;
  });
}

function styles(name) {
  const known = readdirSync(join(source, "css")).filter((file) => file.endsWith(".css"));
  const unplaced = known.filter((file) => !Object.values(STYLES).flat().includes(file.slice(0, -4)));
  if (unplaced.length) throw new Error(`Give these style files a place in STYLES: ${unplaced.join(", ")}`);
  const css = STYLES[name].map((part) => forOldBrowsers(readFileSync(join(source, "css", `${part}.css`), "utf8"))).join("\n");
  const { code } = transform({
    filename: name,
    code: Buffer.from(css),
    minify: true,
    targets: FLOOR,
    // Two schemes by media query need none of the light-dark() machinery.
    exclude: Features.LightDark | Features.FontFamilySystemUi,
  });
  return code;
}

/** htmx keeps its methods in private fields, which Safari 13 and Chrome 80 cannot read. Lowered to weak
 *  maps they cost a kilobyte; renamed to ordinary fields (and then shortened) they cost nothing. */
const htmxForOldBrowsers = {
  name: "htmx-for-old-browsers",
  setup(builder) {
    builder.onLoad({ filter: /htmx\.org[\\/]dist[\\/]htmx(\.esm)?(\.min)?\.js$/ }, ({ path }) => {
      const text = readFileSync(path.replace(".min.js", ".js"), "utf8");
      const contents = text.replace(
        /(?<=\.)#([A-Za-z]\w*)|^(\s+(?:async )?)#([A-Za-z]\w*)(?=\s*(?:[=({;]|$))/gm,
        (_, used, indent, declared) => (used ? `_p_${used}` : `${indent}_p_${declared}`),
      );
      return { contents, loader: "js" };
    });
  },
};

async function script(name, define = {}) {
  const result = await build({
    entryPoints: [join(source, "js", name)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    mangleProps: /^_p_/,
    define,
    plugins: [htmxForOldBrowsers],
    nodePaths: [join(root, "node_modules")],
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function write(name, data) {
  const hash = createHash("sha256").update(data).digest("hex").slice(0, 10);
  const hashed = name.replace(/\.(\w+)$/, `.${hash}.$1`);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  const brotli = brotliCompressSync(data, { params });
  writeFileSync(join(target, hashed), data);
  writeFileSync(join(target, `${hashed}.br`), brotli);
  writeFileSync(join(target, `${hashed}.gz`), gzipSync(data, { level: 9 }));
  const received = brotli.length + HEADERS;
  const verdict = received <= BUDGET[name] ? "ok" : "OVER BUDGET";
  console.log(`${name.padEnd(11)} ${String(data.length).padStart(6)} B, received ${received} of ${BUDGET[name]} B  ${verdict}`);
  return { hashed, within: received <= BUDGET[name] };
}

const files = {};
for (const name of Object.keys(STYLES)) files[name] = styles(name);
for (const name of ["portal.js", "site.js", "passkeys.js", "uploads.js", "conditions.js", "marks.js", "register.js"]) files[name] = await script(name);
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const manifest = {};
let fits = true;
for (const [name, data] of Object.entries(files)) {
  const { hashed, within } = write(name, data);
  manifest[name] = hashed;
  fits &&= within;
}
// The worker keeps the files of a register's page, so it is made when they have their names.
const ASSETS = ["register.css", "site.js", "register.js"].map((name) => `/static/build/${manifest[name]}`);
const worker = write("worker.js", await script("attendance/worker.js", { ASSETS: JSON.stringify(ASSETS) }));
manifest["worker.js"] = worker.hashed;
fits &&= worker.within;
// Last, so that whoever sees the manifest sees the files.
writeFileSync(join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
if (!fits) process.exitCode = 1;
