// The tag explorer's page. All text goes in as text, never as HTML.

const form = document.getElementById("explorer");
const field = (name) => form.elements.namedItem(name);
const part = (name) => document.getElementById(`explorer-${name}`);
const status = part("status");
const progress = part("progress");
const rules = form.dataset.rules;

/** Make an element; children are elements or text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const code = (text) => make("code", { class: "literal" }, text);
const ruleLink = (rule) => make("a", { href: `${rules}${rule}` }, rule);

// The worker: started when it is first asked.

let worker;
let calls = 0;
const waiting = new Map();

function startWorker() {
  const started = performance.now();
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  progress.hidden = false;
  say("Loading Python …");
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

function ask(call, argument) {
  if (worker === undefined) startWorker();
  const id = (calls += 1);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, call, argument });
  });
}

function say(text) {
  status.textContent = text;
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

// The state is the fragment: "w" holds a line of the names, "t" a target.

function readState() {
  const state = new URLSearchParams(location.hash.slice(1));
  if (!state.has("w") && !state.has("t")) return false;
  const targets = new Set(state.getAll("t"));
  field("wheels").value = state.getAll("w").join("\n");
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    box.checked = targets.delete(box.value);
  }
  field("others").value = [...targets].join("\n");
  return true;
}

function currentState() {
  const lines = (name) => field(name).value.split("\n").map((line) => line.trim());
  const boxes = form.querySelectorAll("input[type=checkbox]:checked");
  return {
    lines: field("wheels").value.trimEnd().split("\n"),
    targets: [...[...boxes].map((box) => box.value), ...lines("others")].filter(Boolean),
  };
}

// Chromium drops longer addresses without a word; other browsers throw an error.
const LONGEST = 2 ** 21;

/** Put the question into the address; say whether it holds it now. */
function writeState({ lines, targets }) {
  const state = new URLSearchParams();
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

function table(caption, head, rows) {
  const column = (text) => make("th", { scope: "col" }, text);
  return make(
    "div",
    { class: "table-wrapper", role: "region", "aria-label": caption, tabindex: "0" },
    make(
      "table",
      { class: "docutils" },
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...head.map(column))),
      make("tbody", {}, ...rows),
    ),
  );
}

function row(head, ...cells) {
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, ...[head].flat()),
    ...cells.map((cell) => make("td", {}, ...[cell].flat())),
  );
}

function verdict({ compatible, rule, message, left_out: leftOut }) {
  const word = compatible ? "\u2713 fits" : "\u2717 does not fit";
  return [
    make("strong", { class: compatible ? "fits" : "fits-not" }, word),
    ", by ",
    ruleLink(rule),
    make("small", {}, message),
    leftOut ? make("small", { class: "fits-not" }, `not chosen: ${leftOut}`) : "",
  ];
}

function parsed(platforms) {
  return platforms.map(({ tag, means, rule }) =>
    make("div", {}, code(tag), `: ${means} `, ...(rule ? [ruleLink(rule)] : [])),
  );
}

function fileRow(file, width) {
  const head = [make("span", { class: "line" }, `${file.place} `), code(file.name)];
  if (file.error === null) {
    if (file.remark !== null) head.push(make("small", {}, file.remark));
    return row(head, ...file.verdicts.map(verdict), parsed(file.platforms));
  }
  const message = make("td", { colspan: width + 1, class: "fits-not" }, file.error);
  const line = row(head);
  line.append(message);
  return line;
}

// So many rows of a table are drawn first, and so many more a frame once those are on
// the screen: the page reacts in between.
const FIRST = 50;
const BATCH = 100;

const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** Make a table of data; what is left to draw is put into `later`. */
function longTable(caption, head, data, makeRow, later) {
  const made = table(caption, head, data.slice(0, FIRST).map(makeRow));
  const body = made.querySelector("tbody");
  for (let start = FIRST; start < data.length; start += BATCH) {
    const rows = data.slice(start, start + BATCH);
    later.push(() => body.append(...rows.map(makeRow)));
  }
  return made;
}

/** Show what is wrong with a target, beside its field. */
function showWrong(wrong) {
  part("targets-wrong").replaceChildren(
    ...wrong.map((target) => make("p", { class: "fits-not" }, target.error)),
  );
  field("others").setAttribute("aria-invalid", String(wrong.length > 0));
}

async function show(answer, shareable, isNewest) {
  const wrong = answer.targets.filter((target) => target.error !== null);
  showWrong(wrong);
  const targets = answer.targets
    .filter((target) => target.error === null)
    .map((target) => target.given);
  const { choices, files } = answer;
  const chosenRow = ({ project, files: chosen }) =>
    row(project, ...chosen.map((file) => (file === null ? "none" : code(file))));
  const judgedRow = (file) => fileRow(file, targets.length);
  const tables = [];
  const later = [];
  if (!files.length || !targets.length) {
    part("answer").replaceChildren();
    if (!files.length) say("There is no name to judge: paste one a line above.");
    else if (wrong.length) say("No target was understood: see below their field.");
    else say("Choose a target: whether a file fits depends on it.");
    return;
  }
  if (choices.length) {
    const head = ["Project", ...targets];
    const caption = "What each target would install";
    tables.push(longTable(caption, head, choices, chosenRow, later));
  }
  const head = ["File", ...targets, "Platform tags"];
  tables.push(longTable("Every file, judged", head, files, judgedRow, later));
  part("answer").replaceChildren(...tables);
  if (later.length) {
    say("The first rows are here, the rest is being drawn …");
    for (const draw of later) {
      await painted();
      if (!isNewest() || !tables[0].isConnected) return; // asked anew, or failed
      draw();
    }
  }
  const bad = answer.files.filter((file) => file.error !== null).length;
  const counts = [`files: ${answer.files.length}`, `targets: ${targets.length}`];
  if (bad) counts.push(`not the name of a wheel: ${bad}`);
  if (wrong.length) counts.push(`targets not understood: ${wrong.length}`);
  const note = "This question is too long for a link: the address does not hold it.";
  say(`Done: ${counts.join(", ")}.${shareable ? "" : ` ${note}`}`);
}

let questions = 0; // what answers an older one than the newest is not shown

async function explore({ lines, targets }, shareable = true) {
  const question = (questions += 1);
  const isNewest = () => question === questions;
  form.setAttribute("aria-busy", "true");
  try {
    const loaded = ask("version"); // so that the time below is that of the answer alone
    announce("Asking the library …");
    await loaded;
    if (!isNewest()) return;
    const started = performance.now();
    say("Asking the library …");
    const asked = JSON.stringify({ text: lines.join("\n"), targets });
    const answer = await ask("answer", asked);
    form.dataset.answerMs = Math.round(performance.now() - started);
    if (isNewest()) await show(answer, shareable, isNewest);
  } catch (error) {
    fail(error);
  } finally {
    if (isNewest()) form.removeAttribute("aria-busy");
  }
}

/** Put the page back as it was before any question. */
function reset() {
  questions += 1;
  form.removeAttribute("aria-busy");
  form.reset();
  showWrong([]);
  part("answer").replaceChildren();
  say("");
}

const shown = (value) => (value === null ? "not set" : code(JSON.stringify(value)));

async function showRuntime() {
  try {
    const answer = ask("runtime");
    announce("Asking this browser's Python …");
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
form.addEventListener(
  "input",
  () => worker ?? ask("version").then(() => say("Python is loaded."), fail),
  { once: true },
);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const state = currentState();
  explore(state, writeState(state));
});
part("ask-runtime").addEventListener("click", showRuntime);
// The address of a question is answered and left as it is, or Back would lead here.
const onState = () => {
  if (!readState()) return;
  explore(currentState());
  // The form is higher than a window: whoever has not asked here would see no answer.
  status.scrollIntoView({ block: "start", behavior: "instant" });
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
