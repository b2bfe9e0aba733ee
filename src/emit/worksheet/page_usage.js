// What the rules ask for: the fields of the page.

const newUsage = () => ({
  measures: new Map(),
  findings: new Map(),
  answers: new Map(),
  attributes: new Set(),
  persons: new Map(),
});

/** Everything that the rules of a document mention, for the participant and for each other person. */
function usageOf(document, order) {
  const usage = newUsage();
  let prose = "";
  for (const { decision, criteria } of order) {
    for (const code of criteria) {
      const criterion = document.decisions[decision].criteria[code];
      prose = criterion.prose;
      gather(criterion.rule, usage, code);
    }
    if (Object.values(document.decisions[decision].criteria).some((criterion) => criterion.arms.length))
      usage.attributes.add("arm");
  }
  for (const event of Object.values(document.events)) if (event.when) gather(event.when, usage, "");
  return usage;

  function gather(clause, usage, code) {
    walkClause(clause, {
      clause: (part) => {
        if (part.rule === "attested" || part.rule === "text") usage.answers.set(part.key, { ...part, prose });
        if (part.rule !== "of_person") return true;
        if (!usage.persons.has(part.person)) usage.persons.set(part.person, newUsage());
        gather(part.of, usage.persons.get(part.person), code);
        return false;
      },
      term: (term) => {
        if (term.value === "attribute") usage.attributes.add(term.name);
        if (term.value === "age") usage.attributes.add("born");
        if (term.value === "table") usage.attributes.add(term.by === "age" ? "born" : term.by);
        if (term.value === "limit") measure(term.measure, usage, code).limits = true;
        if (term.value === "dose") finding(term.finding, usage, code).dose = true;
      },
      measure: (name) => measure(name, usage, code),
      finding: (one) => finding(one, usage, code),
    });
  }

  function measure(name, usage, code) {
    if (!usage.measures.has(name)) {
      usage.measures.set(name, { limits: false, codes: new Set() });
      const formula = declared(document.measures, name)?.formula_of;
      if (formula) gather({ rule: "is", value: formula }, usage, code);
    }
    const known = usage.measures.get(name);
    if (code) known.codes.add(code);
    return known;
  }

  function finding({ name, qualifiers, other_than, with: tests }, usage, code) {
    if (!usage.findings.has(name)) {
      const sets = { qualifiers: new Set(), others: new Set(), tests: new Set() };
      usage.findings.set(name, { ...sets, dose: false, codes: new Set() });
    }
    const known = usage.findings.get(name);
    other_than.forEach((one) => known.others.add(one));
    qualifiers.forEach((one) => known.qualifiers.add(one));
    tests.forEach((one) => known.tests.add(one.attribute));
    if (code) known.codes.add(code);
    return known;
  }
}
