// An answer to take away: a link, a Markdown table, JSON, CSV.

import { fitsAny, inWords } from "./answer.js";
import { make, part, say } from "./dom.js";

/** Return the rows that are in view, as text. */
function rows(answer, targets) {
  const only = part("answer").classList.contains("explorer-only");
  const head = ["Line", "File", "Upload to an index", ...targets.map(({ given }) => given)];
  const body = answer.files
    .filter((file) => !only || fitsAny(answer, file))
    .map((file) => [file.place, file.name, ...inWords(answer, file)]);
  return [head, ...body];
}

function markdown(answer, targets) {
  const [head, ...body] = rows(answer, targets).map((cells) => {
    const width = targets.length + 3;
    const whole = [...cells, ...Array(width - cells.length).fill("")];
    return `| ${whole.map((cell) => cell.replace(/[\\|`<>*_[\]]/g, "\\$&")).join(" | ")} |`;
  });
  const rule = `|${" --- |".repeat(targets.length + 3)}`;
  return [head, rule, ...body, "", `Asked at <${location.href}>`, ""].join("\n");
}

function csv(answer, targets) {
  // A spreadsheet would take such a cell for a formula.
  const harmless = (cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
  const quoted = (cell) => `"${harmless(cell).replaceAll('"', '""')}"`;
  const lines = rows(answer, targets).map((cells) => cells.map(quoted).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

async function copy(text, what) {
  part("copied").replaceChildren();
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied: ${what}.`);
  } catch {
    const label = `The browser does not let the page copy; here is ${what}:`;
    const area = make("textarea", { readonly: "", rows: "4", "aria-label": label });
    area.value = text;
    part("copied").replaceChildren(make("p", {}, label), area);
    area.select();
    say(label);
  }
}

function download(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  say(`Downloaded: ${name}.`);
}

const button = (text, act) => {
  const made = make("button", { class: "explorer-button", type: "button" }, text);
  made.addEventListener("click", act);
  return made;
};

/** Return the buttons beside an answer. */
export function sharing(answer, targets, shareable) {
  const only = make("input", { type: "checkbox" });
  only.addEventListener("change", () => {
    part("answer").classList.toggle("explorer-only", only.checked);
  });
  const buttons = [
    button("Copy as a Markdown table", () =>
      copy(markdown(answer, targets), "the Markdown table"),
    ),
    button("Download JSON", () =>
      download(`${JSON.stringify(answer, null, 1)}\n`, "application/json", "wheels.json"),
    ),
    button("Download CSV", () => download(csv(answer, targets), "text/csv", "wheels.csv")),
  ];
  if (shareable) {
    buttons.unshift(button("Copy a link", () => copy(location.href, "the link")));
  }
  return make(
    "div",
    { class: "explorer-share" },
    make("label", {}, only, " Only what fits"),
    ...buttons,
    make("div", { id: "explorer-copied" }),
  );
}
