// The page at work: the draft, the fields, the verdict; loading, saving, printing.

/** How many days ahead a provisional verdict is looked at. */
const DAYS_AHEAD = 366;

class Page {
  constructor(rules) {
    this.document = rules.document;
    this.screener = new Screener(rules);
    this.form = new Form({ rules, screener: this.screener, changed: () => this.changed() });
    this.draft = emptyDraft();
    this.asOf = "";
    this.waiting = 0;
    this.fields = document.getElementById("fields");
    this.heads = new Map();
    this.counts = new Map();
    this.lines = new Map();
    for (const element of document.querySelectorAll("[data-verdict]")) this.heads.set(element.dataset.verdict, element);
    for (const element of document.querySelectorAll("[data-criterion]")) {
      this.lines.set(JSON.stringify([element.dataset.decision, element.dataset.criterion]), element);
    }
    this.wire();
    this.draw();
  }

  wire() {
    const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
    const asOf = document.getElementById("as-of");
    on("as-of", "input", () => {
      const isWrong = asOf.value.trim() !== "" && !isFullDate(asOf.value);
      if (isWrong) asOf.setAttribute("aria-invalid", "true");
      else asOf.removeAttribute("aria-invalid");
      this.asOf = asOf.value;
      this.changed();
    });
    on("load", "change", (event) => this.load(event.target));
    on("open", "click", () => document.getElementById("load").click());
    on("save", "click", () => this.save());
    on("print", "click", () => globalThis.print());
    on("clear", "click", () => this.clear());
    for (const toggle of document.querySelectorAll("[data-toggle]")) {
      toggle.addEventListener("click", () => this.toggle(toggle));
    }
    globalThis.addEventListener("beforeunload", (event) => {
      if (this.isUnsaved) event.preventDefault();
    });
  }

  draw() {
    this.fields.replaceChildren(...this.form.draw(this.draft), this.unusedSection());
    this.decide();
  }

  /** What the record holds and the rules do not ask for: it stays in the file. */
  unusedSection() {
    const { unused } = this.screener.screen(recordOf(this.draft), null);
    const list = [...new Set(unused)].filter((one) => one);
    if (list.length === 0) return "";
    const items = list.map((one) => el("li", {}, bdi(one)));
    return this.form.section(
      "Also in this record",
      "",
      el("p", { class: "note" }, "No criterion uses these; they are kept when the record is saved."),
      el("ul", { class: "unused" }, items),
    );
  }

  changed() {
    this.isUnsaved = true;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.decide();
    });
  }

  record() {
    return recordOf(this.draft);
  }

  day() {
    return isFullDate(this.asOf) ? readDate(this.asOf.trim()).earliest : null;
  }

  decide() {
    const record = this.record();
    const [verdict, day] = [this.screener.screen(record, this.day()), this.day()];
    this.run = (this.run ?? 0) + 1;
    for (const decision of verdict.decisions) {
      this.counts.set(decision.decision, this.showLines(decision));
      this.showHead(decision, null);
      if (decision.provisional && decision.verdict === "eligible") this.lookAhead(decision, record, day, this.run);
    }
    document
      .getElementById("summary")
      .replaceChildren(...verdict.decisions.map((decision) => summaryLink(decision, this.document)));
    document.getElementById("recorded").replaceChildren(recordTable(record, this.screener.words, this.document));
    document.getElementById("who").textContent = record.person.id ?? "";
    this.announce(verdict);
  }

  showHead(decision, holdsUntil) {
    const goTo = { has: (item) => this.form.places.has(item), go: (item) => this.goTo(item) };
    const head = this.heads.get(decision.decision);
    const isOpen = head.querySelector("details.ask")?.open ?? false;
    const counts = el("p", { class: "counts" }, this.counts.get(decision.decision));
    head.replaceChildren(...verdictHead(decision, this.document, { goTo, holdsUntil }), counts);
    const asks = head.querySelector("details.ask");
    if (asks) asks.open = isOpen;
  }

  /** Until which day an eligible verdict stays, looked for while nothing else is done. */
  lookAhead(decision, record, today, run) {
    let day = today;
    const step = () => {
      const end = performance.now() + 15;
      while (run === this.run && performance.now() < end) {
        day += 1;
        if (day > today + DAYS_AHEAD) return;
        if (!this.screener.isEligibleOn(decision.decision, record, day)) {
          this.showHead(decision, dayText(day - 1));
          return;
        }
      }
      if (run === this.run) setTimeout(step, 0);
    };
    setTimeout(step, 400);
  }

  showLines(decision) {
    const byCode = new Map();
    for (const line of decision.criteria) gather(byCode, line.code, line);
    const counts = { not_met: 0, unknown: 0, met: 0, not_applicable: 0 };
    for (const [code, lines] of byCode) {
      const status = [...FROM_WORST, "not_applicable"].find((one) => lines.some((line) => line.status === one));
      counts[status] += 1;
      const element = this.lines.get(JSON.stringify([decision.decision, code]));
      element.dataset.status = status;
      element.querySelector("[data-status-text]").replaceChildren(mark(status), STATUS_WORDS[status]);
      element.querySelector("[data-because]").replaceChildren(
        ...lines
          .flatMap((line) => lineBody(line, this.document))
          .flat()
          .filter((one) => one),
      );
    }
    const words = ["not_met", "unknown", "met", "not_applicable"].filter((status) => counts[status]);
    return words.map((status) => `${counts[status]} ${STATUS_WORDS[status]}`).join(" · ");
  }

  /** Says a changed verdict to a screen reader, and nothing while it stays. */
  announce(verdict) {
    const text = verdict.decisions
      .map(
        (decision) =>
          `${decision.label ?? labelIn(this.document.events, decision.decision)}: ${decision.verdict}${decision.provisional ? ", provisionally" : ""}.`,
      )
      .join(" ");
    const live = document.getElementById("live");
    if (live.textContent !== text) live.textContent = text;
  }

  goTo(item) {
    const place = this.form.places.get(item);
    place.scrollIntoView({ block: "center" });
    const field = place.querySelector("input, select");
    (field ?? place).focus({ preventScroll: true });
  }

  toggle(toggle) {
    const criterion = toggle.closest("[data-criterion]");
    const isOpen = criterion.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  }

  // ---- files --------------------------------------------------------------------------------------------------------------------

  say(text) {
    document.getElementById("message").textContent = text;
  }

  load(input) {
    const [file] = input.files;
    if (!file) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      try {
        this.read(reader.result);
        this.say(`${file.name} is loaded.`);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.say(`${file.name} is not loaded. ${error.message}`);
      }
      input.value = "";
    });
    reader.readAsText(file);
  }

  read(text) {
    this.draft = draftOf(readRecord(text));
    this.draw();
    this.isUnsaved = false;
  }

  save() {
    const text = `${writeJson(this.record())}\n`;
    const link = el("a", {
      download: `${(this.draft.person.id.trim() || "participant").replace(/[^\p{L}\p{N}_-]+/gu, "_")}.json`,
    });
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.click();
    URL.revokeObjectURL(link.href);
    this.isUnsaved = false;
    this.say("Saved. `trialc screen` reads this file too.".replaceAll("`", ""));
  }

  clear() {
    if (this.isUnsaved && !confirm("Clear everything that was entered and not saved?")) return;
    this.draft = emptyDraft();
    this.draw();
    this.isUnsaved = false;
    this.say("");
  }
}

globalThis.worksheet = new Page(JSON.parse(document.getElementById("rules").textContent));
