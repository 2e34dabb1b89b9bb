// Every job without a mouse: "/" scans or searches, "?" help, "g" and a letter opens a queue, j and k walk a list,
// Enter goes to the next field, Ctrl+Enter submits. A scanner's burst outside a field lands in the scan field.
const TYPING = "input, textarea, select, [contenteditable]";
const BURST_MS = 40; // scanners type faster than people
let awaitingLetter = false;
let burst = "";
let lastKeyAt = 0;

const inField = (event) => event.target.closest?.(TYPING);
const rows = () => [...document.querySelectorAll("[data-row]")];

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("here"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all.forEach((row) => row.classList.toggle("here", row === next));
  next.querySelector("a, button")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function open(letter) {
  document.querySelector(`[data-key="${CSS.escape(letter)}"]`)?.click();
}

function nextField(event) {
  const field = inField(event);
  const form = field?.form;
  if (!form || !form.hasAttribute("data-submit") || field.tagName === "TEXTAREA" || field.type === "submit") return;
  if (event.ctrlKey || event.metaKey) return;
  const fields = [...form.elements].filter((one) => one.matches(TYPING) && one.type !== "hidden" && !one.disabled);
  const next = fields[fields.indexOf(field) + 1];
  if (!next) return; // the last field: Enter sends the form
  event.preventDefault();
  next.focus();
  next.select?.();
}

function scanned(event) {
  if (event.key === "Control") return true; // held down for FNC1; the burst goes on
  const now = event.timeStamp; // when the key was pressed, however busy the page is
  burst = now - lastKeyAt < BURST_MS ? burst : "";
  lastKeyAt = now;
  if (event.key === "Enter" && burst.length >= 6) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.value = burst;
      search.form.requestSubmit();
    }
    burst = "";
    return true;
  }
  if (event.key.length === 1) burst += event.key;
  return burst.length > 2;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.form?.requestSubmit();
    return;
  }
  if (event.ctrlKey && event.key === "]" && burst && !inField(event)) {
    event.preventDefault();
    burst += "\u001d"; // scanners type FNC1, the end of a lot number, as Ctrl+]
    lastKeyAt = event.timeStamp;
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (inField(event)) {
    if (event.key === "Enter") nextField(event);
    return;
  }
  if (scanned(event)) return;
  if (awaitingLetter) {
    awaitingLetter = false;
    open(event.key);
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[data-search]")?.focus();
  } else if (event.key === "?") open("?");
  else if (event.key === "g") awaitingLetter = true;
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
});
