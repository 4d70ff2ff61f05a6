// Python in a worker: it loads Pyodide and the library, then answers JSON with JSON.

const here = (path) => new URL(path, import.meta.url).href;
const runtime = here("../pyodide/");

// Pyodide reports no progress, so what it fetches is counted on the way. Nor does it
// report every failure, so the page is told here; it then ends this worker.
const fetchQuietly = self.fetch.bind(self);
let loaded = 0;
self.fetch = async (...asked) => {
  const { url } = new Request(...asked);
  const fail = (reason) => {
    self.postMessage({ failure: `${url}: ${reason}` });
    return new Promise(() => {});
  };
  let response;
  try {
    response = await fetchQuietly(...asked);
  } catch (error) {
    return fail(error.message);
  }
  if (!response.ok) return fail(`${response.status} ${response.statusText}`);
  const counter = new TransformStream({
    transform(chunk, stream) {
      loaded += chunk.length;
      self.postMessage({ loaded });
      stream.enqueue(chunk);
    },
  });
  response.body.pipeTo(counter.writable).catch((error) => fail(error.message));
  return new Response(counter.readable, response);
};

async function start() {
  const [{ loadPyodide }, library] = await Promise.all([
    import(`${runtime}pyodide.mjs`),
    fetch(here("library.zip")).then((response) => response.arrayBuffer()),
  ]);
  const pyodide = await loadPyodide({ indexURL: runtime });
  pyodide.unpackArchive(library, "zip", { extractDir: "/explorer" });
  pyodide.runPython("import sys; sys.path.insert(0, '/explorer')");
  return { answers: pyodide.pyimport("explorer_answers"), toPy: pyodide.toPy };
}

const started = start();
started.catch(() => {}); // each question is told of it, which may come after the failure

self.addEventListener("message", async ({ data: { id, call, given } }) => {
  try {
    const { answers, toPy } = await started;
    const result = answers[call](...given.map((one) => toPy(one)));
    self.postMessage({ id, result });
  } catch (error) {
    self.postMessage({ id, error: String(error.message ?? error) });
  }
});
