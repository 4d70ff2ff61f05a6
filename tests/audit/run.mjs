// Import a wheel's module in one Pyodide, whatever the wheel's tag says, and call it.
// Run: node run.mjs PYODIDE WHEEL CODE; prints one line of JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, wheel, code] = process.argv.slice(2);
const say = (outcome, error) => {
  const lines = String(error?.message ?? error ?? "").trim().split("\n");
  console.log(JSON.stringify({ outcome, said: error ? lines.at(-1) : "" }));
  process.exit(0);
};
const quiet = () => {};
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${folder}/`, stdout: quiet, stderr: quiet });
console.error = quiet;
process.on("uncaughtException", (error) => say("ends the interpreter", error));
const site = python.runPython("import site; site.getsitepackages()[0]");
python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: site });
try {
  python.runPython(code);
} catch (error) {
  say(error.pyodide_fatal_error ? "ends the interpreter" : "fails", error);
}
say("works");
