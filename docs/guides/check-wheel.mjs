// Let micropip install wheels in Pyodide under Node.js, then run some Python:
//   npm install pyodide@314.0.7
//   node check-wheel.mjs wheelhouse "import demo; demo.check()"
// A wheel that is named must fit; of those in a folder, one must. Without a network, set
// PYODIDE_PACKAGES to a folder that holds micropip's wheel.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { loadPyodide } from "pyodide";

const given = process.argv.slice(2);
const code = given.pop();
if (!given.length) stop("usage: node check-wheel.mjs WHEEL_OR_FOLDER... CODE", 2);
const isWheel = (name) => name.endsWith(".whl");
const lastLine = (error) => error.message.trim().split("\n").at(-1);

function stop(message, status = 1) {
  console.error(message);
  process.exit(status);
}

/** Return the wheels that an argument names, each with whether it must fit. */
function wheels(path) {
  const about = statSync(path, { throwIfNoEntry: false });
  if (about?.isFile() && isWheel(path)) return [{ path, must: true }];
  const found = about?.isDirectory() ? readdirSync(path).filter(isWheel).sort() : [];
  if (!found.length) stop(`${path}: no wheel; wanted a file .whl or a folder of them`, 2);
  return found.map((name) => ({ path: join(path, name), must: false }));
}

async function loadMicropip(pyodide) {
  const errors = [];
  const messages = { messageCallback() {}, errorCallback: (text) => errors.push(text) };
  try {
    await pyodide.loadPackage("micropip", messages);
    return pyodide.pyimport("micropip");
  } catch (error) {
    const lock = createRequire(import.meta.url).resolve("pyodide/pyodide-lock.json");
    const { file_name: wanted } = JSON.parse(readFileSync(lock)).packages.micropip;
    const said = errors.length ? errors.join(" ") : lastLine(error);
    const where = process.env.PYODIDE_PACKAGES ?? "a folder that PYODIDE_PACKAGES names";
    return stop(`cannot load micropip: ${said}\nwanted ${wanted}, from the network or in ${where}`);
  }
}

const files = given.flatMap(wheels);
const packages = process.env.PYODIDE_PACKAGES;
const pyodide = await loadPyodide(packages ? { packageCacheDir: packages } : {});
const micropip = await loadMicropip(pyodide);

let installed = 0;
for (const { path, must } of files) {
  const name = basename(path);
  pyodide.FS.writeFile(`/tmp/${name}`, readFileSync(path));
  try {
    // Not pyodide.loadPackage(path): that compares no tags.
    await micropip.install.callKwargs(`emfs:/tmp/${name}`, { deps: false });
    console.log(`installed ${name}`);
    installed += 1;
  } catch (error) {
    if (must) stop(lastLine(error));
    console.log(`passed over ${name}: ${lastLine(error)}`);
  }
}
if (!installed) stop(`none of ${files.length} wheels fits Pyodide ${pyodide.version}`);

// What the wheels need and do not bring along. Pyodide only prints that it cannot load a
// package of its own.
const needed = pyodide.runPython(`
from importlib.metadata import distributions
[str(r) for d in distributions() if d.metadata["Name"] != "micropip" for r in d.requires or []]`);
const failures = [];
pyodide.setStderr({ batched: (text) => failures.push(text) });
await micropip.install(needed).catch((error) => failures.push(lastLine(error)));
pyodide.setStderr();
if (failures.length) {
  const wanted = needed.toJs().join(", ");
  stop(`cannot install what the wheels need (${wanted}): ${failures.join(" ")}`);
}

try {
  const value = pyodide.runPython(code);
  console.log(value === undefined ? "done" : `done: ${value}`);
} catch (error) {
  const exit = /^SystemExit(?:: (\d+))?$/.exec(lastLine(error)); // sys.exit(pytest.main())
  if (exit) process.exit(Number(exit[1] ?? 0));
  stop(lastLine(error));
}
