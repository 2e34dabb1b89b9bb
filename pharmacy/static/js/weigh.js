// Over or under, while the value is typed or the balance sends it. The server decides; this only points.
// Whole micrograms, since 0.1 + 0.2 is not 0.3 in a browser.
const form = document.querySelector("[data-weigh]");
const field = form?.elements.namedItem("weighed");
const arrow = form?.querySelector("[data-arrow]");
const source = form?.elements.namedItem("source");
const WEIGHT = /^(?:[A-Z]{1,2}[, ]\s*){0,2}\+?\s*(\d{1,9})(?:\.(\d{1,6}))?\s*(mg|g|kg)?$/;
const MARKS = /^(?:[A-Z]{1,2}[, ]|[+-])/; // of a balance's line: the server knows it by them
const DIGITS = { mg: 3, g: 6, kg: 9 }; // of a microgram, behind the point
const BURST_MS = 40; // a balance types faster than people
const LEAST_KEYS = 4; // of a line; one key alone has no speed
let lastKeyAt = 0;
let slowest = 0;
let keys = 0;

function micro(text) {
  const found = WEIGHT.exec(text);
  if (!found) return null;
  const [, whole, part = "", unit = "mg"] = found;
  if (part.length > DIGITS[unit]) return null;
  return Number(whole + part.padEnd(DIGITS[unit], "0"));
}

function shown(amount) {
  return `${amount / 1000} ${form.dataset.unit}`;
}

function point() {
  const text = field.value.trim();
  const weighed = micro(text);
  const { low, high, target } = form.dataset;
  if (weighed === null) {
    arrow.textContent = text ? "not a weight yet" : "";
    arrow.dataset.is = "";
    return;
  }
  const away = Math.abs(weighed - micro(target));
  if (weighed < micro(low)) {
    arrow.textContent = `↑ add ${shown(away)}`;
    arrow.dataset.is = "under";
  } else if (weighed > micro(high)) {
    arrow.textContent = `↓ ${shown(away)} too much`;
    arrow.dataset.is = "over";
  } else {
    arrow.textContent = "✓ within the range";
    arrow.dataset.is = "within";
  }
}

// A line of which every letter came in one burst was sent by the balance; digits that a person typed, pasted or
// corrected are marked as typed. A line with a balance's marks from a slow one stays as the list says.
function timed(event) {
  if (event.key === "Enter") {
    const burst = slowest < BURST_MS && keys >= LEAST_KEYS && keys === field.value.length;
    const text = field.value.trim();
    if (text && source && burst) source.value = "balance";
    else if (text && source && !MARKS.test(text)) source.value = "typed";
    return;
  }
  if (event.key.length !== 1) return;
  keys = field.value ? keys + 1 : 1;
  slowest = field.value ? Math.max(slowest, event.timeStamp - lastKeyAt) : 0;
  lastKeyAt = event.timeStamp;
}

if (field && arrow) {
  field.addEventListener("input", point);
  field.addEventListener("keydown", timed);
  point();
}
