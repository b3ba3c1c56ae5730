// Reads a case from each line and writes what the browser's evaluator makes of it.
"use strict";
const { holds, valuesOf } = require(process.argv[2]);

/* The codes of the questions that a page shows; hidden ones and hidden options say nothing. */
const shownOn = (questions, form) => {
  const shown = new Set();
  let fields = form;
  const given = (code) => (shown.has(code) ? valuesOf(code, fields) : []);
  const met = (condition) => condition === true || (condition !== false && holds(condition, given));
  for (const { code, condition, options } of questions) {
    if (!met(condition)) continue;
    const hidden = options.filter((option) => !met(option.condition)).map((option) => option.code);
    if (options.length && hidden.length === options.length) continue;
    const gone = (name, value) =>
      (name === code && hidden.includes(value)) || hidden.some((one) => name === `${code}.${one}`);
    fields = fields.filter(([name, value]) => !gone(name, value));
    shown.add(code);
  }
  return [...shown];
};

require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { condition, questions, fields } = JSON.parse(line);
    const told = questions
      ? shownOn(questions, fields)
      : holds(condition, (code) => valuesOf(code, fields));
    console.log(JSON.stringify(told));
  });
