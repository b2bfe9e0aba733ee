// The fields: the person, events, results, answers. Each block draws itself anew when rows come or go; what is typed goes to the draft at once.

const YES_NO = [
  ["yes", "Yes"],
  ["no", "No"],
  ["", "Not known"],
];

class Form {
  /** `changed` is called whenever the draft says something else. */
  constructor({ rules, screener, changed }) {
    this.document = rules.document;
    this.units = rules.units;
    this.unitNames = rules.unit_names;
    this.words = screener.words;
    this.table = screener.units;
    this.changed = changed;
    this.usage = usageOf(rules.document, rules.order);
    /** Where the field of a name stands, for links from what is missing. */
    this.places = new Map();
  }

  /** All sections for a draft. */
  draw(draft) {
    this.places.clear();
    return this.sections(draft, this.usage, "");
  }

  sections(draft, usage, of) {
    const isOther = of !== "";
    const sections = [this.personSection(draft, usage, of)];
    if (!isOther) sections.push(this.eventSection(draft, usage));
    sections.push(this.resultSection(draft, usage, of), ...this.findingSections(draft, usage, of));
    if (!isOther || usage.answers.size) sections.push(this.answerSection(draft, usage, of));
    sections.push(this.coverageSection(draft, usage, of));
    for (const [name, inner] of usage.persons) {
      draft.persons[name] ??= emptyDraft();
      const label = declared(this.document.persons, name) || spaced(name);
      sections.push(this.otherPerson(draft.persons[name], inner, label, name));
    }
    return sections.filter((section) => section);
  }

  section(heading, of, ...inside) {
    const id = newId();
    const title = of ? `${heading}: ${of}` : heading;
    return el("section", { class: "block", "aria-labelledby": id }, el("h2", { id }, bdi(title)), ...inside);
  }

  /** A block that can be drawn again: `draw` gives what is inside. */
  redrawn(attributes, draw) {
    const block = el("div", attributes);
    const again = (focus) => {
      block.replaceChildren(
        ...draw(again)
          .flat()
          .filter((one) => one),
      );
      if (typeof focus === "string") block.querySelector(focus)?.focus();
    };
    again();
    return block;
  }

  place(name, element, of) {
    if (!of) keep(this.places, name, element);
    return element;
  }

  otherPerson(draft, usage, label, name) {
    return this.place(
      name,
      el("div", { class: "other-person", tabindex: "-1" }, this.sections(draft, usage, label)),
      "",
    );
  }

  personSection(draft, usage, of) {
    const { person } = draft;
    const set = (key) => (value) => this.change(() => (person[key] = value));
    const fields = [];
    if (!of) fields.push(textField("Participant's number", person.id, set("id"), { kind: "id" }));
    const sexes = [
      ["female", "Female"],
      ["male", "Male"],
      ["other", "Other"],
      ["", "Not known"],
    ];
    const sex = person.sex === "unknown" ? "" : person.sex;
    if (!of || usage.attributes.has("sex"))
      fields.push(this.place("sex", radioField("Sex", sexes, sex, set("sex")), of));
    if (!of || usage.attributes.has("born"))
      fields.push(this.place("born", dateField("Date of birth", person.born, set("born")), of));
    if (usage.attributes.has("country")) {
      fields.push(
        this.place(
          "country",
          textField("Country (two letters)", person.country, set("country"), { kind: "short" }),
          of,
        ),
      );
    }
    if (!of && usage.attributes.has("arm")) {
      const arms = Object.entries(this.document.arms).map(([name, label]) => [name, label || name]);
      fields.push(
        this.place("arm", choiceField("Arm", [["", "Not allocated"], ...arms], person.arm, set("arm"), "wide"), of),
      );
    }
    return fields.length ? this.section("Person", of, el("div", { class: "fields" }, fields)) : null;
  }

  // ---- events -----------------------------------------------------------------------------------------------------------------

  eventSection(draft, usage) {
    const events = Object.entries(this.document.events).map(([name, event]) =>
      this.eventItem(draft, usage, name, event),
    );
    const visits = Object.entries(this.document.visits).map(([name, visit]) =>
      this.eventItem(draft, usage, name, visit),
    );
    return this.section("Events and visits", "", events, visits);
  }

  eventItem(draft, usage, name, event) {
    const entriesOf = () =>
      draft.entries.filter((entry) => entry.list === "events" && this.words.findThing(entry.name) === name);
    if (!event.repeats && entriesOf().length === 0) draft.entries.push(newEntry("events", name));
    const label = event.label || spaced(name);
    const isDecision = Object.hasOwn(this.document.decisions, name);
    const canBeNever = !isDecision && Object.hasOwn(this.document.events, name);
    const attributes = (event.attributes ?? []).filter((one) => usage.findings.get(name)?.tests.has(one.name));
    return this.place(
      name,
      this.redrawn(
        { class: "item event", role: "group", "aria-label": label, tabindex: "-1", "data-item": name },
        (again) => {
          const entries = entriesOf();
          const rows = entries.map((entry, place) =>
            this.eventRow(draft, entry, place, event, label, attributes, entries.length > 1 || event.repeats, again),
          );
          const never = canBeNever
            ? this.neverField(draft, name, event.repeats ? "It never happened" : "Never happened")
            : null;
          const add = event.repeats
            ? button(
                "Add one",
                () => (draft.entries.push(newEntry("events", name)), again(".row:last-of-type input"), this.changed()),
                { kind: "add", label: `Add: ${label}` },
              )
            : null;
          const all = event.repeats ? this.allField(draft, name) : null;
          return [
            el("div", { class: "name" }, bdi(label)),
            el("div", { class: "rows" }, rows, el("div", { class: "below" }, add, all, never)),
          ];
        },
      ),
      "",
    );
  }

  eventRow(draft, entry, place, event, label, attributes, isRemovable, again) {
    const set = (key) => (value) => this.change(() => (entry[key] = value));
    const isPeriod = entry.from || entry.to;
    const dates = isPeriod
      ? [dateField("From", entry.from, set("from")), dateField("To", entry.to, set("to"))]
      : [dateField(event.repeats ? `Date ${place + 1}` : "Date", entry.on, set("on"))];
    const tests = attributes.map((attribute) => this.attributeField(entry, attribute));
    const remove = isRemovable ? this.removeButton(draft.entries, entry, label, again) : null;
    return el("div", { class: "row" }, dates, tests, remove);
  }

  attributeField(entry, attribute) {
    const set = (value) =>
      this.change(() => {
        if (value === "") delete entry.attributes[attribute.name];
        else
          entry.attributes[attribute.name] =
            attribute.attribute === "ordinal" ? new JsonNumber(value) : value === "yes";
      });
    const recorded = entry.attributes[attribute.name];
    const label = capitalised(spaced(attribute.name));
    if (attribute.attribute !== "ordinal") {
      const value = recorded === true ? "yes" : recorded === false ? "no" : written(recorded);
      return choiceField(
        label,
        [
          ["", "Not known"],
          ["yes", "Yes"],
          ["no", "No"],
        ],
        value,
        set,
      );
    }
    const degrees = Array.from({ length: Math.min(attribute.high - attribute.low, 99) + 1 }, (_, step) =>
      String(attribute.low + step),
    );
    return choiceField(label, [["", "Not known"], ...degrees.map((one) => [one, one])], written(recorded), set);
  }

  neverField(draft, name, words) {
    const isIt = (absence) => this.words.findThing(absence.name) === name && !absence.from && !absence.to;
    return checkField(words, draft.absences.some(isIt), (isChecked) =>
      this.change(() => {
        draft.absences = draft.absences.filter((absence) => !isIt(absence));
        if (isChecked) draft.absences.push({ name, from: "", to: "" });
      }),
    );
  }

  /** What is recorded under a name is all that there was. */
  allField(draft, name) {
    const isIt = (coverage) => coverage.of === name && !coverage.from && !coverage.to;
    return checkField("These are all there were", draft.coverage.some(isIt), (isChecked) =>
      this.change(() => {
        draft.coverage = draft.coverage.filter((coverage) => !isIt(coverage));
        if (isChecked) draft.coverage.push({ of: name, from: "", to: "" });
      }),
    );
  }

  removeButton(list, row, label, again) {
    return button("×", () => (list.splice(list.indexOf(row), 1), again(".add"), this.changed()), {
      kind: "remove",
      label: `Remove this row of ${label}`,
    });
  }

  change(act) {
    act();
    this.changed();
  }

  // ---- results ------------------------------------------------------------------------------------------------------------------

  resultSection(draft, usage, of) {
    const items = [...usage.measures].map(([name, used]) => this.resultItem(draft, name, used, of));
    return items.length ? this.section("Results", of, items) : null;
  }

  resultItem(draft, name, used, of) {
    const measure = declared(this.document.measures, name) ?? { label: name, type: "coded", levels: [] };
    const resultsOf = () => draft.results.filter((result) => this.words.findMeasure(result.measure) === name);
    const label = measure.label || spaced(name);
    const { accepted = [] } = Object.hasOwn(this.units.measures, name) ? this.units.measures[name] : {};
    const add = () => newResult(name, accepted.length === 1 ? accepted[0] : "");
    if (resultsOf().length === 0 && !measure.formula_of) draft.results.push(add());
    const hints = [
      measure.formula_of && "computed from other results, or recorded itself",
      measure.state,
      measure.specimen,
    ];
    return this.place(
      name,
      this.redrawn(
        { class: "item result", role: "group", "aria-label": label, tabindex: "-1", "data-item": name },
        (again) => {
          const results = resultsOf();
          const isRemovable = results.length > 1 || Boolean(measure.formula_of);
          const rows = results.map((result) =>
            this.resultRow(draft, result, { name, measure, label, used, accepted, isRemovable, again }),
          );
          const more = button(
            "Add a result",
            () => (draft.results.push(add()), again(".row:last-of-type input, .row:last-of-type select")),
            { kind: "add", label: `Add a result of ${label}` },
          );
          const hint = hints.filter((one) => one).join(", ");
          return [
            el("div", { class: "name" }, bdi(label), hint ? el("span", { class: "hint" }, hint) : null),
            el("div", { class: "rows" }, rows, el("div", { class: "below" }, more)),
          ];
        },
      ),
      of,
    );
  }

  resultRow(draft, result, { name, measure, label, used, accepted, isRemovable, again }) {
    const echo = el("p", { class: "echo" });
    const say = () => {
      const wanting = wantingOfResult(result);
      echo.textContent = wanting || this.inOwnUnit(name, result);
      echo.classList.toggle("wanting", wanting !== "");
    };
    const set = (key) => (value) => this.change(() => ((result[key] = value), say()));
    const fields = [this.valueField(measure, result, set("value"))];
    if (accepted.length) {
      const units = [["", "unit?"], ...accepted.map((code) => [code, this.unitNames[code] ?? code])];
      fields.push(choiceField("Unit", units, result.unit, set("unit"), "unit"));
    }
    fields.push(dateField("Date", result.on, set("on")));
    if (used.limits || result.low || result.high) {
      fields.push(textField("Normal from", result.low, set("low"), { kind: "limit", numeric: true }));
      fields.push(textField("to", result.high, set("high"), { kind: "limit", numeric: true }));
    }
    if (measure.state)
      fields.push(
        choiceField(
          "State",
          [
            ["", "not said"],
            [measure.state, measure.state],
          ],
          result.state,
          set("state"),
          "short",
        ),
      );
    if (result.specimen) fields.push(textField("Specimen", result.specimen, set("specimen"), { kind: "short" }));
    fields.push(textField("Source", result.source, set("source"), { kind: "source" }));
    say();
    return el(
      "div",
      { class: "row" },
      fields,
      isRemovable ? this.removeButton(draft.results, result, label, again) : null,
      echo,
    );
  }

  valueField(measure, result, set) {
    if (measure.type === "coded") {
      const levels = measure.levels.map((level) => [
        level.value,
        level.label ? `${spaced(level.value)} – ${level.label}` : spaced(level.value),
      ]);
      return choiceField("Value", [["", "Not known"], ...levels], result.value, set, "wide");
    }
    if (measure.type === "score" && measure.high - measure.low <= 12) {
      const points = Array.from({ length: measure.high - measure.low + 1 }, (_, step) => String(measure.low + step));
      const words = (one) => measure.labels.find((level) => level.value === one)?.label;
      return choiceField(
        "Value",
        [["", "Not known"], ...points.map((one) => [one, words(one) ? `${one} – ${words(one)}` : one])],
        result.value,
        set,
        "wide",
      );
    }
    return textField("Value", result.value, set, { kind: "value", numeric: true });
  }

  /** What a value is in the unit of its measure, where it was given in another. */
  inOwnUnit(name, { value, unit }) {
    const own = declared(this.document.measures, name)?.unit?.ucum;
    if (!own || !value.trim() || !unit) return "";
    const { table } = this;
    const [from, read] = [table.find(unit), readValue(value)];
    if (!from || from.code === own || read.word !== undefined) return "";
    const amount = new Amount(read.number ?? read.above ?? null, read.number ?? read.below ?? null, scaleOfUnit(from));
    try {
      const shown = amount.to(table.ofRule(own), table, table.of(name).analyte).amount.shown();
      return `= ${shown} ${this.unitNames[own] ?? own}`;
    } catch {
      return "";
    }
  }

  // ---- answers and coverage -----------------------------------------------------------------------------------------------------

  answerSection(draft, usage, of) {
    const items = [...usage.answers].map(([key, clause]) => {
      const by = clause.rule === "attested" ? capitalised(spaced(clause.by)) : "By hand";
      const question = (clause.rule === "attested" && clause.question) || clause.prose;
      const legend = el(
        "span",
        {},
        el("span", { class: "code" }, key),
        " ",
        bdi(question || key),
        el("span", { class: "hint" }, by),
      );
      const recorded = Object.hasOwn(draft.answers, key) && draft.answers[key] !== "unknown" ? draft.answers[key] : "";
      const set = (value) =>
        this.change(() => {
          if (value) draft.answers[key] = value;
          else delete draft.answers[key];
        });
      return this.place(
        key,
        el("div", { class: "item answer", "data-item": key }, radioField(legend, YES_NO, recorded, set)),
        of,
      );
    });
    return items.length ? this.section("Questions", of, items) : null;
  }

  /** Lists of the record that are complete. */
  coverageSection(draft, usage, of) {
    const domains = new Set([...usage.findings.keys()].map((name) => this.words.domains.get(name)));
    const offered = [
      ["conditions", "conditions", ["condition"]],
      ["drugs", "drugs", ["drug", "drug_class"]],
      ["procedures", "procedures", ["procedure"]],
      ["events", "events", ["event"]],
    ].filter(([, , kinds]) => kinds.some((kind) => domains.has(kind)));
    if (offered.length === 0) return null;
    const items = offered.map(([key, words]) =>
      this.redrawn({ class: "item cover", role: "group", "aria-label": `Complete list of ${words}` }, (again) => {
        const known = draft.coverage.find((coverage) => coverage.of === key);
        const toggle = checkField(`The record lists all ${words} there were`, Boolean(known), (isChecked) => {
          draft.coverage = draft.coverage.filter((coverage) => coverage !== known);
          if (isChecked) draft.coverage.push({ of: key, from: "", to: "" });
          again("input");
          this.changed();
        });
        const set = (end) => (value) => this.change(() => (known[end] = value));
        const period = known
          ? [dateField("since (empty: always)", known.from, set("from")), dateField("until", known.to, set("to"))]
          : [];
        return [toggle, ...period];
      }),
    );
    const note = "What is not listed is then known not to have been; for open lists (“such as …”) it stays unknown.";
    return this.section("Complete lists", of, el("p", { class: "note" }, note), items);
  }
}
