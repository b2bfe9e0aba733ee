// One record of a form on the page: its questions, what is typed, and what is said about it.

class RecordView {
  /** `fields` is changed in place. */
  constructor(page, form, visit, number, fields) {
    Object.assign(this, { page, form, visit, number, fields, rows: new Map() });
    this.element = this.draw();
  }

  draw() {
    const rows = [];
    let group = null;
    this.form.items.forEach((item, place) => {
      if ((item.group ?? null) !== group) {
        group = item.group ?? null;
        if (group !== null) rows.push(el("h3", { class: "group", "data-group": group }, bdi(group)));
      }
      rows.push(this.row(item, place + 1));
    });
    const strange = Object.keys(this.fields).filter((name) => !this.isOwn(name));
    for (const name of strange) rows.push(this.stranger(name));
    // A form of short answers leaves its room to the questions.
    const short = this.form.items.filter(isShort).length;
    return el("div", { class: 2 * short > this.form.items.length ? "rows asking" : "rows" }, rows);
  }

  isOwn(name) {
    const isIdentity = !this.form.repeating && ["SUBJID", "VISIT", "REPEAT"].includes(name);
    return isIdentity || this.form.byName.has(name);
  }

  row(item, place) {
    const id = newId();
    const labelled = `${id}-label`;
    const said = el("div", { class: "said", id: `${id}-said` });
    const answer = el("div", { class: "answer" }, this.input(item, id, labelled));
    const notes = [item.help, ...item.only].filter((text) => text);
    const row = el(
      "div",
      { class: "field-row", "data-field": item.name },
      el("span", { class: "no", "aria-hidden": "true" }, String(place)),
      el(
        "div",
        { class: "question" },
        el("p", { class: "ask", id: labelled }, bdi(item.question), item.required ? el("span", { class: "must", title: "required" }, " *") : null),
        notes.map((text) => el("p", { class: "help" }, bdi(text))),
      ),
      answer,
      el(
        "div",
        { class: "annotation" },
        cdash(item),
        el("p", { class: "why", title: item.why.join(", ") }, bdi(item.why.slice(0, 4).join(" · "))),
      ),
      said,
    );
    this.rows.set(item.name, { row, said, item });
    return row;
  }

  /** What a loaded record holds and the form does not ask for. */
  stranger(name) {
    const said = el("div", { class: "said" });
    const remove = button("Remove", () => {
      delete this.fields[name];
      this.page.draw();
    });
    const row = el("div", { class: "field-row stranger", "data-field": name }, el("span", { class: "no" }, "?"), el("div", { class: "question" }, bdi(name)), el("div", { class: "answer" }, bdi(shownValue(this.fields[name])), remove), el("div", {}), said);
    this.rows.set(name, { row, said, item: null });
    return row;
  }

  input(item, id, labelled) {
    const value = this.fields[item.name];
    if (item.kind === "choice") return this.choices(item, labelled, value);
    const described = `${id}-said`;
    const input = el(item.kind === "text" ? "textarea" : "input", {
      id,
      type: item.kind === "text" ? undefined : "text",
      rows: item.kind === "text" ? "1" : undefined,
      class: item.kind,
      autocomplete: "off",
      spellcheck: "false",
      inputmode: ["number", "integer"].includes(item.kind) ? "decimal" : undefined,
      placeholder: { date: "YYYY-MM-DD", partial_date: "YYYY-MM-DD", time: "HH:MM" }[item.kind],
      "aria-labelledby": labelled,
      "aria-describedby": described,
    });
    input.value = shownValue(value);
    let unit = null;
    if (item.units.length > 1) {
      const codes = item.units.some(([code]) => code === value?.unit) || !value?.unit ? item.units : [...item.units, [value.unit, value.unit]];
      unit = el("select", { "aria-label": `${item.label}: unit` }, codes.map(([code, name]) => el("option", { value: code }, name)));
      unit.value = value?.unit ?? item.units[0][0];
    }
    const set = () => this.set(item, typedValue(item, input.value, unit?.value ?? item.units[0]?.[0]));
    input.addEventListener("input", set);
    unit?.addEventListener("change", set);
    const name = item.units.length === 1 ? el("span", { class: "unit" }, item.units[0][1]) : unit;
    return [input, name, hint(item)];
  }

  choices(item, labelled, value) {
    if (item.choices.length > 8) {
      const select = el("select", { class: "long", "aria-labelledby": labelled }, el("option", { value: "" }, "–"), item.choices.map(([code, label]) => el("option", { value: code }, code === label ? code : `${label} (${code})`)));
      select.value = value ?? "";
      select.addEventListener("change", () => this.set(item, select.value || null));
      return select;
    }
    const name = newId();
    const options = item.choices.map(([code, label]) => {
      const input = el("input", { type: "radio", name, value: code, checked: code === value });
      // A second click takes the answer back.
      input.addEventListener("click", () => {
        const isSame = this.fields[item.name] === code;
        if (isSame) input.checked = false;
        this.set(item, isSame ? null : code);
      });
      return el("label", { class: "option" }, input, el("span", {}, bdi(label)), code === label ? null : el("span", { class: "value" }, code));
    });
    const isLong = item.choices.some(([, label]) => label.length > 22);
    return el("div", { class: isLong ? "options column" : "options", role: "radiogroup", "aria-labelledby": labelled }, options);
  }

  set(item, value) {
    const before = this.asked();
    if (value === null) delete this.fields[item.name];
    else this.fields[item.name] = value;
    this.keepAside(before);
    this.page.changed();
  }

  asked() {
    return new Set(this.form.items.filter((item) => this.page.isAsked(this.form, this.fields, item)).map((item) => item.name));
  }

  /** Answers to questions that are not asked any more are put aside, and come back with the question. */
  keepAside(before) {
    const { aside } = this.page.casebook;
    if (!aside.has(this.fields)) aside.set(this.fields, new Map());
    const kept = aside.get(this.fields);
    for (let round = 0; round < this.form.items.length; round += 1) {
      const now = this.asked();
      let isChanged = false;
      for (const name of before) {
        if (now.has(name) || !Object.hasOwn(this.fields, name)) continue;
        kept.set(name, this.fields[name]);
        delete this.fields[name];
        isChanged = true;
      }
      for (const [name, value] of kept) {
        if (!now.has(name)) continue;
        if (!Object.hasOwn(this.fields, name)) this.fields[name] = value;
        kept.delete(name);
        isChanged = true;
      }
      before = now;
      if (!isChanged) break;
    }
  }

  /** Shows what is asked, and what was found at each question. */
  refresh(findings) {
    for (const [name, { row, said, item }] of this.rows) {
      const isShown = item === null || Object.hasOwn(this.fields, name) || (this.page.isAsked(this.form, this.fields, item) && !this.page.isKept(name));
      row.hidden = !isShown;
      const own = findings.filter((one) => one.at.field === name && (one.at.record ?? null) === this.number);
      row.dataset.state = worst(own) ?? "";
      const input = row.querySelector("input[type=text], textarea");
      if (input) input.toggleAttribute("aria-invalid", own.some((one) => !one.isQuery && one.code !== "Q04"));
      const key = JSON.stringify(own.map((one) => [one.code, one.what, one.value, one.confirmed?.reason]));
      if (said.dataset.key === key) continue;
      said.dataset.key = key;
      said.replaceChildren(...own.map((one) => this.page.message(one)));
    }
    for (const heading of this.element.querySelectorAll(".group")) {
      const items = this.form.items.filter((item) => item.group === heading.dataset.group);
      heading.hidden = items.every((item) => this.rows.get(item.name).row.hidden);
    }
  }
}

/** Yes or no, or little more. */
function isShort(item) {
  return item.kind === "choice" && item.choices.length < 4 && item.choices.every(([, label]) => label.length < 10);
}

/** The variable that holds the answer, and the test that it is of. */
function cdash(item) {
  const [name, where] = item.cdash.split(" where ");
  return el("span", { class: "note" }, name, where ? el("span", { class: "where" }, ` where ${where}`) : null);
}

/** Limits below the field. */
function hint(item) {
  const named = (limit) => `${limit.low} to ${limit.high} ${item.units.find(([code]) => code === limit.unit)?.[1] ?? ""}`.trim();
  const parts = [];
  if (item.kind === "partial_date") parts.push("As much as is known");
  if (item.hard.length > 0 && item.kind !== "integer") parts.push(`Only ${named(item.hard[0])}`);
  else if (item.soft.length > 0) parts.push(`Usually ${named(item.soft[0])}`);
  if (item.precision !== null) parts.push(item.precision === 0 ? "whole" : counted(item.precision, "decimal", "decimals"));
  return parts.length > 0 ? el("span", { class: "hint" }, parts.join(" · ")) : null;
}

/** `error`, `query`, `missing`, `confirmed`, or nothing. */
function worst(findings) {
  const open = findings.filter((one) => !one.confirmed);
  if (open.some((one) => !one.isQuery && one.code !== "Q04")) return "error";
  if (open.some((one) => one.isQuery)) return "query";
  if (open.some((one) => one.code === "Q04")) return "missing";
  return findings.length > 0 ? "confirmed" : null;
}
