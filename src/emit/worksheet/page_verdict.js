// The verdict: over all, per arm, what is still to ask, and for each criterion what decided it.

const STATUS_WORDS = { met: "met", not_met: "not met", unknown: "unknown", not_applicable: "not applicable" };
const MARKS = {
  met: "✓",
  not_met: "✗",
  unknown: "?",
  not_applicable: "–",
  eligible: "✓",
  ineligible: "✗",
  undetermined: "?",
};
const TRUTH_WORDS = { true: "holds", false: "does not hold", unknown: "is unknown" };

const mark = (sign) => el("span", { "aria-hidden": "true" }, `${MARKS[sign]} `);

function badge(verdict, isProvisional) {
  return el("span", { class: `badge ${verdict}` }, mark(verdict), verdict, isProvisional ? ", provisionally" : "");
}

/** The verdict on one decision, for the head of the page. */
function verdictHead(decision, document, { goTo, holdsUntil }) {
  const event = labelIn(document.events, decision.decision);
  const parts = [
    el(
      "div",
      { class: "verdict-line" },
      el("span", { class: "of" }, bdi(decision.label ?? event)),
      badge(decision.verdict, decision.provisional),
    ),
  ];
  if (decision.provisional) parts.push(provisional(decision, document, holdsUntil));
  if (decision.arms.length)
    parts.push(
      el(
        "ul",
        { class: "arms" },
        decision.arms.map((arm) => armLine(arm, document)),
      ),
    );
  const why = { ineligible: decision.reasons, undetermined: decision.open, eligible: [] }[decision.verdict];
  if (why.length && decision.arms.length === 0) {
    const links = why.map((code) => el("a", { href: `#${criterionId(decision.decision, code)}`, class: "code" }, code));
    const words = decision.verdict === "ineligible" ? "Not met: " : `${why.length} open: `;
    parts.push(
      el(
        "p",
        { class: "why-list" },
        words,
        links.flatMap((link) => [link, " "]),
      ),
    );
  }
  if (decision.to_ask.length && decision.verdict !== "ineligible") parts.push(askList(decision, goTo));
  return parts;
}

function provisional(decision, document, holdsUntil) {
  const waits = decision.provisional.awaiting.map(({ event, taken_as }) => [
    bdi(labelIn(document.events, event)),
    ` has not happened; it is taken as ${taken_as}. `,
  ]);
  const until = holdsUntil ? [`Eligible up to and including ${holdsUntil}, if nothing but time passes.`] : [];
  return el("p", { class: "provisional" }, waits.flat(), until);
}

function armLine(arm, document) {
  const why = {
    eligible: "",
    ineligible: ` by ${arm.reasons.join(", ")}`,
    undetermined: `, open: ${arm.open.join(", ")}`,
  }[arm.verdict];
  return el(
    "li",
    {},
    "Arm ",
    bdi(document.arms[arm.arm] || arm.arm),
    ": ",
    el("span", { class: `mark ${arm.verdict}` }, mark(arm.verdict), arm.verdict),
    why,
  );
}

function askList(decision, goTo) {
  const items = decision.to_ask.map((ask) => {
    const words = spoken(capitalised(ask.ask));
    const link = goTo.has(ask.item)
      ? button("Go there", () => goTo.go(ask.item), { kind: "link", label: `Go to the field: ${ask.ask}` })
      : null;
    return el(
      "li",
      {},
      el("span", { class: "box", "aria-hidden": "true" }),
      el(
        "span",
        { class: "what" },
        words,
        " ",
        ask.criteria.flatMap((code) => [el("span", { class: "code" }, code), " "]),
      ),
      link,
    );
  });
  return el(
    "details",
    { class: "ask" },
    el("summary", {}, `Still to ask or record: ${items.length}`),
    el("ul", {}, items),
  );
}

/** The verdict in the head of a narrow page. */
function summaryLink(decision, document) {
  const label = decision.label ?? labelIn(document.events, decision.decision);
  return el(
    "a",
    { href: `#decision-${decision.decision}` },
    bdi(label),
    " ",
    badge(decision.verdict, decision.provisional),
  );
}

const criterionId = (decision, code) => `criterion-${decision}-${code}`;

/** What became of one line of a criterion. */
function lineBody(line, document) {
  const arm = line.arm
    ? el("p", { class: "for-arm" }, "Arm ", bdi(document.arms[line.arm] || line.arm), `: ${STATUS_WORDS[line.status]}`)
    : null;
  const ties = (line.ties ?? []).map((tie) =>
    el(
      "p",
      { class: "tie" },
      "Several values of ",
      bdi(tie.measure),
      ` on ${tie.on}: `,
      bdi(tie.values.join(", ")),
      tie.decides ? ". They decide differently; the worst stands." : ". The status is the same for each.",
    ),
  );
  return [arm, line.because.map(becauseBlock), ties];
}

function becauseBlock(because) {
  const evidence = because.evidence ?? [];
  const parts = [];
  if (because.clause) {
    parts.push(
      el(
        "p",
        { class: "clause" },
        el("bdi", { class: "rule" }, because.clause),
        el("span", { class: "truth" }, ` ${TRUTH_WORDS[because.truth]}`),
      ),
    );
  }
  if (evidence.length) parts.push(el("table", { class: "facts" }, el("tbody", {}, evidence.map(factRow))));
  if (because.compared) {
    const { compared } = because;
    const isAlone = evidence.length !== 1 || evidence[0].value === undefined;
    const value = isAlone ? [bdi([compared.value, compared.unit].filter((one) => one).join(" ")), " "] : [];
    parts.push(el("p", { class: "test" }, value, bdi(testSentence(compared, because.truth))));
  }
  for (const one of because.missing ?? []) {
    parts.push(
      el(
        "p",
        { class: "why" },
        spoken(sentence(one.why)),
        " ",
        el("span", { class: "todo" }, spoken(sentence(one.ask))),
      ),
    );
  }
  return el("div", { class: "because" }, parts);
}

/** With a capital and a full stop, where it has no end of its own. */
const sentence = (text) => capitalised(/[.?!”"]$/.test(text) ? text : `${text}.`);

function factRow(fact) {
  const join = (...parts) => parts.filter((part) => part !== undefined).join(" ");
  const normal = fact.normalised
    ? el("span", { class: "normalised" }, "= ", bdi(join(fact.normalised.value, fact.normalised.unit)))
    : null;
  const { window } = fact;
  // Of what lasts, the first day says little.
  const edge = fact.from ? undefined : window?.days_to_edge;
  const inside =
    edge === undefined
      ? ""
      : edge < 0
        ? `, ${-edge} days outside`
        : edge === 0
          ? ", on its edge"
          : `, ${edge} days inside`;
  const span =
    window && [window.from, window.to].some((end) => end)
      ? ` (${[window.from, window.to].map((end) => end ?? "…").join(" to ")})`
      : "";
  const words =
    window && (window.text || span) ? el("span", { class: "window" }, bdi(window.text), `${span}${inside}`) : null;
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, bdi(fact.label)),
    el("td", { class: "value" }, fact.value === undefined ? null : bdi(join(fact.value, fact.unit)), normal),
    el("td", { class: "when" }, whenSentence(fact), words),
    el(
      "td",
      { class: "source" },
      fact.source ? bdi(fact.source) : null,
      (fact.remarks ?? []).map((remark) => el("span", { class: "remark" }, spoken(remark))),
    ),
  );
}

/** `on 2011-06-28`, `since 2001-05`; empty where no date is known. */
function whenSentence({ on, from, to }) {
  if (on && from) return `on ${on}, counted from ${from}`;
  if (on) return `on ${on}`;
  if (from && to) return to.endsWith(" or later") ? `from ${from}, its end not recorded` : `from ${from} to ${to}`;
  if (from) return `since ${from}`;
  return to ? `until ${to}` : "";
}

/** `is not in 7.5 to 9.5 %, off by 0.1 %` */
function testSentence({ test, unit, margin }, truth) {
  const tail = unit === undefined ? "" : ` ${unit}`;
  if (test.startsWith("differs ")) {
    const words = { true: "differs", false: "is not what is allowed: differs", unknown: "may or may not differ" }[
      truth
    ];
    return `${words} ${test.slice("differs ".length)}`;
  }
  const isEnd = test.startsWith("ends ");
  const bare = test.replace(/^(ends|is) /, "");
  const verb = isEnd
    ? { true: "ends", false: "does not end", unknown: "may or may not end" }[truth]
    : { true: "is", false: "is not", unknown: "may or may not be" }[truth];
  let far = "";
  if (margin !== undefined && truth === FALSE)
    far = margin.startsWith("-") ? `, off by ${margin.slice(1)}${tail}` : ", exactly at the limit";
  if (margin !== undefined && truth === TRUE)
    far = margin === "0" ? ", exactly at the limit" : `, ${margin}${tail} from the limit`;
  return `${verb} ${bare}${far}`;
}

/** Everything that is recorded, for print. */
function recordTable(record, words, document) {
  const rows = [];
  const row = (what, value, when, source) =>
    rows.push(
      el(
        "tr",
        {},
        el("th", { scope: "row" }, bdi(what)),
        el("td", {}, bdi(value)),
        el("td", {}, when),
        el("td", {}, bdi(source ?? "")),
      ),
    );
  const { person } = record;
  for (const [key, label] of Object.entries({ sex: "Sex", born: "Date of birth", country: "Country", arm: "Arm" }))
    if (person[key]) row(label, person[key], "");
  for (const one of record.measurements ?? []) {
    const normal = one.low || one.high ? ` (normal ${written(one.low) || "…"} to ${written(one.high) || "…"})` : "";
    const name = words.findMeasure(one.measure);
    row(
      name ? labelIn(document.measures, name) : one.measure,
      `${written(one.value)} ${one.unit ?? ""}${normal}`,
      `on ${one.on}`,
      one.source,
    );
  }
  const labelOf = (written) => {
    const name = words.findThing(written);
    return name === undefined
      ? written
      : ([document.concepts, document.events, document.visits]
          .map((table) => declared(table, name)?.label)
          .find((one) => one) ?? name);
  };
  for (const list of LISTS) {
    for (const one of record[list] ?? []) {
      const dose = one.dose ? `${written(one.dose.value)} ${one.dose.unit ?? ""}` : "";
      const details = Object.entries({ ...one.qualifiers, ...one.attributes }).map(
        ([key, value]) => `${spaced(key)}: ${written(value)}`,
      );
      row(
        labelOf(one.name || one.code || one.text || ""),
        [dose || "yes", ...details].join(", "),
        whenSentence(one),
        one.source,
      );
    }
  }
  const period = ({ from, to }) => whenSentence({ from, to }) || "ever";
  for (const one of record.absences ?? []) row(labelOf(one.name), "none", period(one));
  for (const one of record.coverage ?? []) row(labelOf(one.of), "all are listed", period(one));
  for (const [key, answer] of Object.entries(record.answers ?? {})) row(`Answer to ${key}`, answer, "");
  for (const [name, other] of Object.entries(record.persons ?? {}))
    rows.push(
      el(
        "tr",
        {},
        el("th", { scope: "row" }, bdi(spaced(name))),
        el("td", { colspan: "3" }, recordTable(other, words, document)),
      ),
    );
  return el("table", { class: "recorded" }, el("tbody", {}, rows));
}
