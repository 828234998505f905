// Builds the bundles into workbook/server/assets/static and records what they were built from, so
// that a test can tell a committed bundle that no longer matches its sources.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const out = `${here}../workbook/server/assets/static/`;
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
await mkdir(out, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: ["src/shell.js", "src/page.js", "src/neutral.js"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "eof",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  alias: { "sanitize-html": `${here}src/escape.js`, jquery: `${here}src/plain_element.js` },
  logLevel: "info",
});
await cp(`${here}node_modules/plotly.js-basic-dist-min/plotly-basic.min.js`, `${out}plotly.js`);

const sources = {};
for (const name of [...(await readdir(`${here}src`)).sort().map((file) => `src/${file}`), "build.mjs", "package.json"]) {
  sources[name] = digest(await readFile(here + name));
}
// The two large ones are packed here as well: Python's own library has no Brotli, and it is a sixth smaller.
for (const name of ["page.js", "plotly.js"]) await writeFile(`${out}${name}.br`, brotliCompressSync(await readFile(out + name)));
const files = {};
for (const name of ["neutral.js", "page.js", "page.js.br", "plotly.js", "plotly.js.br", "shell.js"]) {
  files[name] = digest(await readFile(out + name));
}
await writeFile(`${out}manifest.json`, `${JSON.stringify({ files, sources }, null, 2)}\n`);
