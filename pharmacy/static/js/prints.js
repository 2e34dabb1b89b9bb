// While a print is on its way, the part of the page that shows it is looked at again, until it was sent or needs somebody.
const LOOK_AGAIN_MS = 1500;
const MOST_LOOKS = 400; // ten minutes; a page left open does not ask for ever

async function lookAgain(looks) {
  const shown = document.querySelector("[data-live]");
  if (!shown?.querySelector("[data-waits]") || looks > MOST_LOOKS) return;
  const typing = shown.contains(document.activeElement) && document.activeElement.matches("input");
  if (!typing && !document.hidden) {
    const answer = await fetch(shown.dataset.live, { headers: { "X-Polling": "1" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh) shown.replaceWith(document.adoptNode(fresh));
    }
  }
  setTimeout(lookAgain, LOOK_AGAIN_MS, looks + 1);
}

setTimeout(lookAgain, LOOK_AGAIN_MS, 0);
