// Builds ../pages/static/graphiql from pinned packages:
//
//   npm ci --ignore-scripts && node build.mjs
//
// The files are committed, compressed (1.8 of 6.5 MB), so that nothing is fetched to run or install
// Afterword. The same packages give the same bytes.
import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = join(import.meta.dirname, "../pages/static/graphiql");
const ENTRIES = {
  graphiql: "main.jsx",
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
};
// Ours is `font-src 'self'`, and the system's fonts do as well as half a megabyte of data addresses.
const FONTS = /@font-face\s*\{[^}]*url\(["']?data:[^}]*\}/g;

const result = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ENTRIES,
  outdir: OUT,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "iife",
  jsx: "automatic",
  target: "es2022",
  legalComments: "none",
  assetNames: "[name]",
  loader: { ".ttf": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
});

const MODULES = join(import.meta.dirname, "node_modules");
const packages = new Map();
for (const path of Object.keys(result.metafile.inputs)) {
  const within = path.split("node_modules/");
  if (within.length > 1) {
    const parts = within.at(-1).split("/");
    const name = parts[0].startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
    const folder = `${within.slice(1, -1).map((one) => `${one}node_modules/`).join("")}${name}`;
    packages.set(folder, JSON.parse(readFileSync(join(MODULES, folder, "package.json"))));
  }
}
const licences = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, found]) => {
  let text = "";
  for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license", "License"]) {
    try {
      text = readFileSync(join(MODULES, folder, file), "utf8").trim();
      break;
    } catch {
      continue;
    }
  }
  return `${found.name} ${found.version}: ${found.license}\n\n${text}`;
});

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
let total = 0;
for (const { path, contents } of result.outputFiles) {
  const kept = path.endsWith(".css")
    ? Buffer.from(Buffer.from(contents).toString("utf8").replace(FONTS, ""))
    : contents;
  const packed = gzipSync(kept, { level: 9 });
  packed[9] = 255; // The system that packed it is nobody's business and would change the bytes.
  total += packed.length;
  writeFileSync(join(OUT, `${basename(path)}.gz`), packed);
}
writeFileSync(join(OUT, "LICENCES.txt"), `${licences.join(`\n\n${"-".repeat(79)}\n\n`)}\n`);
console.log(`${result.outputFiles.length} files, ${Math.round(total / 1024)} KB, ${packages.size} packages`);
