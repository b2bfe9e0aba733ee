/** A sentence in which names of the protocol stand between backquotes. */
function spoken(text) {
  return el(
    "bdi",
    {},
    text.split("`").map((part, place) => (place % 2 ? el("span", { class: "rule" }, part) : part)),
  );
}

const capitalised = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A labelled field of text. */
function textField(label, value, set, { kind = "", placeholder = "", numeric = false, hidden = false } = {}) {
  const id = newId();
  const input = el("input", {
    id,
    type: "text",
    class: kind,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    inputmode: numeric ? "decimal" : undefined,
    oninput: () => set(input.value),
  });
  input.value = value;
  return el(
    "div",
    { class: `field ${kind}` },
    el("label", { for: id, class: hidden ? "quiet" : undefined }, label),
    input,
  );
}

/** A date, perhaps only its month or its year. */
function dateField(label, value, set, options = {}) {
  const field = textField(label, value, (text) => (check(text), set(text)), {
    kind: "date",
    placeholder: "YYYY-MM-DD",
    ...options,
  });
  const input = field.querySelector("input");
  const check = (text) => {
    if (!text.trim() || isDate(text)) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  };
  check(value);
  return field;
}

/** A choice from a list of `[value, words]`. */
function choiceField(label, choices, value, set, kind = "") {
  const id = newId();
  const isOffered = choices.some(([one]) => one === value);
  const options = isOffered ? choices : [...choices, [value, value]];
  const select = el(
    "select",
    { id, onchange: () => set(select.value) },
    options.map(([one, words]) => el("option", { value: one }, words)),
  );
  select.value = value;
  return el("div", { class: `field ${kind}` }, el("label", { for: id }, label), select);
}

/** Radio buttons in one group with a legend. */
function radioField(legend, choices, value, set, kind = "") {
  const name = newId();
  const buttons = choices.map(([one, words]) => {
    const id = newId();
    const input = el("input", {
      type: "radio",
      id,
      name,
      value: one,
      checked: one === value,
      onchange: () => set(one),
    });
    return el("span", { class: "choice" }, input, el("label", { for: id }, words));
  });
  return el(
    "fieldset",
    { class: `radios ${kind}` },
    el("legend", {}, legend),
    el("span", { class: "choices" }, buttons),
  );
}

function checkField(label, isChecked, set) {
  const id = newId();
  const input = el("input", { type: "checkbox", id, checked: isChecked, onchange: () => set(input.checked) });
  return el("div", { class: "check" }, input, el("label", { for: id }, label));
}

function button(words, act, { kind = "", label } = {}) {
  return el("button", { type: "button", class: kind, "aria-label": label, onclick: act }, words);
}
