// The live part of the page: each funnel has an order of its criteria and a switch for each; whatever is changed, all
// its numbers follow.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("counts").textContent);
  const below = data.suppressed_below;
  const LONGEST = 1000;
  const said = document.getElementById("said");

  const parts = [...document.querySelectorAll("section.part")].map((section) => {
    const decision = data.decisions[Number(section.dataset.decision)];
    const funnel = decision.funnels[Number(section.dataset.funnel)];
    const arm = funnel.arm === undefined ? null : decision.arms.findIndex((one) => one.name === funnel.arm);
    const part = { section, decision, question: questionOf(data, decision, arm), list: section.querySelector("ol.steps") };
    part.rows = () => [...part.list.querySelectorAll("li.step")];
    part.place = (row) => Number(row.dataset.criterion);
    part.code = (row) => decision.criteria[part.place(row)].code;
    part.isOn = (row) => row.querySelector("input").checked;
    part.reported = part.rows().map((row) => ({ row, on: part.isOn(row) }));
    return part;
  });

  function write(parent, field, text) {
    parent.querySelector(`[data-field="${field}"]`).textContent = text;
  }

  function draw(row, step, everybody) {
    const times = magnified(step.possible, everybody);
    for (const name of ["definite", "possible"]) {
      const length = barLength(step[name], everybody, times, LONGEST, 3);
      row.querySelector(`rect.${name}`).setAttribute("width", String(length));
    }
    write(row, "times", times > 1 ? `× ${shownNumber(times)}` : "");
  }

  function update(part) {
    const rows = part.rows();
    const on = rows.filter(part.isOn);
    const way = attrition(part.question, on.map(part.place));
    const { section } = part;
    for (const verdict of ["eligible", "undetermined", "ineligible"]) {
      const tile = section.querySelector(`.outcome .${verdict}`);
      write(tile, "count", shownCount(way[verdict], below));
      write(tile, "share", shownShare(way[verdict], way.everybody));
    }
    for (const row of rows) row.classList.toggle("off", !part.isOn(row));
    way.steps.forEach((step, at) => {
      const row = on[at];
      for (const name of ["definite", "possible"]) {
        write(row, name, shownCount(step[name], below));
        write(row, `${name}_share`, shownShare(step[name], way.everybody));
        write(row, `${name}_lost`, shownLost(step[`${name}_lost`], below));
      }
      draw(row, step, way.everybody);
    });
    for (const row of rows.filter((row) => !part.isOn(row))) {
      for (const name of ["definite", "possible"]) {
        for (const field of [name, `${name}_share`, `${name}_lost`]) write(row, field, "");
      }
      draw(row, { definite: { least: 0, most: 0 }, possible: { least: 0, most: 0 } }, way.everybody);
    }
    for (const line of section.querySelectorAll("table.costs tbody tr")) {
      const place = Number(line.dataset.criterion);
      const isOn = on.some((row) => part.place(row) === place);
      line.classList.toggle("off", !isOn);
      for (const name of COSTS) {
        const always = name === "not_met" || name === "unknown";
        write(line, name, isOn || always ? shownCount(way.costs[place][name], below) : "");
      }
    }
    const off = rows.length - on.length;
    const isReported = part.reported.every(({ row, on }, at) => rows[at] === row && part.isOn(row) === on);
    const changed = [];
    if (off > 0) changed.push(off === 1 ? "1 criterion is off" : `${off} criteria are off`);
    if (part.reported.some(({ row }, at) => rows[at] !== row)) changed.push("the order was changed");
    write(section, "state", isReported ? "As reported." : `Changed by the reader: ${changed.join("; ") || "criteria were switched on"}.`);
    section.classList.toggle("changed", !isReported);
    return way;
  }

  function say(part, before, way) {
    said.textContent = `${before}: ${shownCount(way.eligible, below)} eligible, ${shownCount(way.undetermined, below)} undetermined`;
  }

  function move(part, row, to) {
    const rows = part.rows();
    const at = Math.max(0, Math.min(rows.length - 1, to));
    if (rows.indexOf(row) === at) return;
    const before = rows.indexOf(row) > at ? rows[at] : rows[at].nextElementSibling;
    part.list.insertBefore(row, before);
    say(part, `${part.code(row)} is now number ${at + 1}`, update(part));
  }

  function arrange(part, rows, isOn) {
    for (const row of rows) {
      row.querySelector("input").checked = isOn(row);
      part.list.append(row);
    }
    say(part, "Arranged anew", update(part));
  }

  for (const part of parts) {
    part.list.addEventListener("change", (event) => {
      const row = event.target.closest("li.step");
      say(part, `${part.code(row)} is ${part.isOn(row) ? "on" : "off"}`, update(part));
    });
    part.list.addEventListener("keydown", (event) => {
      const grip = event.target.closest(".grip");
      if (!grip) return;
      const row = grip.closest("li.step"), rows = part.rows(), at = rows.indexOf(row);
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      move(part, row, to);
      grip.focus();
    });
    part.list.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest(".grip");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      grip.focus();
      const row = grip.closest("li.step");
      row.classList.add("held");
      // Followed on the document: a row that is moved in the list would lose its capture of the pointer.
      const follow = (moved) => {
        const rows = part.rows(), at = rows.indexOf(row);
        const middleOf = (other) => {
          const box = other.getBoundingClientRect();
          return box.top + box.height / 2;
        };
        let to = at;
        while (to > 0 && moved.clientY < middleOf(rows[to - 1])) to -= 1;
        while (to < rows.length - 1 && moved.clientY > middleOf(rows[to + 1])) to += 1;
        move(part, row, to);
      };
      const release = () => {
        row.classList.remove("held");
        document.removeEventListener("pointermove", follow);
        document.removeEventListener("pointerup", release);
        document.removeEventListener("pointercancel", release);
        grip.focus();
      };
      document.addEventListener("pointermove", follow);
      document.addEventListener("pointerup", release);
      document.addEventListener("pointercancel", release);
    });
    const button = (name, act) => part.section.querySelector(`button.${name}`).addEventListener("click", act);
    button("reported", () => {
      const on = new Map(part.reported.map(({ row, on }) => [row, on]));
      arrange(part, [...on.keys()], (row) => on.get(row));
    });
    button("costliest", () => {
      const rows = part.rows(), on = rows.filter(part.isOn);
      const order = costliestFirst(part.question, on.map(part.place));
      const sorted = order.map((place) => on.find((row) => part.place(row) === place));
      arrange(part, [...sorted, ...rows.filter((row) => !on.includes(row))], (row) => on.includes(row));
    });
    button("all", () => arrange(part, part.rows(), () => true));
    button("none", () => arrange(part, part.rows(), () => false));
  }

  // One funnel at a time, where there are several.
  const tabs = [...document.querySelectorAll("nav.parts button")];
  const show = (chosen) => tabs.forEach((tab, at) => {
    tab.setAttribute("aria-selected", String(at === chosen));
    tab.tabIndex = at === chosen ? 0 : -1;
    parts[at].section.hidden = at !== chosen;
  });
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => show(at));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined || !tabs[to]) return;
      event.preventDefault();
      show(to);
      tabs[to].focus();
    });
  });
  document.body.classList.add("live");
  parts.forEach(update);
  said.textContent = "";
  if (tabs.length > 0) show(0);
})();
