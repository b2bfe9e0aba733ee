// Building the page. Everything that a protocol or a record says becomes text, never mark-up.

let ids = 0;
const newId = () => `field-${(ids += 1)}`;

/** An element with attributes and what is inside: elements, texts, or nothing. */
function el(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

/** Words of a protocol or a record: their direction is their own. */
const bdi = (text) => el("bdi", {}, text);
