// From a record to verdicts: each criterion in every combination of tied values, the worst one standing.

/** Beyond so many combinations of tied values a criterion is unknown. */
const MOST_COMBINATIONS = 1000;
const FROM_WORST = ["not_met", "unknown", "met"];

function statusOf(kind, truth) {
  if (truth === UNKNOWN) return "unknown";
  return (truth === TRUE) === (kind === "include") ? "met" : "not_met";
}

/** The rules of a trial, ready to screen records. */
class Screener {
  constructor({ document, units, order }) {
    this.document = document;
    this.order = order;
    this.words = new Vocabulary(document);
    this.units = new Units(units);
  }

  /** The verdicts for one record; `asOf` (a day's number, or null) is taken for events still to come. */
  screen(record, asOf) {
    const person = new Person(record, this.words, asOf);
    return {
      decisions: this.order.map(({ decision, criteria }) =>
        this.decide(this.document.decisions[decision], criteria, record, person, asOf),
      ),
      unused: person.unused,
    };
  }

  decide(decision, codes, record, person, asOf) {
    const arms = this.armsInQuestion(decision, record);
    const awaited = new Map();
    const lines = [];
    const byArm = new Map(arms.map((arm) => [arm, []]));
    for (const code of codes) {
      const criterion = decision.criteria[code];
      const isOfArms = criterion.arms.length > 0;
      const judge = (arm) => {
        const [line, waiting] = this.judge(code, criterion, decision, person, arm, asOf);
        for (const [event, day] of waiting) awaited.set(event, day);
        if (isOfArms) line.arm = arm;
        lines.push(line);
        return line;
      };
      if (!isOfArms) {
        const line = judge(record.person?.arm ?? null);
        for (const own of byArm.values()) own.push(line);
        continue;
      }
      const concerned = arms.filter((arm) => criterion.arms.includes(arm));
      for (const arm of concerned) byArm.get(arm).push(judge(arm));
      if (concerned.length === 0) lines.push(lineOf(code, criterion, "not_applicable"));
    }
    return summedUp(decision, lines, byArm, awaited);
  }

  /** Whether the same record is eligible for a decision on another day. */
  isEligibleOn(event, record, day) {
    const { criteria } = this.order.find((one) => one.decision === event);
    const person = new Person(record, this.words, day);
    return this.decide(this.document.decisions[event], criteria, record, person, day).verdict === "eligible";
  }

  /** The person's own arm, or all that are open at the decision; none where no criterion is limited to arms. */
  armsInQuestion(decision, record) {
    if (Object.values(decision.criteria).every((criterion) => criterion.arms.length === 0)) return [];
    const own = record.person?.arm ?? null;
    if (own !== null) return [own];
    const allocations = Object.values(this.document.allocations).filter(({ at }) => at === decision.event);
    const open = allocations.flatMap(({ arms }) => arms);
    return open.length ? [...new Set(open)] : Object.keys(this.document.arms);
  }

  /** One criterion for one person and arm. */
  judge(code, criterion, decision, person, arm, asOf) {
    const { document, words, units } = this;
    const evaluator = new Evaluator({ document, words, units, person, decision: decision.event, arm, asOf });
    const line = lineOf(code, criterion, "unknown");
    const ties = [];
    let [worst, decides, isComplete] = [null, false, false];
    for (let run = 0; run < MOST_COMBINATIONS && !isComplete; run += 1) {
      const trace = evaluator.clause(criterion.rule, new Scope(person));
      const status = statusOf(criterion.kind, trace.truth);
      pushNew(
        ties,
        evaluator.choices.path.map((choice) => choice.tie),
      );
      decides ||= worst !== null && worst.status !== status;
      if (!worst || FROM_WORST.indexOf(status) < FROM_WORST.indexOf(worst.status)) worst = { status, trace };
      isComplete = !evaluator.choices.advance();
    }
    line.status = worst.status;
    line.because = becauseOf(worst.trace);
    if (!isComplete && line.status !== "not_met") {
      const why = `more than ${MOST_COMBINATIONS} combinations of values of the same days`;
      const open = missing("value", code, why, "keep one value of each day");
      line.status = "unknown";
      line.because = [{ clause: criterion.rule.text, truth: UNKNOWN, missing: [open] }];
    }
    if (ties.length) line.ties = ties.map((tie) => ({ ...tie, decides }));
    return [line, evaluator.awaited];
  }
}

function lineOf(code, criterion, status) {
  const { kind, prose, computability } = criterion;
  return { code, kind, prose, computability, status, because: [] };
}

/** The parts of the rule that decided. */
function becauseOf(trace) {
  const because = [];
  for (const { clause, truth, outcome } of leavesOf(trace)) {
    const part = { clause, truth };
    if (outcome.compared) part.compared = outcome.compared;
    if (outcome.evidence.length) part.evidence = outcome.evidence;
    if (outcome.missing.length) part.missing = outcome.missing;
    pushNew(because, [part]);
  }
  return because;
}

function verdictOf(lines) {
  const of = (status) => [...new Set(lines.filter((line) => line.status === status).map((line) => line.code))];
  const [reasons, open] = [of("not_met"), of("unknown")];
  return { verdict: reasons.length ? "ineligible" : open.length ? "undetermined" : "eligible", reasons, open };
}

function summedUp(decision, criteria, byArm, awaited) {
  const overall = verdictOf(criteria);
  const arms = [...byArm].map(([arm, lines]) => ({ arm, ...verdictOf(lines) }));
  // Over all open arms: eligible when the person is for at least one of them.
  const best = ["eligible", "undetermined", "ineligible"].find((verdict) =>
    arms.some((arm) => arm.verdict === verdict),
  );
  const awaiting = [...awaited]
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([event, day]) => ({ event, taken_as: dayText(day) }));
  return {
    decision: decision.event,
    label: decision.label,
    verdict: best ?? overall.verdict,
    provisional: awaiting.length ? { awaiting } : null,
    arms,
    reasons: overall.reasons,
    open: overall.open,
    criteria,
    to_ask: toAsk(criteria),
  };
}

/** Every question once, with the criteria that wait for it. */
function toAsk(criteria) {
  const asks = [];
  for (const { code, because } of criteria.filter((line) => line.status === "unknown")) {
    for (const { kind, item, ask, from, by } of because.flatMap((part) => part.missing ?? [])) {
      const known = asks.find((one) => one.ask === ask && one.item === item);
      if (!known) asks.push({ kind, item, ask, ...(from && { from }), ...(by && { by }), criteria: [code] });
      else if (!known.criteria.includes(code)) known.criteria.push(code);
    }
  }
  return asks;
}
