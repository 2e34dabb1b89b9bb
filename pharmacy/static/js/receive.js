// The scan field of a receipt: Enter reads the code. A scanner that types FNC1 as Ctrl+] is understood: browsers would
// throw that key away, and with it the end of the lot number.
const FNC1 = "\u001d";
const code = document.querySelector("#code");
const button = document.querySelector("#read-code");

code?.addEventListener("keydown", (event) => {
  if (event.ctrlKey && (event.key === "]" || event.key === FNC1)) {
    event.preventDefault();
    code.setRangeText(FNC1, code.selectionStart, code.selectionEnd, "end");
  } else if (event.key === "Enter" && !event.ctrlKey && code.value.trim()) {
    event.preventDefault();
    event.stopPropagation();
    code.form.requestSubmit(button);
  }
});
