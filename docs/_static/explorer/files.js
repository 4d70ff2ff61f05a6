// Dropped and chosen files: read here, never sent. Their names go into the question.

import { code, field, make, part, say } from "./dom.js";

const LARGEST = 200e6; // bytes: more is no wheel that a page could read
const NAMES = 20e6;

function report(name, ...said) {
  part("dropped").append(make("p", {}, code(name), ": ", ...said));
}

function add(text) {
  const area = field("wheels");
  area.value = `${area.value.trimEnd()}\n${text}`.trim();
}

const listed = (tags) => tags.flatMap((tag) => [code(tag), " "]);

function tellWheel({ name, error, tags, in_name: inName, in_wheel: inWheel }) {
  if (error !== null) {
    report(name, make("span", { class: "fits-not" }, error));
  } else if (inName.length + inWheel.length === 0) {
    const said = "\u2713 its WHEEL file states the tags of its name: ";
    report(name, make("strong", { class: "fits" }, said), ...listed(tags));
  } else {
    report(
      name,
      make("strong", { class: "fits-not" }, "\u2717 its WHEEL file states other tags."),
      ...(inName.length ? [" Only in the name: ", ...listed(inName)] : []),
      ...(inWheel.length ? [" Only in WHEEL: ", ...listed(inWheel)] : []),
    );
  }
}

const wrong = (name, text) => report(name, make("span", { class: "fits-not" }, text));

async function read(file, ask) {
  const isWheel = file.name.toLowerCase().endsWith(".whl");
  const largest = isWheel ? LARGEST : NAMES;
  if (file.size > largest) {
    wrong(file.name, `it has ${file.size} bytes; this page reads up to ${largest}`);
    return;
  }
  if (isWheel) {
    add(file.name);
    tellWheel(await ask("wheel", file.name, new Uint8Array(await file.arrayBuffer())));
    return;
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    wrong(file.name, "it is neither a wheel nor text in UTF-8");
    return;
  }
  const found = await ask("names", text);
  if (found.wheels === 0) {
    wrong(file.name, "it names no wheel; wanted a lock file, or an index's page or JSON");
    return;
  }
  // What says more about its files than their names is one document, and goes in whole.
  if (found.text === text) field("wheels").value = text;
  else add(found.text);
  report(file.name, `wheels in it: ${found.wheels}`);
}

/** Read files that are dropped on the form, or chosen; then ask. */
export function listen(form, ask, then) {
  const readAll = async (files) => {
    if (files.length === 0) return;
    part("dropped").replaceChildren();
    const area = field("wheels");
    if (area.value === area.defaultValue) area.value = ""; // the example makes room
    say("Reading the files \u2026");
    for (const file of files) await read(file, ask);
    if (area.value.trim()) then();
    else say("No name of a wheel was found.");
  };
  const take = (files) =>
    readAll(files).catch((error) => say(`This did not work: ${error.message}`));
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("explorer-over");
  });
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("explorer-over"));
  }
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  part("files").addEventListener("change", ({ target }) => {
    take([...target.files]).finally(() => {
      target.value = ""; // so that the same file can be chosen again
    });
  });
}
