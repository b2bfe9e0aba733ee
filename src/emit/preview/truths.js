// Truths about the answers of one record, as the book writes them.

/** ISO dates by what both of them tell. */
function inCommon(left, right) {
  const length = Math.min(left.length, right.length);
  const [a, b] = [left.slice(0, length), right.slice(0, length)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The answers of one record of a form. */
class Given {
  /** `time`: which time it is of a visit that takes place more than once, or null. */
  constructor(form, fields, visit, time, today) {
    Object.assign(this, { form, fields, visit, time, today });
  }

  has(field) {
    return Object.hasOwn(this.fields, field);
  }

  /** The field that an item is, or whose unit it is. */
  fieldOf(item) {
    return this.form.unitItems.get(item) ?? item;
  }

  text(item) {
    const of = this.form.unitItems.get(item);
    if (of !== undefined) return quantity(this.fields[of])?.unit ?? null;
    const value = this.has(item) ? this.fields[item] : null;
    if (typeof value === "string") return value;
    if (!(value instanceof JsonNumber)) return null;
    const number = readNumber(value.text);
    return number && toDecimal(number);
  }

  number(item) {
    const value = this.has(item) ? this.fields[item] : null;
    const number = value instanceof JsonNumber ? value : quantity(value)?.value;
    return number ? readNumber(number.text) : null;
  }

  answered(item) {
    const of = this.form.unitItems.get(item);
    return of === undefined ? this.has(item) : quantity(this.fields[of] ?? null) !== null;
  }

  compare({ left, right, what, operator }) {
    let order_ = null;
    if (what === "numbers") {
      const [a, b] = [this.number(left), this.number(right)];
      if (a && b) order_ = order(a, b);
    } else {
      const [a, b] = [this.text(left), this.text(right)];
      if (a !== null && b !== null) order_ = inCommon(a, b);
    }
    return order_ !== null && (operator === "less" ? order_ < 0 : order_ <= 0);
  }

  /** True, false, or null where only the day of today could tell, or the number of the time, which nobody has said. */
  holds(truth) {
    const [[kind, of]] = Object.entries(truth);
    switch (kind) {
      case "is":
        return of.one_of.includes(this.text(of.item));
      case "answered":
        return this.answered(of);
      case "number": {
        const value = this.number(of.item);
        return value !== null && equals(value, ruleNumber(of.value));
      }
      case "compare":
        return this.compare(of);
      case "same": {
        const [a, b] = [this.text(of.left), this.text(of.right)];
        return a !== null && a === b;
      }
      case "past": {
        if (this.today === null) return null;
        const date = this.text(of);
        return date !== null && inCommon(date, this.today) <= 0;
      }
      case "at_visit":
        return this.visit !== null && of.includes(this.visit);
      case "time":
        return this.time === null ? null : hasCycle({ cycles: of }, this.time);
      case "all": {
        const parts = of.map((part) => this.holds(part));
        return parts.includes(false) ? false : parts.includes(null) ? null : true;
      }
      case "any": {
        const parts = of.map((part) => this.holds(part));
        return parts.includes(true) ? true : parts.includes(null) ? null : false;
      }
      case "not": {
        const part = this.holds(of);
        return part === null ? null : !part;
      }
      default:
        throw new Error(`the book holds a truth \`${kind}\``);
    }
  }
}

/** Whether it asks for the day of today. */
function asksToday(truth) {
  const [[kind, of]] = Object.entries(truth);
  if (kind === "past") return true;
  if (kind === "all" || kind === "any") return of.some(asksToday);
  return kind === "not" && asksToday(of);
}

/** It speaks of visits and times only, not of answers. */
const isOfTime = (truth) => itemsOf(truth).length === 0;

/** Every item that a truth speaks of. */
function itemsOf(truth) {
  const [[kind, of]] = Object.entries(truth);
  switch (kind) {
    case "answered":
    case "past":
      return [of];
    case "is":
    case "number":
      return [of.item];
    case "compare":
    case "same":
      return [of.left, of.right];
    case "all":
    case "any":
      return of.flatMap(itemsOf);
    case "not":
      return itemsOf(of);
    default:
      return [];
  }
}
