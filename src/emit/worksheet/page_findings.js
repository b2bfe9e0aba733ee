// Findings, drugs and procedures: yes with its dates, qualifiers and doses; no, ever or in a period; or not known.

const DOMAINS = [
  ["Conditions", "findings", ["condition"]],
  ["Drugs", "exposures", ["drug", "drug_class"]],
  ["Procedures", "procedures", ["procedure"]],
];

Object.assign(Form.prototype, {
  findingSections(draft, usage, of) {
    return DOMAINS.map(([heading, list, kinds]) => {
      const names = [...usage.findings.keys()].filter((name) => kinds.includes(this.words.domains.get(name)));
      if (names.length === 0) return null;
      // An entry stands under its own name, else under the first class that it belongs to.
      const homeOf = (written) => {
        const name = this.words.findThing(written);
        return name === undefined
          ? undefined
          : names.includes(name)
            ? name
            : names.find((one) => this.words.isA(name, one));
      };
      return this.section(
        heading,
        of,
        names.map((name) => this.findingItem(draft, usage.findings.get(name), { name, list, homeOf, of })),
      );
    });
  },

  findingItem(draft, used, { name, list, homeOf, of }) {
    const concept = this.document.concepts[name];
    const label = concept.label || spaced(name);
    const isIt = (entry) => entry.list === list && homeOf(entry.name) === name;
    const isAbsent = (absence) => homeOf(absence.name) === name;
    const attributes = { class: "item finding", role: "group", "aria-label": label, tabindex: "-1", "data-item": name };
    let kept = { entries: [], absences: [] };
    const choose = (value, again) => {
      const before = { entries: draft.entries.filter(isIt), absences: draft.absences.filter(isAbsent) };
      kept = {
        entries: before.entries.length ? before.entries : kept.entries,
        absences: before.absences.length ? before.absences : kept.absences,
      };
      draft.entries = draft.entries.filter((entry) => !isIt(entry));
      draft.absences = draft.absences.filter((absence) => !isAbsent(absence));
      if (value === "yes") draft.entries.push(...(kept.entries.length ? kept.entries : [newEntry(list, name)]));
      if (value === "no") draft.absences.push(...(kept.absences.length ? kept.absences : [{ name, from: "", to: "" }]));
      again(`input[value="${value}"]`);
      this.changed();
    };
    return this.place(
      name,
      this.redrawn(attributes, (again) => {
        const entries = draft.entries.filter(isIt);
        const absences = draft.absences.filter(isAbsent);
        const value = entries.length ? "yes" : absences.length ? "no" : "";
        const rows = entries.map((entry) => this.findingRow(draft, entry, { name, concept, used, label, again }));
        const periods = absences.map((absence) =>
          this.absenceRow(draft, absence, { label, again, isYes: entries.length > 0 }),
        );
        const more = entries.length
          ? [
              button(
                "Add another",
                () => (draft.entries.push(newEntry(list, name)), again(".row:last-of-type input"), this.changed()),
                { kind: "add", label: `Add another: ${label}` },
              ),
              this.allField(draft, name),
            ]
          : [];
        const legend = el(
          "span",
          {},
          bdi(label),
          concept.open_list ? el("span", { class: "hint" }, "and the like") : null,
        );
        return [
          radioField(legend, YES_NO, value, (chosen) => choose(chosen, again), "asked"),
          rows.length || periods.length
            ? el("div", { class: "rows" }, rows, periods, more.length ? el("div", { class: "below" }, more) : null)
            : null,
        ];
      }),
      of,
    );
  },

  findingRow(draft, entry, { name, concept, used, label, again }) {
    const warning = el("p", { class: "echo wanting" });
    const say = () => (warning.textContent = wantingOfEntry(entry));
    const set = (key) => (value) => this.change(() => ((entry[key] = value), say()));
    const below = [...(this.words.below.get(name) ?? [])];
    const isDrug = concept.domain !== "condition" && concept.domain !== "procedure";
    const fields = [];
    if (below.length > 1) {
      const recorded = this.words.findThing(entry.name) ?? entry.name;
      const choices = below.map((one) => [
        one,
        one === name ? `${label}: not said which` : labelIn(this.document.concepts, one),
      ]);
      fields.push(choiceField("Which", choices, recorded, set("name"), "wide"));
    }
    for (const other of used.others) {
      const said = entry.rest.other_than ?? [];
      const put = (value) =>
        this.change(() => {
          const kept = (entry.rest.other_than ?? []).filter((one) => one !== other);
          if (value) kept.push(other);
          if (kept.length) entry.rest.other_than = kept;
          else delete entry.rest.other_than;
        });
      const choices = [
        ["", "Not known"],
        ["yes", "Yes"],
      ];
      const asked = `Other than ${labelIn(this.document.concepts, other)}?`;
      fields.push(choiceField(asked, choices, said.includes(other) ? "yes" : "", put));
    }
    if (entry.on || concept.domain === "procedure") fields.push(dateField("On", entry.on, set("on")));
    if (entry.from || entry.to || concept.domain !== "procedure") {
      fields.push(dateField("From", entry.from, set("from")), dateField("To (empty: goes on)", entry.to, set("to")));
    }
    if (used.dose || entry.dose) {
      const offered = Object.hasOwn(this.units.doses, name) ? this.units.doses[name] : [];
      const units = [["", "unit?"], ...offered.map((code) => [code, this.unitNames[code] ?? code])];
      fields.push(textField("Dose", entry.dose, set("dose"), { kind: "value", numeric: true }));
      fields.push(choiceField("Unit of the dose", units, entry.doseUnit, set("doseUnit"), "unit"));
    }
    for (const qualifier of new Set([...used.qualifiers, ...Object.keys(entry.qualifiers)])) {
      const recorded = entry.qualifiers[qualifier] === "unknown" ? "" : (entry.qualifiers[qualifier] ?? "");
      const put = (value) =>
        this.change(() => {
          if (value) entry.qualifiers[qualifier] = value;
          else delete entry.qualifiers[qualifier];
        });
      fields.push(
        choiceField(
          `${capitalised(spaced(qualifier))}?`,
          [
            ["", "Not known"],
            ["yes", "Yes"],
            ["no", "No"],
          ],
          recorded,
          put,
        ),
      );
    }
    fields.push(textField("Source", entry.source, set("source"), { kind: "source" }));
    const unsure = entry.rest.unsure ? el("p", { class: "echo" }, "Not certain: ", bdi(entry.rest.unsure)) : null;
    say();
    const period = isDrug ? "taken" : "present";
    return el(
      "div",
      { class: "row", role: "group", "aria-label": `${label}, ${period}` },
      fields,
      this.removeButton(draft.entries, entry, label, again),
      unsure,
      warning,
    );
  },

  absenceRow(draft, absence, { label, again, isYes }) {
    const set = (key) => (value) => this.change(() => (absence[key] = value));
    const words = isYes ? "But none" : "None";
    const attributes = { class: "row absence", role: "group", "aria-label": `${words}: ${label}` };
    return this.redrawn(attributes, (open) => {
      const narrow = () => {
        absence.isPeriod = true;
        open("input");
      };
      if (!absence.from && !absence.to && !absence.isPeriod) {
        const inPeriod = button("Only in a period…", narrow, { kind: "add", label: `None only in a period: ${label}` });
        return [isYes ? el("span", { class: "words" }, words, " ever") : null, inPeriod];
      }
      return [
        el("span", { class: "words" }, words),
        dateField("from (empty: ever)", absence.from, set("from")),
        dateField("to", absence.to, set("to")),
        isYes ? this.removeButton(draft.absences, absence, label, again) : null,
      ];
    });
  },
});
