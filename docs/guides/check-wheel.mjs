// Let micropip install a wheel in Pyodide under Node.js, then run some Python:
//   npm install pyodide@314.0.7
//   node check-wheel.mjs dist/demo-1.0-....whl "import demo; demo.check()"
// Set PYODIDE_PACKAGES to a folder that holds micropip's wheel to stay off the network.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadPyodide } from "pyodide";

const [wheel, code, ...more] = process.argv.slice(2);
if (code === undefined || more.length) {
  console.error("usage: node check-wheel.mjs WHEEL CODE");
  process.exit(2);
}
try {
  const packages = process.env.PYODIDE_PACKAGES;
  const pyodide = await loadPyodide(packages ? { packageCacheDir: packages } : {});
  await pyodide.loadPackage("micropip", { messageCallback: () => {} });
  const url = `emfs:/tmp/${basename(wheel)}`;
  pyodide.FS.writeFile(url.replace("emfs:", ""), readFileSync(wheel));
  // Not pyodide.loadPackage(wheel): that compares no tags.
  await pyodide.pyimport("micropip").install(url);
  console.log(`installed ${basename(wheel)}`);
  const value = pyodide.runPython(code);
  console.log(value === undefined ? "done" : `done: ${value}`);
} catch (error) {
  const last = error.message.trim().split("\n").at(-1);
  const exit = /^SystemExit(?:: (\d+))?$/.exec(last); // as sys.exit(pytest.main()) does
  if (exit) process.exit(Number(exit[1] ?? 0));
  console.error(last);
  process.exit(1);
}
