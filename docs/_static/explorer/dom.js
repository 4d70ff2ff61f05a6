// Elements, and the tables of an answer. All text goes in as text, never as HTML.

export const form = document.getElementById("explorer");
export const field = (name) => form.elements.namedItem(name);
export const part = (name) => document.getElementById(`explorer-${name}`);

/** Make an element; children are elements or text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export const code = (text) => make("code", { class: "literal" }, text);

export const ruleLink = (rule) =>
  make("a", { href: `${form.dataset.rules}${rule}` }, rule);

export function folded(summary, ...blocks) {
  return make("details", {}, make("summary", {}, summary), ...blocks);
}

export function say(text) {
  part("status").textContent = text;
}

export function table(caption, head, rows) {
  const column = (content) => make("th", { scope: "col" }, ...[content].flat());
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

export function row(head, ...cells) {
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, ...[head].flat()),
    ...cells.map((cell) => make("td", {}, ...[cell].flat())),
  );
}

// So many rows of a table are drawn first, and so many more a frame once those are on
// the screen: the page reacts in between.
const FIRST = 50;
const BATCH = 100;

export const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** Make a table of data; what is left to draw is put into `later`. */
export function longTable(caption, head, data, makeRow, later) {
  const made = table(caption, head, data.slice(0, FIRST).map(makeRow));
  const body = made.querySelector("tbody");
  for (let start = FIRST; start < data.length; start += BATCH) {
    const rows = data.slice(start, start + BATCH);
    later.push(() => body.append(...rows.map(makeRow)));
  }
  return made;
}
