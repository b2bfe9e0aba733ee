// Findings, exposures, procedures and events: whether they were there, how often, and whether it is known that they were not.

/** Qualifiers that deny each other. */
const OPPOSITES = [
  ["symptomatic", "asymptomatic"],
  ["treated", "untreated"],
  ["controlled", "uncontrolled"],
];
const DEEPEST_CLASS = 16;

Object.assign(Evaluator.prototype, {
  /** Whether an entry is what a finding means: its name, its qualifiers, its attributes. */
  isMeant(entry, finding) {
    const { name } = finding;
    const is = (of) => entry.names.some((one) => this.words.isA(one, of));
    if (finding.other_than.some(is)) return { truth: FALSE, missing: [] };
    const open = [];
    const truths = [UNKNOWN];
    if (is(name)) truths[0] = TRUE;
    else if (entry.names.some((one) => this.words.isA(name, one))) {
      const why = `\`${entry.names[0]}\` is recorded, which may be \`${name}\` or something else`;
      open.push(missing("detail", name, why, `record whether it was \`${name}\``));
    } else if (entry.perhaps.some((one) => this.words.isA(one, name))) open.push(perhapsMeant(name, entry));
    else return { truth: FALSE, missing: [] };
    // It may be one of those that do not count.
    const other = finding.other_than.find((of) => entry.perhaps.some((one) => this.words.isA(one, of)));
    if (other !== undefined && truths[0] === TRUE) {
      open.push(perhapsMeant(other, entry));
      truths[0] = UNKNOWN;
    }
    if (truths[0] === TRUE) {
      const others = finding.other_than.filter((of) => !this.isAnother(entry, name, of));
      if (others.length) {
        open.push(perhapsAnother(name, others, entry));
        truths[0] = UNKNOWN;
      }
    }
    const test = (truth, what) => {
      if (truth === UNKNOWN) open.push(unsaid(name, entry, what));
      truths.push(truth);
    };
    for (const qualifier of finding.qualifiers) test(saidOf(entry, qualifier), spaced(qualifier));
    for (const one of finding.with) test(...attributeTest(entry, one));
    const truth = allOf(truths);
    const unsure = entry.entry.unsure ?? null;
    if (truth === TRUE && unsure !== null && !finding.qualifiers.includes("suspected")) {
      const ask = `confirm \`${name}\`, or rule it out`;
      return { truth: UNKNOWN, missing: [missing("detail", name, `\`${name}\` is not certain: ${unsure}`, ask)] };
    }
    return { truth, missing: truth === UNKNOWN ? open : [] };
  },

  /** Whether an entry of a class is known to be something else: it is said, another name that it has says so, or its code does. */
  isAnother({ otherThan, names, codes }, of, other) {
    const { words } = this;
    return (
      otherThan.some((said) => words.isA(other, said)) ||
      names.some((name) => name !== of && words.isA(name, of) && words.areApart(name, other)) ||
      codes.some((code) => words.isOtherCode(code, of, other))
    );
  },

  occurs(finding, mode, window, scope) {
    return this.forEachChoice([], [window], scope, (scope) => {
      const days = this.days(window, scope);
      if (days.isNever) return known(FALSE, days.missing.map(neverShown));
      if (days.isBackward) return unknownFor(days.missing);
      if (days.isEmpty()) return known(FALSE);
      const outcome =
        mode === "throughout" ? this.throughout(finding, days, scope) : this.somewhere(finding, mode, days, scope);
      if (outcome.truth === UNKNOWN) outcome.missing.push(...days.missing);
      return outcome;
    });
  },

  somewhere(finding, mode, days, scope) {
    const unsure = outcomeOf(UNKNOWN);
    for (const entry of scope.person.entries) {
      const meant = this.isMeant(entry, finding);
      const when = timeOf(entry, mode, days);
      const truth = both(meant.truth, when);
      if (truth === FALSE) continue;
      const shown = this.entryShown(entry, finding, days);
      // Another entry may say the same and be denied by nobody.
      const isDenied = truth === TRUE && scope.person.isDenied(finding.name, this.words, entry);
      if (truth === TRUE && !isDenied) return known(TRUE, [shown]);
      unsure.evidence.push(shown);
      if (isDenied) {
        unsure.missing.push(contradicted(finding));
        continue;
      }
      unsure.missing.push(...meant.missing);
      if (when === UNKNOWN && days.missing.length === 0) unsure.missing.push(undated(finding, entry, days));
    }
    if (unsure.evidence.length) return unsure;
    if (this.isCovered(finding.name, scope, ...days.widest())) return known(FALSE, [this.absenceShown(finding, days)]);
    return unknownFor([this.notCovered(finding, days, scope)]);
  },

  /** On every day of the window, by one entry or by several that follow each other. */
  throughout(finding, days, scope) {
    const [sure, perhaps, shown, open] = [[], [], [], []];
    for (const entry of scope.person.entries) {
      const meant = this.isMeant(entry, finding);
      if (meant.truth === FALSE || days.touch(entry.start, entry.end) === FALSE) continue;
      shown.push(this.entryShown(entry, finding, days));
      perhaps.push([entry.start.earliest, entry.end.latest]);
      if (meant.truth === TRUE) sure.push([entry.start.latest, entry.end.earliest]);
      else open.push(...meant.missing);
    }
    // What is asked of every day is asked of the days since birth.
    const born = scope.person.born ?? exactDay(FIRST_DAY);
    const [widestFrom, to] = days.widest();
    const from = Math.max(widestFrom, born.earliest);
    if (from <= to && fills(sure, from, to)) return known(TRUE, shown);
    const [narrowFrom, last] = days.narrowest();
    const first = Math.max(narrowFrom, born.latest);
    // One day is enough that surely belongs to the window and surely was without.
    const starts = scope.person.covers.map((cover) => cover.from);
    const bareDays = gapsIn(perhaps, first, last).flatMap(([start, end]) => [
      start,
      ...starts.filter((day) => day >= start && day <= end),
    ]);
    const bare = bareDays.find((day) => this.isCovered(finding.name, scope, day, day));
    if (bare !== undefined) return known(FALSE, [...shown, { ...this.absenceShown(finding, days), on: dayText(bare) }]);
    if (open.length === 0 && days.missing.length === 0) open.push(this.notCovered(finding, days, scope));
    return unknownFor(open, shown);
  },

  /** Whether nothing of this name can be absent from the record on these days. A closed list is covered where each member is. */
  isCovered(name, scope, from, to, depth = 0) {
    const concept = declared(this.document.concepts, name);
    const isOpen = concept?.open_list ?? false;
    if (scope.person.isCovered(name, isOpen, this.words, from, to)) return true;
    if (!concept || depth >= DEEPEST_CLASS || isOpen || concept.members.length === 0) return false;
    return concept.members.every((member) => this.isCovered(member, scope, from, to, depth + 1));
  },

  /** That it was there, in words that fit one thing, several and a class. */
  wasThere({ name, domain }, words) {
    const isClass = Boolean(declared(this.document.concepts, name)?.members.length);
    switch (domain) {
      case "drug_class":
        return `the person received any of ${words}`;
      case "drug":
        return isClass ? `the person received any of ${words}` : `the person received ${words}`;
      case "event":
        return `${words} took place`;
      default:
        return `the person had ${words}`;
    }
  },

  notCovered(finding, days, scope) {
    const qualified = finding.qualifiers.map((one) => `${spaced(one)} `).join("") + this.findingLabel(finding.name);
    const wasThere = this.wasThere(finding, qualified);
    const when = days.inWords() && ` ${days.inWords()}`;
    const [from, to] = days.widest();
    const knownUntil = scope.person.knownUntil(finding.name, this.words, from);
    const until = knownUntil !== null && knownUntil < to ? knownUntil : null;
    const why =
      until === null
        ? `nothing says whether ${wasThere}`
        : `nothing is recorded about ${qualified} after ${dayText(until)}`;
    const ask = `record whether ${wasThere}${when}, also where the answer is no`;
    const found = missing("absence", finding.name, why, ask);
    const begin = until === null ? from : dayAfter(until);
    if (begin !== FIRST_DAY) found.from = dayText(begin);
    if (to !== LAST_DAY) found.by = dayText(to);
    return found;
  },

  entryShown(recorded, finding, days) {
    const { entry, names } = recorded;
    const name = names[0] ?? finding.name;
    const evidence = evidenceOf(name, names.length ? this.findingLabel(name) : (entry.text ?? "something"));
    if (entry.dose) {
      evidence.value = numberText(recordedNumber(entry.dose.value));
      if (isText(entry.dose.unit)) evidence.unit = entry.dose.unit;
    }
    for (const key of ["on", "from", "to"]) if (isText(entry[key])) evidence[key] = entry[key];
    const window = days.shown(rangeOf(entry.on) ?? rangeOf(entry.from));
    if (window) evidence.window = window;
    if (isText(entry.source)) evidence.source = entry.source;
    const words = { yes: (one) => one, no: (one) => `not ${one}`, unknown: (one) => `${one}: unknown` };
    const qualifiers = Object.entries(entry.qualifiers ?? {}).sort(([a], [b]) => byCodePoint(a, b));
    if (qualifiers.length) evidence.remarks = qualifiers.map(([qualifier, answer]) => words[answer](spaced(qualifier)));
    return evidence;
  },

  absenceShown(finding, days) {
    const evidence = evidenceOf(finding.name, this.findingLabel(finding.name), "none");
    const window = days.shown(null);
    return window ? { ...evidence, window } : evidence;
  },

  /** How often it occurred: at least as often as it is recorded, and no more where nothing is missing. */
  count({ finding, mode, window }, scope) {
    const days = this.days(window, scope);
    let [sure, perhaps] = [0, 0];
    const [evidence, lacking] = [[], [...days.missing]];
    for (const entry of scope.person.entries) {
      const meant = this.isMeant(entry, finding);
      const truth = both(meant.truth, timeOf(entry, mode, days));
      if (truth === FALSE) continue;
      const isDenied = truth === TRUE && scope.person.isDenied(finding.name, this.words, entry);
      if (truth === TRUE && !isDenied) sure += 1;
      else {
        perhaps += 1;
        lacking.push(...(isDenied ? [contradicted(finding)] : meant.missing));
      }
      evidence.push(this.entryShown(entry, finding, days));
    }
    const isCovered = !days.isBackward && (days.isEmpty() || this.isCovered(finding.name, scope, ...days.widest()));
    const words = this.findingLabel(finding.name);
    const wasThere = this.wasThere(finding, words);
    if (!isCovered) {
      const times = sure === 1 ? "once" : `${sure} times`;
      const why = sure
        ? `that ${wasThere} is recorded ${times}, and nothing says that this is all`
        : `nothing says how often ${wasThere}`;
      const ask = `record each time that ${wasThere} ${days.inWords()}, and that these are all`;
      lacking.push(missing("absence", finding.name, why, ask));
    } else if (perhaps > 0 && lacking.length === 0) {
      const why =
        perhaps === 1
          ? `whether one of the times that ${wasThere} counts depends on its dates`
          : `whether ${perhaps} of the times that ${wasThere} count depends on their dates`;
      lacking.push(missing("date", finding.name, why, `complete the dates of ${words}`));
    }
    return foundOf(new Amount(whole(sure), isCovered ? whole(sure + perhaps) : null, NUMBER), { evidence, lacking });
  },
});

/** A qualifier or attribute that a record does not mention. */
function unsaid(finding, { entry }, what) {
  const day = entry.on ?? entry.from;
  const of = isText(day) ? ` of ${day}` : "";
  const why = `whether the recorded \`${finding}\`${of} was ${what} is not said`;
  return missing("detail", finding, why, `record whether the \`${finding}\`${of} was ${what}`);
}

/** An entry whose code the protocol does not list, or that is recorded as something broader. */
function perhapsMeant(name, { entry, codes: [code] }) {
  if (entry.perhaps?.length) {
    const day = entry.on ?? entry.from;
    const on = isText(day) ? ` of ${day}` : "";
    const why = `something broader is recorded${on}, which may be \`${name}\` or something else`;
    return missing("detail", name, why, `record whether this was \`${name}\``);
  }
  const text = entry.text ?? null;
  let recorded = "something is recorded, and not what it was";
  if (text !== null && code) recorded = `“${text}” (${code}) is recorded, a code that the protocol does not list`;
  else if (text !== null) recorded = `“${text}” is recorded, without a code`;
  const ask = `settle whether ${code ? `${code} is` : "this was"} \`${name}\``;
  return missing("detail", name, `${recorded}: whether it is \`${name}\` is open`, ask);
}

/** It is recorded, and so is its absence. */
function contradicted({ name }) {
  const why = `\`${name}\` is recorded, and so is that there was none`;
  return missing("contradiction", name, why, `settle whether \`${name}\` is rightly recorded or rightly denied`);
}

/** An entry that names a class, of which some do not count. */
function perhapsAnother(name, others, { entry, names }) {
  const day = entry.on ?? entry.from;
  const on = isText(day) ? ` of ${day}` : "";
  const recorded = names[0] ?? name;
  const left = others.map((other) => `\`${other}\``).join(" or ");
  const why = `\`${recorded}\`${on} is recorded, which may be ${left}: this does not count as \`${name}\` here`;
  return missing("detail", name, why, `record which \`${recorded}\`${on} it was, or that it was other than ${left}`);
}

/** An anchor that is known never to have been. */
function neverShown({ item, why }) {
  return { ...evidenceOf(item, item, "never"), remarks: [why] };
}

/** Whether the time of an entry is the one that is asked for. */
function timeOf(entry, mode, days) {
  switch (mode) {
    case "started":
      return days.hold(entry.start);
    case "ended":
      return entry.isOngoing ? FALSE : days.hold(entry.end);
    default:
      return days.touch(entry.start, entry.end);
  }
}

function undated({ name }, { entry }, days) {
  const dates = [entry.on, entry.from, entry.to].filter(isText);
  const recorded = dates.length ? `only as ${dates.join(" to ")}` : "without a date";
  const why = `\`${name}\` is recorded ${recorded}, which does not settle whether it was ${days.inWords()}`;
  return missing("date", name, why, `record the full dates of \`${name}\``);
}

function saidOf({ entry }, qualifier) {
  const qualifiers = entry.qualifiers ?? {};
  const said = (name) => ({ yes: TRUE, no: FALSE })[Object.hasOwn(qualifiers, name) ? qualifiers[name] : ""] ?? UNKNOWN;
  const pair = OPPOSITES.find((pair) => pair.includes(qualifier));
  const itself = said(qualifier);
  const opposite = pair ? said(pair.find((one) => one !== qualifier)) : UNKNOWN;
  if (itself === UNKNOWN) return notTruth(opposite);
  return itself === opposite ? UNKNOWN : itself;
}

/** Whether an entry's attribute passes, and what to ask when it is not recorded. */
function attributeTest({ entry }, { test, attribute, operator, value }) {
  const attributes = entry.attributes ?? {};
  const recorded = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  if (test === "ordinal") {
    const what = `of ${attribute} ${SYMBOLS[operator]} ${value}`;
    const written = recorded instanceof JsonNumber ? recorded.text : isText(recorded) ? recorded.trim() : "";
    if (!/^[-+]?[0-9]{1,18}$/.test(written)) return [UNKNOWN, what];
    return [Amount.exact(whole(BigInt(written.replace("+", "")))).compare(operator, Amount.exact(whole(value))), what];
  }
  const what = spaced(attribute);
  if (typeof recorded === "boolean") return [truthOf(recorded), what];
  const word = isText(recorded) ? recorded.toLowerCase() : "";
  if (word === "yes" || word === "true") return [TRUE, what];
  return [word === "no" || word === "false" ? FALSE : UNKNOWN, what];
}

/** The stretches of days from `first` to `last` that none of the intervals touches. */
function gapsIn(intervals, first, last) {
  const gaps = [];
  let next = first;
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (next > last) return gaps;
    if (start > next) gaps.push([next, Math.min(last, dayBefore(start))]);
    if (end >= last) return gaps;
    next = Math.max(next, dayAfter(end));
  }
  if (next <= last) gaps.push([next, last]);
  return gaps;
}
