// Directions in plain words while one types. The server reads them, by the same rules as at saving; without this
// the Check button tells the same.
const output = document.querySelector("#expansion");
const directions = document.querySelector("#directions");
const strength = document.querySelector("#strength");
const PAUSE_MS = 250;
let timer = 0;
let asked = 0;

function show(read) {
  const understood = read.understood.length ? [`Understood so far: ${read.understood.join("; ")}.`] : [];
  const lines = read.text ? [read.text, ...read.doses] : ["These directions cannot be read yet.", ...understood];
  output.replaceChildren(...[...lines, ...read.doubts].map((line) => Object.assign(document.createElement("span"), { textContent: line })));
  output.hidden = false;
}

async function ask() {
  const mine = ++asked;
  if (!directions.value.trim()) {
    output.hidden = true;
    return;
  }
  const body = new URLSearchParams({
    directions: directions.value,
    strength: strength.value,
    csrf_token: directions.form.elements.csrf_token.value,
  });
  const answer = await fetch(output.dataset.url, { method: "POST", body }).catch(() => null);
  if (answer?.ok && !answer.redirected && mine === asked) show(await answer.json());
}

if (output && directions && strength) {
  for (const field of [directions, strength]) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    });
  }
  ask();
}
