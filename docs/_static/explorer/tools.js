// What real tools did with wheels like one: looked up in the joined results.

import { make } from "./dom.js";

let results = { failure: "the results are not loaded" };

export async function loadTools() {
  if (results.failure === undefined) return;
  try {
    const response = await fetch(new URL("tools.json", import.meta.url));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    results = { found: await response.json() };
  } catch (error) {
    results = { failure: `tools.json: ${error.message}` };
  }
}

const GROUPS = {
  t: ["fits", "\u2713 take it"],
  l: ["fits-not", "\u2717 do not take it"],
  c: ["fits-unknown", "\u2013 cannot be asked for this target"],
  b: ["fits-unknown", "\u2013 took some such wheels and not others"],
  "-": ["fits-unknown", "\u2013 not measured"],
};
const INDEX = {
  ...GROUPS,
  t: ["fits", "\u2713 accepts the upload"],
  l: ["fits-not", "\u2717 refuses the upload"],
};

/** Return the address of a case on the page of a result, as the site names anchors. */
function evidence(page, id, code) {
  const diverges = code !== code.toLowerCase();
  const anchor = `${diverges ? "diverges " : ""}${id}`.toLowerCase();
  return `${page}#${anchor.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
}

/** Return what a tool did with such wheels: the very tags decide, if they were asked. */
function outcome(cases, number, tags) {
  const asked = cases
    .map(([id, ending, , codes]) => ({ id, ending, code: codes[number] }))
    .filter(({ code }) => code !== "-");
  const same = asked.filter(({ ending, code }) => ending === tags && code !== "c");
  const known = asked.filter(({ code }) => code !== "c");
  const found = [same, known, asked].find(({ length }) => length) ?? [];
  const codes = new Set(found.map(({ code }) => code.toLowerCase()));
  const group = codes.size > 1 ? "b" : ([...codes][0] ?? "-");
  return { group, first: found[0] };
}

/** Return paragraphs: which tools take a wheel in a situation, each with its evidence. */
export function toolsFor(target, situation, tags) {
  if (results.failure !== undefined) {
    return [make("small", {}, `Not measured: ${results.failure}.`)];
  }
  const suite = results.found[target];
  if (suite === undefined) {
    return [make("small", {}, "Not measured: the suite does not have this target.")];
  }
  const cases = suite.cases.filter(([, , like]) => like === situation);
  if (cases.length === 0) {
    return [make("small", {}, "Not measured: no case of the suite is like this file.")];
  }
  const groups = {};
  const dates = new Set();
  for (const [number, tool] of suite.tools.entries()) {
    const { group, first } = outcome(cases, number, tags);
    if (first !== undefined) dates.add(tool.measured);
    (groups[group] ??= []).push(
      first === undefined
        ? tool.name
        : make("a", { href: evidence(tool.page, first.id, first.code) }, tool.name),
    );
  }
  const words = target === "" ? INDEX : GROUPS;
  const lists = Object.entries(words)
    .filter(([group]) => groups[group])
    .map(([group, [colour, said]]) =>
      make(
        "div",
        { class: "explorer-tools" },
        make("strong", { class: colour }, said),
        make("ul", {}, ...groups[group].map((tool) => make("li", {}, tool))),
      ),
    );
  const [from, to] = [[...dates].sort()[0], [...dates].sort().at(-1)];
  const measured = from === to ? `on ${from}` : `from ${from} to ${to}`;
  return [
    make("small", {}, `Measured ${measured}, with a wheel like this one:`),
    ...lists,
  ];
}
