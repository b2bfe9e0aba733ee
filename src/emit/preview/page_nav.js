// Where one is: visits with their forms, and how far each of them is.

const THROUGHOUT = null;
const MARKS = { empty: "", done: "✓", missing: "…", query: "?", error: "!", confirmed: "✓" };
const STATES = { empty: "empty", done: "filled in", missing: "answers missing", query: "to confirm", error: "to correct", confirmed: "filled in" };

/** How far a form is at a visit. */
function stateOf(page, form, visit) {
  const entries = page.casebook.entries(form, visit).filter(isFilled);
  if (entries.length === 0) return "empty";
  const own = page.findings.filter((one) => one.at.form === form.name && (one.at.visit ?? null) === visit);
  return worst(own) ?? "done";
}

function navigation(page) {
  const { book } = page;
  const parts = [];
  let epoch = null;
  const open = book.forms.filter((form) => form.visits.length === 0);
  for (const visit of book.visits) {
    const forms = book.forms.filter((form) => form.visits.includes(visit.name));
    if (forms.length === 0) continue;
    if (visit.epoch !== epoch) {
      epoch = visit.epoch;
      parts.push(el("h2", {}, bdi(epoch)));
    }
    parts.push(occasion(page, visit.name, visit.label, visit.timing, forms));
  }
  if (open.length > 0) {
    parts.push(el("h2", {}, "Throughout"), occasion(page, THROUGHOUT, "Throughout the trial", "filled in whenever there is something to record", open));
  }
  return parts;
}

function occasion(page, visit, label, timing, forms) {
  const isHere = page.visit === visit;
  const states = forms.map((form) => stateOf(page, form, visit));
  const filled = states.filter((state) => state !== "empty").length;
  const head = el(
    "button",
    {
      type: "button",
      class: "visit",
      "data-visit": visit ?? "",
      "aria-expanded": String(isHere),
      title: timing,
      onclick: () => page.go(forms[0].name, visit),
    },
    el("span", { class: "label" }, bdi(label)),
    el("span", { class: "count" }, filled > 0 ? `${filled}/${forms.length}` : ""),
    dots(states),
  );
  if (!isHere) return el("div", { class: "occasion" }, head);
  const items = forms.map((form, place) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "to-form",
          "data-form": form.name,
          "aria-current": form.name === page.form.name ? "page" : undefined,
          onclick: () => page.go(form.name, visit),
        },
        el("span", { class: `mark ${states[place]}`, title: STATES[states[place]] }, MARKS[states[place]]),
        el("span", { class: "label" }, bdi(form.label)),
        el("span", { class: "code" }, form.name),
      ),
    ),
  );
  return el("div", { class: "occasion here" }, head, el("ul", {}, items));
}

/** The worst that stands at a visit. */
function dots(states) {
  const state = ["error", "query", "missing"].find((one) => states.includes(one));
  return state ? el("span", { class: `mark ${state}`, title: STATES[state] }, MARKS[state]) : null;
}
