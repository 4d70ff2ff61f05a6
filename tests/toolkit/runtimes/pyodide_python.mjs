// Pyodide as a command: the interpreter sees one folder of this machine, at its own path.
// node pyodide_python.mjs PYODIDE FOLDER EXECUTABLE [ARGUMENT ...]
import { pathToFileURL } from "node:url";

const [pyodide, folder, executable, ...args] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
// Where Pyodide looks for the name that it goes by.
process.argv[1] = executable;

function fsInit(FS) {
  FS.mkdirTree(folder);
  FS.mount(FS.filesystems.NODEFS, { root: folder }, folder);
}

try {
  const python = await loadPyodide({
    indexURL: pyodide,
    args,
    env: { HOME: folder, PYTHONINSPECT: "" },
    fsInit,
    _node_mounts: [folder], // what Pyodide 0.26 has in place of fsInit
  });
  python.setStdout();
  python.setStderr();
  process.exit(python._module._run_main());
} catch (error) {
  // Such as --version, or an argument that Python refuses.
  process.exit(error?.name === "ExitStatus" ? error.status : fail(error));
}

// Node would print Pyodide's minified source first.
function fail(error) {
  process.stderr.write(`${error?.stack ?? error}\n`.slice(-4000));
  return 1;
}
