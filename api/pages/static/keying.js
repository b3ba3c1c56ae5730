// Saves a guided interview while it is keyed in. Without this file each button saves the page.
"use strict";
(() => {
  const form = document.querySelector("form[data-keying]");
  if (!form) return;
  const state = form.querySelector("[data-state]");
  const revision = form.elements.namedItem("revision");
  const dirty = new Set();
  let sending = null; // what is on its way, until the server has said that it is saved
  let timer = 0;
  let stopped = false;
  let waiting = null; // the button that was pressed meanwhile

  const say = (text, lost = false) => {
    state.textContent = text;
    state.classList.toggle("lost", lost);
  };

  /* Which answer or note a field belongs to. */
  const partOf = (field) => {
    if (field.name.startsWith("note.")) return field.name;
    return field.closest("fieldset.question")?.id.slice(2) || null;
  };

  /* The body of a save: the changed parts alone, so that two windows do not disturb each other. */
  const compose = () => {
    const body = new URLSearchParams();
    for (const part of dirty) body.append("only", part);
    for (const [name, value] of new FormData(form)) {
      const code = name.startsWith("note.") ? name : name.split(".")[0];
      if (dirty.has(code)) body.append(name, value);
    }
    const save = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
    body.set("save_id", save);
    body.set("go", "autosave");
    body.set("csrf", form.elements.namedItem("csrf").value);
    return { body, parts: new Set(dirty) };
  };

  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  };

  const proceed = () => {
    if (!waiting || dirty.size || sending) return;
    if (!navigator.onLine) return void later(2000);
    const button = waiting;
    waiting = null;
    form.removeEventListener("submit", hold);
    form.requestSubmit(button.form ? button : null);
  };

  const save = async () => {
    if (stopped || (!sending && !dirty.size)) return proceed();
    if (!sending) {
      sending = compose();
      dirty.clear();
    } else if (sending.busy) return;
    sending.busy = true;
    sending.body.set("revision", revision.value);
    let answer;
    try {
      const response = await fetch(location.href, {
        method: "POST", body: sending.body, redirect: "manual", signal: AbortSignal.timeout(15000),
      });
      if (response.type === "opaqueredirect" || response.status >= 500) throw new Error("away");
      answer = { status: response.status, told: await response.json() };
    } catch {
      // The same save again: if it did arrive, its repetition does nothing.
      sending.busy = false;
      say("No connection. What you typed is kept on this page and is saved when the connection is back.", true);
      return later(navigator.onLine ? 2000 : 5000);
    }
    const parts = sending.parts;
    sending = null;
    if (answer.status === 200) {
      revision.value = answer.told.revision;
      say("Saved.");
    } else if (answer.status === 422) {
      say("Saved, but for what is not complete yet.");
      const invalid = new Set(answer.told.invalid);
      for (const part of parts) if (!invalid.has(part)) dirty.add(part);
      if (!dirty.size) return proceed();
    } else {
      stopped = true;
      for (const part of parts) dirty.add(part);
      say(`${answer.told.message} Press “Save” to look at it.`, true);
      return undefined;
    }
    return dirty.size ? later(0) : proceed();
  };

  /* Buttons wait until what was typed is saved, so that a page without connection is not left. */
  const hold = (event) => {
    if (stopped || (navigator.onLine && !dirty.size && !sending)) return;
    event.preventDefault();
    waiting = event.submitter || form;
    if (!navigator.onLine) say("No connection. This goes on by itself when it is back.", true);
    later(0);
  };

  form.addEventListener("input", (event) => {
    const part = partOf(event.target);
    if (!part) return;
    dirty.add(part);
    say("…");
    later(event.target.matches("textarea, input:not([type])") ? 800 : 100);
  });
  form.addEventListener("submit", hold);
  addEventListener("online", () => later(0));
  addEventListener("beforeunload", (event) => {
    if (!stopped && (dirty.size || sending)) event.preventDefault();
  });
})();
