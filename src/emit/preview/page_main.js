// The page as a whole: the form in sight, what is found in it, files.

const REFUSED = ["Q06", "Q07", "Q08", "Q10"];

class Page {
  constructor(book) {
    this.book = book;
    this.checker = new Checker(book);
    this.casebook = new Casebook(book);
    this.visitsByName = new Map(book.visits.map((visit) => [visit.name, visit]));
    this.today = null;
    this.isUnsaved = false;
    this.findings = [];
    const first = book.forms.find((form) => form.visits.includes(book.visits[0]?.name)) ?? book.forms[0];
    this.form = first;
    this.visit = first.visits[0] ?? null;
    this.time = 0;
    const at = (id) => document.getElementById(id);
    at("participant").addEventListener("input", (event) => {
      this.casebook.setParticipant(event.target.value.trim());
      this.changed();
    });
    at("today").addEventListener("input", (event) => {
      const text = event.target.value.trim();
      this.today = isDay(text) ? text : null;
      event.target.toggleAttribute("aria-invalid", text !== "" && this.today === null);
      this.check();
    });
    at("open").addEventListener("click", () => at("load").click());
    at("load").addEventListener("change", (event) => this.load(event.target));
    at("save").addEventListener("click", () => this.save());
    at("print").addEventListener("click", () => print());
    at("clear").addEventListener("click", () => this.clear());
    addEventListener("beforeunload", (event) => this.isUnsaved && event.preventDefault());
    this.draw();
  }

  // ---- where one is ----------------------------------------------------------------------------

  go(form, visit) {
    this.form = this.book.byName.get(form);
    this.visit = visit;
    this.time = 0;
    this.draw();
    scrollTo(0, 0);
  }

  /** Every form at every visit, in order. */
  places() {
    const at = this.book.visits.flatMap((visit) =>
      this.book.forms.filter((form) => form.visits.includes(visit.name)).map((form) => [form.name, visit.name]),
    );
    const open = this.book.forms.filter((form) => form.visits.length === 0).map((form) => [form.name, null]);
    return [...at, ...open];
  }

  step(by) {
    const places = this.places();
    const here = places.findIndex(([form, visit]) => form === this.form.name && visit === this.visit);
    return places[here + by];
  }

  // ---- drawing ---------------------------------------------------------------------------------

  /** The entry in sight; it joins the casebook with its first answer. */
  entry() {
    const entries = this.casebook.entries(this.form, this.visit);
    return entries[this.time] ?? null;
  }

  draw() {
    document.getElementById("participant").value = this.casebook.participant;
    const { form, visit } = this;
    let entry = this.entry();
    // An entry that nobody fills in is not written.
    entry ??= this.casebook.add(form, visit);
    this.views = form.repeating
      ? entry.records.map((fields, place) => new RecordView(this, form, visit, place + 1, fields))
      : [new RecordView(this, form, visit, null, entry)];
    const parts = form.repeating ? this.records(entry) : [this.views[0].element];
    this.entrySaid = el("div", { class: "said entry-said" });
    document
      .getElementById("form")
      .replaceChildren(...[this.heading(), this.entrySaid, ...parts, this.steps()].filter((one) => one !== null));
    this.check();
  }

  heading() {
    const { form, visit } = this;
    const about = visit === null ? null : this.visitsByName.get(visit);
    const arms = form.arms.map((arm) => this.book.arms.find(([name]) => name === arm)?.[1] ?? arm);
    return el(
      "div",
      { class: "heading" },
      el(
        "div",
        { class: "what" },
        el("p", { class: "when" }, bdi(about ? about.label : "Throughout the trial"), el("span", { class: "due", id: "due" })),
        el("h2", {}, bdi(form.label)),
        form.instructions ? el("p", { class: "instructions" }, bdi(form.instructions)) : null,
        arms.length > 0 ? el("p", { class: "instructions" }, "Only in ", bdi(arms.join(", "))) : null,
      ),
      el("span", { class: "domain" }, form.name),
      about?.repeats ? this.times() : null,
    );
  }

  /** A visit of a cycle is filled in once for each time that it takes place. */
  times() {
    const entries = this.casebook.entries(this.form, this.visit);
    const show = (time) => {
      this.time = time;
      this.draw();
    };
    const numbers = entries.map(({ REPEAT: number }, time) =>
      el("button", { type: "button", "aria-current": time === this.time ? "true" : undefined, onclick: () => show(time) }, number?.text ?? "–"),
    );
    const another = button("+", () => {
      this.casebook.add(this.form, this.visit);
      show(this.casebook.entries(this.form, this.visit).length - 1);
    }, { label: "Another time" });
    return el("div", { class: "times" }, el("span", {}, "Time"), numbers, another);
  }

  records(entry) {
    const add = button("Add a record", () => {
      entry.records.push(Object.create(null));
      this.draw();
      document.getElementById("form").querySelectorAll(".record").item(entry.records.length - 1)?.querySelector("input, textarea, select")?.focus();
    }, { kind: "add" });
    const parts = this.views.map((view, place) => {
      const remove = button("Remove", () => {
        entry.records.splice(place, 1);
        this.draw();
        this.isUnsaved = true;
      }, { kind: "link", label: `Remove record ${place + 1}` });
      return el("section", { class: "record", "aria-label": `Record ${place + 1}` }, el("div", { class: "record-head" }, el("h3", {}, `Record ${place + 1}`), remove), view.element);
    });
    const none = parts.length === 0 ? el("p", { class: "none" }, "No record yet.") : null;
    return [none, ...parts, el("p", {}, add)];
  }

  steps() {
    const to = (place, kind, before, after) => {
      if (!place) return el("span", {});
      const [form, visit] = place;
      const { label } = this.book.byName.get(form);
      const at = visit === this.visit || visit === null ? null : ` (${this.visitsByName.get(visit).label})`;
      return el("button", { type: "button", class: kind, onclick: () => this.go(form, visit) }, before, bdi(label), at, after);
    };
    return el("div", { class: "steps" }, to(this.step(-1), "", "← ", null), to(this.step(1), "first", null, " →"));
  }

  // ---- checking --------------------------------------------------------------------------------

  changed() {
    this.isUnsaved = true;
    this.check();
  }

  /** Whose form is in sight, at which visit, for which time. */
  at() {
    const entry = this.entry();
    const repeat = entry?.REPEAT instanceof JsonNumber ? this.number() : undefined;
    return { participant: this.casebook.participant, visit: this.visit ?? undefined, repeat };
  }

  isKept(field) {
    return this.checker.isKept(this.form, this.at(), field);
  }

  isAsked(form, fields, item) {
    return this.checker.isAsked(form, fields, this.at(), item);
  }

  check() {
    const all = this.checker.check(this.casebook.record(), this.today);
    // The number at the top is asked for once, not at each form.
    this.findings = all.filter((one) => this.casebook.participant !== "" || one.code !== "Q01");
    const entry = this.entry();
    const here = this.findings.filter((one) => one.source === entry);
    for (const view of this.views) view.refresh(here);
    const shown = (one) => this.views.some((view) => view.number === (one.at.record ?? null) && view.rows.has(one.at.field));
    this.entrySaid.replaceChildren(...here.filter((one) => !shown(one)).map((one) => this.message(one)));
    document.getElementById("nav").replaceChildren(...navigation(this));
    this.due();
    this.sumUp();
    this.leftOpen();
  }

  /** Which time of its visit is in sight. */
  number() {
    const number = this.entry()?.REPEAT;
    return number instanceof JsonNumber ? Number(number.text) : 1;
  }

  /** When the visit is due, where the day of its anchor is known. */
  due() {
    const place = document.getElementById("due");
    const days = this.visit === null ? null : this.checker.due(this.casebook.record(), this.casebook.participant, this.visit, this.number());
    const timing = this.visit === null ? "" : this.visitsByName.get(this.visit).timing;
    place.textContent = days ? ` ${days[0] === days[1] ? days[0] : `${days[0]} to ${days[1]}`}` : ` ${timing}`;
  }

  sumUp() {
    const open = this.findings.filter((one) => !one.confirmed);
    const errors = open.filter((one) => !one.isQuery && one.code !== "Q04").length;
    const queries = open.filter((one) => one.isQuery).length;
    const missing = open.filter((one) => one.code === "Q04").length;
    const parts = [
      errors ? counted(errors, "answer to correct", "answers to correct") : null,
      queries ? counted(queries, "query", "queries") : null,
      missing ? counted(missing, "answer missing", "answers missing") : null,
      this.casebook.strange.length ? counted(this.casebook.strange.length, "entry that no form takes", "entries that no form takes") : null,
    ].filter((one) => one);
    this.say(parts.length > 0 ? parts.join(" · ") : "");
  }

  /** What nobody can decide yet, for the whole casebook. */
  leftOpen() {
    const open = [...this.checker.undecided].sort();
    const list = el("ul", {}, open.map((one) => el("li", {}, bdi(one))));
    const parts = [el("summary", {}, `Not checked yet: ${open.length}`), list];
    const place = document.getElementById("open-points");
    place.hidden = open.length === 0;
    place.replaceChildren(...parts);
  }

  /** What is said about an answer, and how a query is confirmed. */
  message(one) {
    const state = one.confirmed ? "confirmed" : one.isQuery ? "query" : one.code === "Q04" ? "missing" : "error";
    const sentence = one.what.slice(0, 1).toUpperCase() + one.what.slice(1);
    const text = el("p", {}, bdi(`${sentence.replace(/\.$/, "")}. `), one.confirmed ? null : el("span", { class: "todo" }, bdi(one.help)));
    const box = el("div", { class: `message-box ${state}`, "data-code": one.code, "data-check": one.check ?? undefined }, text);
    if (one.confirmed) {
      const undo = button("Take back", () => {
        this.casebook.confirmed = this.casebook.confirmed.filter((known) => known !== one.confirmed);
        this.changed();
      }, { kind: "link" });
      box.append(el("p", { class: "reason" }, "Confirmed: ", bdi(one.confirmed.reason), " ", undo));
    } else if (one.isQuery && one.check !== null) {
      const reason = el("input", { type: "text", placeholder: "Reason", "aria-label": "Reason why it is right", autocomplete: "off" });
      const confirm = button("Confirm", () => this.confirm(one, reason));
      reason.addEventListener("keydown", (event) => event.key === "Enter" && this.confirm(one, reason));
      box.append(el("div", { class: "confirm" }, reason, confirm));
    }
    return box;
  }

  confirm({ at, check, value }, input) {
    const reason = input.value.trim();
    if (!reason) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    const one = { form: at.form };
    if (at.visit !== undefined) one.visit = at.visit;
    if (at.record !== undefined) one.record = new JsonNumber(String(at.record));
    if (at.repeat !== undefined) one.repeat = new JsonNumber(String(at.repeat));
    // Confirmations of values that have changed go.
    const isSame = (known) => known.form === one.form && known.visit === one.visit && known.record?.text === one.record?.text && known.repeat?.text === one.repeat?.text && known.check === check;
    this.casebook.confirmed = [...this.casebook.confirmed.filter((known) => !isSame(known)), { ...one, check, value, reason }];
    this.changed();
  }

  // ---- files -----------------------------------------------------------------------------------

  say(text) {
    document.getElementById("message").textContent = text;
  }

  load(input) {
    const [file] = input.files;
    if (!file) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      try {
        this.casebook.load(reader.result);
        this.time = 0;
        this.draw();
        this.isUnsaved = false;
        const said = document.getElementById("message").textContent;
        this.say(`${file.name} is loaded. ${said}`);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.say(`${file.name} is not loaded. ${error.message}`);
      }
      input.value = "";
    });
    reader.readAsText(file);
  }

  /** What is certainly wrong is not written to a file. */
  save() {
    if (this.casebook.participant === "") {
      document.getElementById("participant").focus();
      return this.say("Not saved: the participant has no number.");
    }
    const refused = this.findings.filter((one) => REFUSED.includes(one.code));
    if (refused.length > 0) {
      const [{ at }] = refused;
      this.go(at.form, at.visit ?? null);
      this.say(`Not saved: ${counted(refused.length, "answer cannot", "answers cannot")} be right, the first in ${at.form}, ${at.field}.`);
      document.querySelector(`[data-field="${CSS.escape(at.field)}"] :is(input, textarea, select)`)?.focus();
      return;
    }
    const text = `${writeJson(this.casebook.record())}\n`;
    const name = this.casebook.participant.replace(/[^\p{L}\p{N}_-]+/gu, "_") || "participant";
    const link = el("a", { download: `${name}.json` });
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.click();
    URL.revokeObjectURL(link.href);
    this.isUnsaved = false;
    this.say("Saved. trialc validate-record reads this file too.");
  }

  clear() {
    if (this.isUnsaved && !confirm("Clear everything that was entered and not saved?")) return;
    this.casebook.clear();
    this.time = 0;
    this.isUnsaved = false;
    this.draw();
  }
}

globalThis.preview = new Page(JSON.parse(document.getElementById("book").textContent));
