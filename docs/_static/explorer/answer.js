// The answer to a question: its tables, and what unfolds in them.

import { code, folded, longTable, make, row, ruleLink, table } from "./dom.js";
import { toolsFor } from "./tools.js";

const FITS = { true: "\u2713 fits", false: "\u2717 does not fit" };
const UPLOAD = {
  true: "\u2713 accepted",
  false: "\u2717 refused",
  null: "? not decided by the PEP",
};
const COLOURS = { true: "fits", false: "fits-not", null: "fits-unknown" };

/** Return the head of a target's column: its name for people, and its tag. */
export const headOf = ({ label, given }) => [label, make("small", {}, code(given))];

/** Return a table's cells in words, as all exports have them. */
export function inWords(answer, file) {
  if (file.ending === undefined) {
    return [file.error ? `error: ${file.error}` : `not a wheel: ${file.what}`];
  }
  const { upload, verdicts } = answer.endings[file.ending];
  return [
    `${UPLOAD[upload.accepted].slice(2)}: ${upload.reason}`,
    ...verdicts.map(({ compatible, cause }, column) => {
      const left = file.left_out?.[column];
      const end = left ? `; not chosen: ${left}` : "";
      return `${FITS[compatible].slice(2)}: ${cause}${end}`;
    }),
  ];
}

export const fitsAny = (answer, file) =>
  file.ending !== undefined &&
  answer.endings[file.ending].verdicts.some(({ compatible }) => compatible);

function judged(word, colour, reason, rule, ...rest) {
  return [
    make("strong", { class: colour }, word),
    make("small", {}, reason),
    make("div", { class: "explorer-by" }, "by ", ruleLink(rule)),
    ...rest,
  ];
}

/** What is unfolded in a cell is made when it is: a table may have 10,000 cells. */
function lazily(summary, open, fill) {
  const details = folded(summary);
  details.addEventListener("toggle", () => details.append(...fill()), { once: true });
  details.open = open;
  return details;
}

/** A question about one file, or two, is one about the tools too. */
const isSmall = (answer, file) => answer.files.length * file.verdicts.length <= 2;

function verdictCell(answer, file, column, target) {
  const ending = answer.endings[file.ending];
  const { compatible, cause, rule, message } = ending.verdicts[column];
  const left = file.left_out?.[column];
  return judged(
    FITS[compatible],
    COLOURS[compatible],
    cause,
    rule,
    left ? make("small", { class: "fits-not" }, `not chosen: ${left}`) : "",
    lazily("Tools", isSmall(answer, ending), () => [
      ...toolsFor(target.suite, ending.situations[column], ending.tags),
      make("small", {}, `The verdict in full: ${message}.`),
    ]),
  );
}

function uploadCell(answer, file) {
  const { upload, index, tags } = answer.endings[file.ending];
  return judged(
    UPLOAD[upload.accepted],
    COLOURS[upload.accepted],
    upload.reason,
    upload.rule,
    lazily("Indexes", false, () => toolsFor("", index, tags.split("-")[2])),
  );
}

function fileRow(answer, targets, file) {
  const head = [make("span", { class: "line" }, `${file.place} `), code(file.name)];
  if (file.remark) head.push(make("small", {}, file.remark));
  if (file.ending === undefined) {
    const line = row(head);
    const attributes = { colspan: targets.length + 1, class: "fits-not" };
    line.append(make("td", attributes, file.error));
    return line;
  }
  const cells = targets.map((target, column) => verdictCell(answer, file, column, target));
  const line = row(head, uploadCell(answer, file), ...cells);
  line.toggleAttribute("data-fits", fitsAny(answer, file));
  return line;
}

const chosenRow = ({ project, files }) =>
  row(project, ...files.map((file) => (file === null ? "none" : code(file))));

/** Fold what names no wheel: it is said what it is, and it is no error. */
function others(files) {
  const counts = new Map();
  for (const { what } of files) counts.set(what, (counts.get(what) ?? 0) + 1);
  const summary = [...counts].map(([what, count]) => `${count} \u00d7 ${what.split(":")[0]}`);
  const rows = files.map(({ place, name, what }) =>
    row([make("span", { class: "line" }, `${place} `), code(name)], what),
  );
  const caption = "What names no wheel";
  return folded(
    `Lines that name no wheel: ${files.length} (${summary.join(", ")})`,
    table(caption, ["Line", "What it is"], rows),
  );
}

function select(targets, chosen, label, redraw) {
  const made = make("select", { "aria-label": label });
  for (const [number, target] of targets.entries()) {
    made.append(new Option(target.label, number, false, number === chosen));
  }
  made.addEventListener("change", redraw);
  return made;
}

const change = (from, to) => {
  if (from === to) return from === null ? null : "the same file";
  if (from === null) return "gained";
  return to === null ? "lost" : "another file";
};

/** Compare what two targets would install of a listing. */
function comparison(answer, targets) {
  const place = make("div");
  const draw = () => {
    const [from, to] = [Number(before.value), Number(after.value)];
    const found = answer.choices.map(({ project, files }) => ({
      project,
      files: [files[from], files[to]],
      what: change(files[from], files[to]),
    }));
    const count = (what) => found.filter((one) => one.what === what).length;
    const summary =
      `From ${targets[from].label} to ${targets[to].label}, of ${found.length} projects:` +
      ` gained ${count("gained")}, lost ${count("lost")},` +
      ` another file ${count("another file")}, the same file ${count("the same file")},` +
      ` in neither ${count(null)}.`;
    const rows = found
      .filter(({ what }) => what !== null && what !== "the same file")
      .map(({ project, files, what }) => {
        const colour = { gained: "fits", lost: "fits-not" }[what] ?? "fits-unknown";
        const cells = files.map((file) => (file === null ? "none" : code(file)));
        return row(project, make("strong", { class: colour }, what), ...cells);
      });
    const head = ["Project", "Change", headOf(targets[from]), headOf(targets[to])];
    place.replaceChildren(
      make("p", {}, summary),
      ...(rows.length ? [table("What changes", head, rows)] : []),
    );
  };
  const before = select(targets, 0, "Compare from", draw);
  const after = select(targets, 1, "Compare to", draw);
  draw();
  return folded(
    "Compare two targets: what a listing gains and loses",
    make("p", {}, "From ", before, " to ", after),
    place,
  );
}

/** Return the parts of the answer; what is left to draw is put into `later`. */
export function drawn(answer, targets, later) {
  const { choices, files } = answer;
  const wheels = files.filter(({ what }) => !what);
  const rest = files.filter(({ what }) => what);
  const heads = () => targets.map(headOf); // an element stands in one place
  const parts = [];
  if (choices.length) {
    const caption = "What each target would install";
    parts.push(longTable(caption, ["Project", ...heads()], choices, chosenRow, later));
  }
  if (wheels.length) {
    const head = ["File", "Upload to an index", ...heads()];
    const makeRow = (file) => fileRow(answer, targets, file);
    parts.push(longTable("Every file, judged", head, wheels, makeRow, later));
  }
  if (rest.length) parts.push(others(rest));
  if (choices.length && targets.length > 1) parts.push(comparison(answer, targets));
  return parts;
}

/** Return the tags to build for some targets. */
export function drawnBuild({ rows }, targets) {
  const made = rows.map(({ tags, why, fits }) =>
    row(
      [code(tags), make("small", {}, why)],
      ...fits.map((fit) => make("strong", { class: COLOURS[fit] }, FITS[fit])),
    ),
  );
  const head = ["End of the wheel's name", ...targets.map(headOf)];
  return [table("Which tags to build", head, made)];
}
