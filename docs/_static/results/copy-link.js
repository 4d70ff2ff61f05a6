// The buttons that copy the address of a rule. Without this script its name is the link.
"use strict";

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
