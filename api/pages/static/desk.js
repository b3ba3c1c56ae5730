// Comfort only: every key presses a button or follows a link that is there without this file.
"use strict";
(() => {
  const OFF = "desk-keys-off";
  const writes = (field) => field?.matches?.("textarea, select, input:not([type=checkbox])");
  const current = () => document.querySelector("[data-current]") ?? document.querySelector(".excerpt");

  /* What a key stands for: in the excerpt that is worked on, else anywhere outside the others. */
  const meant = (key) => {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    const inside = current()?.querySelector(wanted);
    if (inside) return inside;
    return [...document.querySelectorAll(wanted)].find((one) => !one.closest(".excerpt"));
  };

  /* WCAG 2.1.4: whoever dictates or has shortcuts of their own turns ours off. */
  const off = () => sessionStorage.getItem(OFF) === "yes";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return void document.activeElement?.blur();
    if (writes(event.target)) return;
    if (event.key === "?") return sessionStorage.setItem(OFF, off() ? "no" : "yes");
    if (off() || event.repeat) return;
    const found = meant(event.key);
    if (!found) return;
    event.preventDefault();
    if (writes(found)) {
      /* What is selected in the text is what shall be taken out. */
      const selected = getSelection().toString().trim();
      if (found.name === "out" && selected) found.value = selected;
      found.focus();
    }
    else found.click();
  });
})();
