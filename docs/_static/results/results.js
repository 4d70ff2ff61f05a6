// The filters of the results. Without this script every row is shown.
"use strict";

const form = document.getElementById("results-filter");
const rows = [...document.querySelectorAll("table.versions > tbody > tr")];

/** Put the state that the address holds into the form. */
function fill(state) {
  for (const field of form.querySelectorAll("[name]")) {
    field.value = state.get(field.name) ?? "";
    if (field.value === "" && field.options) field.selectedIndex = 0;
  }
}

/** Whether a row is what the form asks for; the values are its classes. */
function wanted(row) {
  const { tool, where, diverges, text } = form.elements;
  const has = (prefix, { value }) => !value || row.classList.contains(prefix + value);
  const found = row.textContent.toLowerCase();
  return (
    has("tool-", tool) &&
    has("", where) &&
    has("diverges-", diverges) &&
    text.value
      .toLowerCase()
      .split(/\s+/)
      .every((word) => found.includes(word))
  );
}

/** Show the rows that are wanted. What the address points to is always shown. */
function show() {
  const target = document.getElementById(location.hash.slice(1));
  for (const row of rows) row.hidden = row !== target && !wanted(row);
  const shown = rows.filter((row) => !row.hidden).length;
  document.getElementById("filter-count").value = `Shows ${shown} of ${rows.length} rows.`;
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
