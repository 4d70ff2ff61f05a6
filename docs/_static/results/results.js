// The filters of the results. Without this script every row is shown, and no filter.
"use strict";

const form = document.getElementById("results-filter");
const tools = [...document.querySelectorAll('section[class*="tool-"]')].map((section) => {
  const heading = section.querySelector("h2").textContent;
  const rows = [...section.querySelectorAll("table.results > tbody > tr")];
  const named = rows.map((row) => [row, `${heading} ${row.textContent}`.toLowerCase()]);
  return { section, rows: named };
});

/** Put the state that the address holds into the form. */
function fill(state) {
  for (const field of form.querySelectorAll("select, [type=search]")) {
    field.value = state.get(field.name) ?? "";
    if (field.value === "" && field.options) field.selectedIndex = 0;
  }
  form.elements.diverges.checked = state.has("diverges");
}

/** Whether a row is what the form asks for. */
function wanted(section, row, text) {
  const { tool, where, manner, diverges } = form.elements;
  const words = form.elements.text.value.toLowerCase().split(/\s+/);
  return (
    (!tool.value || section.classList.contains(`tool-${tool.value}`)) &&
    (!where.value || section.classList.contains(where.value)) &&
    (!manner.value || row.classList.contains(manner.value)) &&
    (!diverges.checked || row.classList.contains("diverges")) &&
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
      const pointed = row === target || section === target;
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
