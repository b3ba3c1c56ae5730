// When questions and options are shown: the browser's half of tenants/questionnaires/visibility.py.
// Both go through the same examples in the tests. Values are those of a form: texts, by question.
"use strict";
(() => {
  const nothing = ".prefer_not_to_say";

  /* The values that fields, each a name and what it says, give to a question. */
  const valuesOf = (code, fields) => {
    const values = [];
    for (const [name, value] of fields) {
      if (name !== code && !name.startsWith(`${code}.`)) continue;
      const part = name.slice(code.length + 1);
      if (part === "prefer_not_to_say" || value === nothing) return [];
      if (part === "") values.push(value);
      else if (part !== "other" && part !== "do_not_quote") values.push(part);
    }
    return values;
  };

  /* A number as whole billionths, so that no digit is lost; null for what is none. */
  const exact = (text) => {
    const parts = /^([+-]?)(\d{1,13})(?:[.,](\d{1,9}))?$/.exec(text);
    return parts && BigInt(`${parts[1]}${parts[2]}${(parts[3] || "").padEnd(9, "0")}`);
  };

  /* Less than 0, 0 or more, as the value is before, at or behind the operand; null for no order. */
  const order = (value, operand) => {
    if (typeof operand === "number") {
      const [left, right] = [exact(value), exact(String(operand))];
      if (left === null || right === null) return null;
      return left < right ? -1 : Number(left > right);
    }
    // A month is its first day.
    const text = /^\d{4}-\d{2}$/.test(value) ? `${value}-01` : value;
    const other = String(operand);
    return text < other ? -1 : Number(text > other);
  };

  const orders = {
    less_than: (sign) => sign < 0,
    at_most: (sign) => sign <= 0,
    at_least: (sign) => sign >= 0,
    more_than: (sign) => sign > 0,
  };

  /* Whether a condition is met; `given` returns the values of a question, none without an answer. */
  const holds = (condition, given) => {
    if ("all" in condition) return condition.all.every((part) => holds(part, given));
    if ("any" in condition) return condition.any.some((part) => holds(part, given));
    if ("not" in condition) return !holds(condition.not, given);
    const values = given(condition.question);
    if ("answered" in condition) return values.length > 0 === condition.answered;
    for (const [name, fits] of Object.entries(orders)) {
      if (!(name in condition)) continue;
      return values.some((value) => {
        const sign = order(value, condition[name]);
        return sign !== null && fits(sign);
      });
    }
    const operands = condition.in || [condition.equals ?? condition.contains];
    return operands.some((operand) => values.some((value) => order(value, operand) === 0));
  };

  const conditions = { holds, valuesOf };
  if (typeof module === "object") module.exports = conditions;
  else window.conditions = conditions;
})();
