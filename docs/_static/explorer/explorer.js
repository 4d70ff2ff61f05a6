// The tag explorer's page: the worker, the question in the address, and the answer.

import { drawn, drawnBuild } from "./answer.js";
import { code, field, form, make, painted, part, row, say, table } from "./dom.js";
import { listen } from "./files.js";
import { sharing } from "./share.js";
import { loadTools } from "./tools.js";

const status = part("status");
const progress = part("progress");

// The worker: started when it is first asked.

let worker;
let calls = 0;
const waiting = new Map();

function startWorker() {
  const started = performance.now();
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  progress.hidden = false;
  say("Loading Python \u2026");
  worker.addEventListener("message", ({ data, target }) => {
    if (target !== worker) return; // it failed, and was ended
    if (data.failure !== undefined) {
      fail(new Error(data.failure));
      return;
    }
    if (data.loaded !== undefined) {
      progress.value = data.loaded;
      return;
    }
    if (!progress.hidden) {
      progress.hidden = true;
      form.dataset.startMs = Math.round(performance.now() - started);
    }
    const call = waiting.get(data.id);
    if (call === undefined) return; // it failed with another one
    waiting.delete(data.id);
    if (data.error === undefined) call.resolve(JSON.parse(data.result));
    else call.reject(new Error(data.error));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(new Error(event.message || "the worker could not be started"));
  });
}

function ask(call, ...given) {
  if (worker === undefined) startWorker();
  const id = (calls += 1);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, call, given });
  });
}

/** Say what is asked, at once: an older "Done" is not this question's. */
function announce(text) {
  if (progress.hidden) say(text); // what is loaded stays said
}

function fail(error) {
  progress.hidden = true;
  worker?.terminate();
  worker = undefined;
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
  part("answer").replaceChildren(); // an older answer is none to this question
  say(`This did not work: ${error.message}`);
}

// The state is the fragment: "w" holds a line of the names, "t" a target; "q=build"
// asks which tags to build.

const boxes = () => [...form.querySelectorAll("input[name=target]")];

/** Open what is folded where it holds a part of the question. */
function unfold() {
  const more = part("more");
  more.open ||= field("others").value !== "" || more.querySelector(":checked") !== null;
}

function readState() {
  const state = new URLSearchParams(location.hash.slice(1));
  if (!state.has("w") && !state.has("t")) return null;
  const targets = new Set(state.getAll("t"));
  if (state.has("w")) field("wheels").value = state.getAll("w").join("\n");
  for (const box of boxes()) box.checked = targets.delete(box.value);
  field("others").value = [...targets].join("\n");
  part("more").open = false;
  unfold();
  return state.get("q") === "build";
}

function currentState(build) {
  const others = field("others").value.split("\n").map((line) => line.trim());
  const chosen = boxes().filter((box) => box.checked);
  return {
    build,
    lines: build ? [] : field("wheels").value.trimEnd().split("\n"),
    targets: [...chosen.map((box) => box.value), ...others].filter(Boolean),
  };
}

// Chromium drops longer addresses without a word; other browsers throw an error.
const LONGEST = 2 ** 21;

/** Put the question into the address; say whether it holds it now. */
function writeState({ build, lines, targets }) {
  const state = new URLSearchParams();
  if (build) state.append("q", "build");
  for (const target of targets) state.append("t", target);
  for (const line of lines) state.append("w", line);
  const held = new URLSearchParams(location.hash.slice(1)); // in any spelling
  if (`${held}` === `${state}`) return true;
  const url = new URL(`#${state}`, location);
  if (url.href.length > LONGEST) return false;
  try {
    history.pushState(null, "", url);
  } catch {
    return false;
  }
  return true;
}

// The answers.

/** Show what is wrong with a target, beside its field. */
function showWrong(wrong) {
  part("targets-wrong").replaceChildren(
    ...wrong.map((target) => make("p", { class: "fits-not" }, target.error)),
  );
  field("others").setAttribute("aria-invalid", String(wrong.length > 0));
}

/** Return the targets that were understood, and show what is wrong with the others. */
function understood(answer) {
  const wrong = answer.targets.filter((target) => target.error !== null);
  showWrong(wrong);
  const targets = answer.targets.filter((target) => target.error === null);
  if (targets.length === 0) {
    part("answer").replaceChildren();
    if (wrong.length) say("No target was understood: see the message below the field.");
    else say("Choose a target: whether a file fits depends on it.");
  }
  return { targets, wrong };
}

async function show(answer, shareable, isNewest) {
  const { targets, wrong } = understood(answer);
  const { files } = answer;
  if (!files.length) {
    part("answer").replaceChildren();
    say("There is no name to judge: paste names above, one a line.");
    return;
  }
  if (!targets.length) return;
  const later = [];
  const parts = drawn(answer, targets, later);
  part("answer").classList.remove("explorer-only");
  part("answer").replaceChildren(sharing(answer, targets, shareable), ...parts);
  if (later.length) {
    say("The first rows are here, the rest is being drawn \u2026");
    for (const draw of later) {
      await painted();
      if (!isNewest() || !parts[0].isConnected) return; // asked anew, or failed
      draw();
    }
  }
  const count = (key) => files.filter((file) => file[key]).length;
  const counts = [`files: ${files.length - count("what")}`, `targets: ${targets.length}`];
  if (count("error")) counts.push(`not the name of a wheel: ${count("error")}`);
  if (count("what")) counts.push(`lines that name no wheel: ${count("what")}`);
  if (wrong.length) counts.push(`targets not understood: ${wrong.length}`);
  const note = "This question is too long for a link: the address does not hold it.";
  say(`Done: ${counts.join(", ")}.${shareable ? "" : ` ${note}`}`);
}

function showBuild(answer) {
  const { targets } = understood(answer);
  if (!targets.length) return;
  part("answer").replaceChildren(...drawnBuild(answer, targets));
  say(`Done: what to build for ${targets.length} targets.`);
}

let questions = 0; // what answers an older one than the newest is not shown

async function explore({ build, lines, targets }, shareable = true) {
  const question = (questions += 1);
  const isNewest = () => question === questions;
  form.setAttribute("aria-busy", "true");
  try {
    const loaded = ask("version"); // so that the time below is that of the answer alone
    announce("Asking the library \u2026");
    // Whoever asks has the form in view, which is higher than a window.
    status.scrollIntoView({ block: "start", behavior: "instant" });
    await Promise.all([loaded, loadTools()]);
    if (!isNewest()) return;
    const started = performance.now();
    say("Asking the library \u2026");
    const asked = JSON.stringify({ text: lines.join("\n"), targets });
    const answer = await ask(build ? "build" : "answer", asked);
    form.dataset.answerMs = Math.round(performance.now() - started);
    if (!isNewest()) return;
    if (build) showBuild(answer);
    else await show(answer, shareable, isNewest);
  } catch (error) {
    fail(error);
  } finally {
    if (isNewest()) form.removeAttribute("aria-busy");
  }
}

function submit(build) {
  const state = currentState(build);
  explore(state, writeState(state));
}

/** Put the page back as it was before any question. */
function reset() {
  questions += 1;
  form.removeAttribute("aria-busy");
  form.reset();
  showWrong([]);
  part("dropped").replaceChildren();
  part("answer").replaceChildren();
  say("");
}

const shown = (value) => (value === null ? "not set" : code(JSON.stringify(value)));

async function showRuntime() {
  try {
    const answer = ask("runtime");
    announce("Asking this browser's Python \u2026");
    const found = await answer;
    const variables = Object.entries(found.variables).map(([name, value]) =>
      row(code(name), shown(value)),
    );
    const tags = (list) => list.map((tag) => make("div", {}, code(tag)));
    const stock = `packaging ${found.packaging}, unpatched`;
    part("runtime").replaceChildren(
      table("What the runtime states", ["Name", "Value"], [
        ...variables,
        row(code("sysconfig.get_platform()"), code(found.get_platform)),
      ]),
      table("Its platform tags, best first", ["Computed by", "Tags"], [
        row(stock, tags(found.stock)),
        row("the same, patched by this library", tags(found.patched)),
      ]),
      table(
        "Its environment markers",
        ["Marker", "Reported", "The PEP's table", "Same?"],
        found.markers.map(({ name, reported, expected }) =>
          row(
            code(name),
            code(reported),
            expected === null ? "platform not known" : code(expected),
            reported === expected ? "\u2713 same" : "\u2717 differs",
          ),
        ),
      ),
    );
    say("Done: the runtime's own report is below.");
  } catch (error) {
    fail(error);
  }
}

// Python loads while the question is still being written.
const preload = () => worker ?? ask("version").then(() => say("Python is loaded."), fail);
form.addEventListener("input", preload, { once: true });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(false);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
part("build").addEventListener("click", () => submit(true));
for (const button of form.querySelectorAll("[data-select]")) {
  button.addEventListener("click", () => {
    for (const box of boxes()) box.checked = button.dataset.select === "all";
    unfold();
  });
}
listen(form, ask, () => submit(false));
part("ask-runtime").addEventListener("click", showRuntime);
// The address of a question is answered and left as it is, or Back would lead here.
const onState = () => {
  const build = readState();
  if (build !== null) explore(currentState(build));
};
addEventListener("popstate", () => {
  onState();
  // The bare page; an anchor, such as the theme's "#" for its top, changes nothing.
  if (!location.href.includes("#")) reset();
});

part("needs").hidden = true;
form.hidden = false;
part("ask-runtime").hidden = false;
onState();
