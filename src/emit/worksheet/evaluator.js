// What a rule means for one person, with three truth values and nothing guessed. The meaning is that of src/eligibility/evaluate;
// tests/oracles/worksheet.sh holds the two against each other.

const ASKED = {
  attested: (by) => `ask the ${by} to attest`,
  agreed: (by) => `ask the ${by} to agree`,
  approved: (by) => `ask the ${by} to approve`,
  declined: (by) => `ask whether the ${by} declines`,
};

/** What surrounds a rule while it is evaluated. */
class Scope {
  constructor(person, { day = null, leaf = null, bound = [] } = {}) {
    this.person = person;
    /** Only this day counts (while the first day is sought on which something holds). */
    this.day = day;
    /** Inside the formula of a derived quantity: which values its leaves take. */
    this.leaf = leaf;
    /** The choices made so far: `{ key, need, bound }`. */
    this.bound = bound;
  }

  with(changes) {
    const { person, day, leaf, bound } = { ...this, ...changes };
    return new Scope(person, { day, leaf, bound });
  }

  find(need) {
    const key = keyOf(need);
    return this.bound.findLast((one) => one.key === key)?.bound;
  }

  bind(need, bound) {
    return this.with({ bound: [...this.bound, { key: keyOf(need), need, bound }] });
  }

  /** The selector and window of a measured value: those of the derived quantity for a leaf that has none. */
  leafOf(select, window) {
    if (this.leaf && !window.from && !window.to) return [this.leaf.select, this.leaf.window];
    return this.leaf && select === "latest" ? [this.leaf.select, window] : [select, window];
  }

  /** The result that a comparison uses for this measure, whichever term chose it. */
  resultOf(measure) {
    return this.bound.findLast(({ need }) => need.measure === measure)?.bound;
  }
}

class Evaluator {
  /** Everything that one run of a rule looks at. */
  constructor({ document, words, units, person, decision, arm, asOf }) {
    Object.assign(this, { document, words, units, person, decision, arm, asOf });
    this.choices = new Choices();
    /** Events that have not happened, and the day that was taken for them. */
    this.awaited = new Map();
    /** Anchors that are being looked for, so that a circle of them ends. */
    this.lookingFor = [];
  }

  clause(clause, scope) {
    const { text } = clause;
    const each = () => clause.of.map((part) => this.clause(part, scope));
    const alike = (parts, truth) => parts.filter((part) => part.truth === truth);
    const truths = (parts) => parts.map((part) => part.truth);
    switch (clause.rule) {
      case "all": {
        const parts = each();
        const truth = allOf(truths(parts));
        return node(text, truth, alike(parts, truth));
      }
      case "any": {
        const parts = each();
        const truth = anyOf(truths(parts));
        return node(text, truth, alike(parts, truth));
      }
      case "not": {
        const part = this.clause(clause.of, scope);
        return node(text, notTruth(part.truth), [part]);
      }
      case "count": {
        const parts = each();
        const truth = countOf(truths(parts), clause.low, clause.high);
        return node(text, truth, truth === UNKNOWN ? alike(parts, truth) : parts);
      }
      case "choose":
        return this.choose(clause, scope);
      case "of_person": {
        const other = scope.person.others.get(clause.person);
        if (other) {
          const part = this.clause(clause.of, scope.with({ person: other }));
          return node(text, part.truth, [part]);
        }
        const why = `nothing is recorded of the other person (\`${clause.person}\`)`;
        const ask = `record what is known of \`${clause.person}\`: ${clause.of.text}`;
        return leaf(text, unknownFor([missing("attribute", clause.person, why, ask)]));
      }
      case "compare":
        return leaf(text, this.compare(clause.left, clause.operator, clause.right, clause.unit, scope));
      case "between":
        return leaf(text, this.between(clause.value, clause.low, clause.high, clause.unit, scope));
      case "is":
        return leaf(text, this.isOneOf(clause.value, clause.one_of, scope));
      case "occurs":
        return leaf(text, this.occurs(clause.finding, clause.mode, clause.window, scope));
      case "steady":
        return leaf(text, this.steady(clause.measure, clause.tolerance, clause.reference, scope));
      case "trend":
        return leaf(text, this.trend(clause, scope));
      case "attested":
        return leaf(
          text,
          this.answer(clause.key, `${ASKED[clause.verb](spaced(clause.by))}: ${clause.question}`, scope),
        );
      case "text":
        return leaf(
          text,
          this.answer(clause.key, `answer by hand whether this holds: ${text} (${clause.because})`, scope),
        );
      default:
        throw new Error(`the rules hold a \`${clause.rule}\`, which this page does not know`);
    }
  }

  choose(clause, scope) {
    const condition = this.clause(clause.condition, scope);
    if (condition.truth !== UNKNOWN) {
      const branch = this.clause(condition.truth === TRUE ? clause.then : clause.otherwise, scope);
      return node(clause.text, branch.truth, [branch, condition]);
    }
    const branches = [this.clause(clause.then, scope), this.clause(clause.otherwise, scope)];
    const truth = commonOf(branches.map((branch) => branch.truth));
    if (truth !== UNKNOWN) return node(clause.text, truth, branches);
    return node(clause.text, truth, [...branches.filter((branch) => branch.truth === UNKNOWN), condition]);
  }

  answer(key, ask, scope) {
    // Whoever answers, the answer is kept with the participant's record.
    const answers = [scope.person.answers, this.person.answers];
    const answer = answers.find((one) => Object.hasOwn(one, key))?.[key];
    if (answer === "yes" || answer === "no") {
      return known(truthOf(answer === "yes"), [evidenceOf(key, `${key} answered`, answer)]);
    }
    const why = answer === undefined ? `\`${key}\` has not been answered` : `\`${key}\` was answered with unknown`;
    return unknownFor([missing("answer", key, why, ask)]);
  }

  measure(name) {
    return declared(this.document.measures, name);
  }

  measureLabel(name) {
    return labelIn(this.document.measures, name);
  }

  findingLabel(name) {
    return labelIn(Object.hasOwn(this.document.concepts, name) ? this.document.concepts : this.document.events, name);
  }
}
