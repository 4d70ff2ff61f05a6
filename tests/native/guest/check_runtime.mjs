// Run a script in one Pyodide: node check_runtime.mjs PYODIDE SCRIPT FOLDER-FOR-PYTHON...
import { readFileSync } from "node:fs";

const [folder, script, ...path] = process.argv.slice(2);
const { loadPyodide } = await import(`${folder}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: folder });
for (const [number, root] of path.entries()) {
  python.FS.mkdirTree(`/path/${number}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, `/path/${number}`);
  python.runPython(`import sys; sys.path.insert(0, "/path/${number}")`);
}
try {
  python.runPython(readFileSync(script, "utf-8"));
} catch (error) {
  if (error.type !== "SystemExit") throw error;
  process.exitCode = 1;
}
