// Days of a window, counted one by one: those with something or without it, in all or in the longest run.

Object.assign(Evaluator.prototype, {
  /** At least the days that surely count, and at most those that may. */
  daysCounted({ count, without, finding, window }, scope) {
    const days = this.days(window, scope);
    // Of a window that never was, or whose days contradict each other, that nothing happened in it shows nothing.
    if (days.isBackward || (without && days.isEmpty())) {
      return foundOf(new Amount(whole(0), null, scaleOfTime("day")), { lacking: days.missing });
    }
    const [widest, narrowest] = [days.widest(), days.narrowest()];
    const diary = days.isEmpty()
      ? { sure: [], possible: [], evidence: [], lacking: [...days.missing] }
      : this.diary(finding, days, scope);
    const surely = without ? betweenStretches(diary.possible, narrowest) : clippedTo(diary.sure, narrowest);
    const perhaps = without ? betweenStretches(diary.sure, widest) : clippedTo(diary.possible, widest);
    const [low, high] = [countedDays(surely, count), countedDays(perhaps, count)];
    // Nobody counts days without end.
    const isEndless = perhaps.some(([start, end]) => start === FIRST_DAY || end === LAST_DAY);
    const amount = new Amount(whole(low), isEndless ? null : whole(high), scaleOfTime("day"));
    const shown = amount.value() ? surely : perhaps;
    const run = count === "longest_run" ? longestOf(shown) : undefined;
    const evidence = [...(run ? [this.runShown(run, without, finding, days)] : []), ...diary.evidence];
    return foundOf(amount, { evidence, lacking: amount.value() ? [] : diary.lacking });
  },

  /** What the record says of the days around a window: those on which it surely was, and those on which it may have been. */
  diary(finding, days, scope) {
    const [sure, possible, evidence, lacking] = [[], [], [], [...days.missing]];
    let isUndated = false;
    for (const entry of scope.person.entries) {
      const meant = this.isMeant(entry, finding);
      if (both(meant.truth, days.touch(entry.start, entry.end)) === FALSE) continue;
      possible.push([entry.start.earliest, entry.end.latest]);
      evidence.push(this.entryShown(entry, finding, days));
      if (meant.truth !== TRUE) lacking.push(...meant.missing);
      else if (scope.person.isDenied(finding.name, this.words, entry)) lacking.push(contradicted(finding));
      else {
        sure.push([entry.start.latest, entry.end.earliest]);
        isUndated ||= !isExact(entry.start) || !isExact(entry.end);
      }
    }
    const silent = this.daysNotCovered(finding.name, scope, days.widest());
    const [words, when] = [this.findingLabel(finding.name), days.inWords()];
    const wasThere = this.wasThere(finding, words);
    if (silent.length) {
      const why = `not of every day ${when} is it known whether ${wasThere}`;
      const ask = `record every day with ${words} ${when}, and that these are all`;
      const found = missing("absence", finding.name, why, ask);
      const [from, to] = [silent[0][0], silent.at(-1)[1]];
      if (from !== FIRST_DAY) found.from = dayText(from);
      if (to !== LAST_DAY) found.by = dayText(to);
      lacking.push(found);
    }
    if (isUndated) {
      const why = `on which days ${wasThere} is only known in part`;
      lacking.push(missing("date", finding.name, why, `complete the dates of ${words}`));
    }
    return { sure, possible: [...possible, ...silent], evidence, lacking };
  },

  /** The days of a window on which it may have been and need not be in the record. */
  daysNotCovered(name, scope, [widestFirst, last]) {
    // Nothing was before birth.
    const first = Math.max(widestFirst, scope.person.born ? scope.person.born.earliest : FIRST_DAY);
    const edges = scope.person.covers.flatMap((cover) => [cover.from, dayAfter(cover.to)]);
    const starts = [...new Set([...edges.filter((day) => first < day && day <= last), first])].sort((a, b) => a - b);
    const ends = [...starts.slice(1).map(dayBefore), last];
    const parts = starts.map((start, place) => [start, ends[place]]).filter(([start, end]) => start <= end);
    return parts.filter(([start, end]) => !this.isCovered(name, scope, start, end));
  },

  runShown([start, end], without, finding, days) {
    const label = `longest run of days ${without ? "without" : "with"} ${this.findingLabel(finding.name)}`;
    const length = end - start + 1;
    const evidence = evidenceOf(finding.name, label, String(length));
    evidence.unit = length === 1 ? "day" : "days";
    [evidence.from, evidence.to] = [dayText(start), dayText(end)];
    const shown = days.shown(null);
    if (shown) evidence.window = shown;
    return evidence;
  },
});

/** The parts of the stretches of days that lie in a window, in order, joined where they meet. */
function clippedTo(stretches, [first, last]) {
  const inside = stretches.map(([start, end]) => [Math.max(start, first), Math.min(end, last)]);
  const sorted = inside.filter(([start, end]) => start <= end).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined = [];
  for (const [start, end] of sorted) {
    const before = joined.at(-1);
    if (before && start <= dayAfter(before[1])) before[1] = Math.max(before[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** What the stretches leave free in a window. */
const betweenStretches = (stretches, window) => gapsIn(clippedTo(stretches, window), ...window);

function countedDays(stretches, count) {
  const lengths = stretches.map(([start, end]) => end - start + 1);
  return count === "all" ? lengths.reduce((sum, length) => sum + length, 0) : Math.max(0, ...lengths);
}

/** The first of the longest; undefined where there is none. */
function longestOf(stretches) {
  const most = countedDays(stretches, "longest_run");
  return stretches.find(([start, end]) => end - start + 1 === most);
}
