// Over or under, while the value is typed or the balance sends it. The server decides; this only points.
// Whole micrograms, since 0.1 + 0.2 is not 0.3 in a browser.
const form = document.querySelector("[data-weigh]");
const field = form?.elements.namedItem("weighed");
const arrow = form?.querySelector("[data-arrow]");
const PLAIN = /^\d{1,9}(\.\d{1,3})?$/;

function micro(text) {
  const [whole, part = ""] = text.split(".");
  return Number(whole) * 1000 + Number(part.padEnd(3, "0"));
}

function shown(amount) {
  return `${amount / 1000} ${form.dataset.unit}`;
}

function point() {
  const text = field.value.trim();
  if (!PLAIN.test(text)) {
    arrow.textContent = text ? "write digits with one point" : "";
    arrow.dataset.is = "";
    return;
  }
  const weighed = micro(text);
  const { low, high, target } = form.dataset;
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

if (field && arrow) {
  field.addEventListener("input", point);
  point();
}
