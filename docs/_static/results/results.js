// The filters of the results, and links from their cells, which would be half the page.
// Without this script every row is shown, and leads to its result.
"use strict";

const form = document.getElementById("results-filter");
const tools = [...document.querySelectorAll('section[class*="tool-"]')].map((section) => {
  const heading = section.querySelector("h2").textContent;
  const rows = [...section.querySelectorAll("table.results > tbody > tr")];
  const named = rows.map((row) => [row, `${heading} ${row.textContent}`.toLowerCase()]);
  return { section, rows: named };
});

/** Lead from a text to another place. */
function linkText(text, address) {
  const link = document.createElement("a");
  link.className = "reference internal";
  link.href = address;
  text.replaceWith(link);
  link.append(text);
}

/** Let a cell lead to its group on the page of the result, and a mark to its note. */
function linkCells(section, row, heads) {
  const result = row.cells[1].querySelector("a")?.getAttribute("href");
  [...row.cells].forEach((cell, column) => {
    const said = (cell.querySelector("p") ?? cell).firstChild;
    if (result && said.data && column > 1 && !/^(n\/a|not run)/.test(said.data)) {
      const group = heads[column].textContent;
      const anchor = group.includes("/") ? group.replace("/", "-") : `select-${group}`;
      linkText(said, `${result}#${anchor}`);
    }
    for (const mark of cell.querySelectorAll("sup")) {
      const note = section.querySelector(`ol > li:nth-child(${mark.textContent})`);
      linkText(mark.firstChild, `#${note.id}`);
    }
  });
}

/** Put the state that the address holds into the form. */
function fill(state) {
  for (const field of form.querySelectorAll("[name]")) {
    field.value = state.get(field.name) ?? "";
    if (field.value === "" && field.options) field.selectedIndex = 0;
  }
}

/** Whether a row is what the form asks for. */
function wanted(section, row, text) {
  const { tool, where, diverges } = form.elements;
  const words = form.elements.text.value.toLowerCase().split(/\s+/);
  return (
    (!tool.value || section.classList.contains(`tool-${tool.value}`)) &&
    (!where.value || section.classList.contains(where.value)) &&
    (!diverges.value || row.classList.contains(`diverges-${diverges.value}`)) &&
    words.every((word) => text.includes(word))
  );
}

/** Show the rows that are wanted. What the address points to is always shown. */
function show() {
  const target = document.getElementById(location.hash.slice(1));
  let shown = 0;
  let all = 0;
  for (const { section, rows } of tools) {
    let some = false;
    for (const [row, text] of rows) {
      const pointed = row.contains(target) || section === target;
      row.hidden = !pointed && !wanted(section, row, text);
      some ||= !row.hidden;
      shown += !row.hidden;
      all += 1;
    }
    section.hidden = !some && !section.contains(target);
  }
  document.getElementById("filter-count").value = `Shows ${shown} of ${all} rows.`;
}

/** Show, and keep the state in the address; an anchor in it stays. */
function changed() {
  const set = [...new FormData(form)].filter(([, value]) => value);
  const query = set.length ? `?${new URLSearchParams(set)}` : "";
  history.replaceState(null, "", location.pathname + query + location.hash);
  show();
}

for (const { section, rows } of tools) {
  const heads = [...section.querySelectorAll("table.results th")];
  for (const [row] of rows) linkCells(section, row, heads);
}
form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
});
form.addEventListener("reset", (event) => {
  event.preventDefault();
  fill(new URLSearchParams());
  changed();
});
window.addEventListener("hashchange", show);
fill(new URLSearchParams(location.search));
form.hidden = false;
show();
