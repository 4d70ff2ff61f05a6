// Filters of rows, and buttons that copy the address of a rule. Without this script every row
// is shown, and the name of a rule is its link.
"use strict";

/** Let a form filter the rows that it names. */
function filter(form) {
  const rows = [...document.querySelectorAll(form.dataset.rows)];

  /** Put the state that the address holds into the form. */
  function fill(state) {
    for (const field of form.querySelectorAll("[name]")) {
      field.value = state.get(field.name) ?? "";
      if (field.value === "" && field.options) field.selectedIndex = 0;
    }
  }

  /** Whether a row is what the form asks for: a choice is a class, after its prefix. */
  function wanted(row) {
    const found = row.textContent.toLowerCase();
    return (
      [...form.querySelectorAll("select")].every(
        ({ value, dataset }) => !value || row.classList.contains(dataset.prefix + value),
      ) &&
      form.elements.text.value
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
    document.getElementById("filter-count").value = `Shows ${shown} of ${rows.length} ${form.dataset.of}.`;
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
}

document.querySelectorAll("form.filter").forEach(filter);

for (const button of document.querySelectorAll("button.copy-link")) {
  const text = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const address = new URL(`#${button.dataset.anchor}`, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      button.textContent = "copied";
    } catch {
      location.hash = button.dataset.anchor; // then the address bar has it
      button.textContent = "in the address bar";
    }
    setTimeout(() => {
      button.textContent = text;
    }, 2000);
  });
}
