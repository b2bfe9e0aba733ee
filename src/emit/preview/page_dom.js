function button(words, act, { kind = "", label } = {}) {
  return el("button", { type: "button", class: kind, "aria-label": label, onclick: act }, words);
}

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;
