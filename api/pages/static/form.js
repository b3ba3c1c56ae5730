// Comfort only: without this file the server shows, hides and checks the same.
"use strict";
(() => {
  const form = document.getElementById("answers");
  const nothing = ".prefer_not_to_say";

  /* The values given to a question, empty while it is hidden or put aside. */
  const given = (code) => {
    const question = document.getElementById(`q-${code}`);
    if (!question || question.disabled) return [];
    const own = (field) => field.name === code || field.name.startsWith(`${code}.`);
    const values = [];
    for (const field of question.elements) {
      if (!own(field)) continue;
      const told = /^(radio|checkbox)$/.test(field.type) ? field.checked : field.value.trim();
      if (!told) continue;
      const part = field.name.slice(code.length + 1);
      if (part === "prefer_not_to_say" || field.value === nothing) return [];
      if (part === "") values.push(field.value);
      else if (part !== "other" && part !== "do_not_quote") values.push(part);
    }
    return values;
  };

  const holds = (condition) => {
    if ("all" in condition) return condition.all.every(holds);
    if ("any" in condition) return condition.any.some(holds);
    if ("not" in condition) return !holds(condition.not);
    const values = given(condition.question);
    if ("answered" in condition) return values.length > 0 === condition.answered;
    const operands = condition.in || [condition.equals ?? condition.contains];
    return operands.some((operand) => values.includes(String(operand)));
  };

  /* In the order of the page, because a question may depend on one that depends on another. */
  const refresh = () => {
    for (const question of form.querySelectorAll("[data-visible-if]")) {
      const shown = holds(JSON.parse(question.dataset.visibleIf));
      question.hidden = question.disabled = !shown;
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
