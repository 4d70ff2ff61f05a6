// Run one Pyodide and answer JSON Lines on standard input with guest/serve.py inside it.
// node pyodide_host.mjs '{"pyodide": DIR, "mounts": {GUEST: HOST}, "path": [GUEST, ...]}'
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { pyodide, mounts, path } = JSON.parse(process.argv[2]);

// Node would print Pyodide's minified source first and the message somewhere below it.
function fail(error) {
  process.stderr.write(`${error?.stack ?? error}\n`.slice(-4000));
  process.exit(1);
}
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const log = (text) => process.stderr.write(`${text}\n`);
const python = await loadPyodide({ indexURL: pyodide, stdout: log, stderr: log });

for (const [guest, root] of Object.entries(mounts)) {
  python.FS.mkdirTree(guest);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, guest);
}
// Pyodide 0.27 starts with umask 0o777: every file made would be unreadable.
python.runPython(`import os, sys; os.umask(0o022); sys.path[:0] = ${JSON.stringify(path)}`);
python.runPython("from tests.matrix.guest.serve import answer");

// Only Python that was started by runPythonAsync may switch stacks.
function answer(line) {
  python.globals.set("line", line);
  return python.runPythonAsync("await answer(line)");
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(line)}\n`);
}
