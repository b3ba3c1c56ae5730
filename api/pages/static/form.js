// Comfort only: without this file the server shows, hides and checks the same.
"use strict";
(() => {
  const form = document.getElementById("answers");
  const { holds, valuesOf } = window.conditions;

  /* The values given to a question, empty while it is hidden or put aside. */
  const given = (code) => {
    const question = document.getElementById(`q-${code}`);
    if (!question || question.disabled) return [];
    const fields = [];
    for (const field of question.elements) {
      if (field.matches(":disabled") || field.selectedOptions?.[0]?.disabled) continue;
      const told = /^(radio|checkbox)$/.test(field.type) ? field.checked : field.value?.trim();
      if (told) fields.push([field.name, field.value.trim()]);
    }
    return valuesOf(code, fields);
  };

  /* In the order of the page, because a question may depend on one that depends on another. */
  const refresh = () => {
    for (const part of form.querySelectorAll("[data-visible-if], [data-option-if]")) {
      const shown = holds(JSON.parse(part.dataset.visibleIf || part.dataset.optionIf), given);
      part.hidden = !shown;
      if (part.dataset.visibleIf || part.matches("option, fieldset")) part.disabled = !shown;
      else for (const field of part.querySelectorAll("input, select")) field.disabled = !shown;
    }
  };

  /* Something that excludes the others puts them out, and they put it out. */
  const exclude = (changed) => {
    const question = changed.closest("fieldset.question");
    if (!question || changed.name.endsWith(".do_not_quote")) return;
    const excludes = "excludes" in changed.dataset;
    if (excludes && !changed.checked) return;
    for (const field of question.querySelectorAll("input[type=checkbox], input[type=radio]")) {
      const apart = field === changed || field.name.endsWith(".do_not_quote");
      if (!apart && (excludes || "excludes" in field.dataset)) field.checked = false;
    }
  };

  if (form) {
    form.addEventListener("input", (event) => {
      exclude(event.target);
      refresh();
    });
    refresh();
  }
  for (const button of document.querySelectorAll("[data-prints]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
