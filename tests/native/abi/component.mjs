// Make components of core modules, by the rule of the SDK's own linker, wasm-component-ld:
// the adapter for WASI 0.1 is always offered, that for commands where there is a _start.
// Arguments: a folder with jco's packages, and a file with [[core module, component], ...].
// Prints, for each, what was wrong.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, jobs] = process.argv.slice(2);
const packages = pathToFileURL(`${folder}/node_modules/@bytecodealliance/`);
const tools = await import(new URL("jco-transpile/dist/wasm-tools.js", packages));
const lib = new URL("jco/lib/", packages);
const adapter = (kind) => readFileSync(new URL(`wasi_snapshot_preview1.${kind}.wasm`, lib));
const adapters = { command: adapter("command"), reactor: adapter("reactor") };

const wrong = [];
for (const [core, made] of JSON.parse(readFileSync(jobs, "utf-8"))) {
  const bytes = readFileSync(core);
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
  const kind = exported.some(({ name }) => name === "_start") ? "command" : "reactor";
  try {
    const component = await tools.componentNew(bytes, [["wasi_snapshot_preview1", adapters[kind]]]);
    writeFileSync(made, component);
    wrong.push("");
  } catch (error) {
    wrong.push(String(error.payload ?? error));
  }
}
console.log(JSON.stringify(wrong));
