// A form marked data-once is sent once, however often its button is clicked: the platform takes one answer, and a
// second request would put the page of the first out of sight. A form marked data-submit sends itself.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
    }
    sent = true;
  });
  // Back may bring the page out of the browser's cache as it was left.
  window.addEventListener("pageshow", () => {
    sent = false;
  });
}
// Whoever comes back to it by Back is not sent off again.
const own = document.querySelector("form[data-submit]");
if (own && !history.state?.sent) {
  history.replaceState({ sent: true }, "");
  own.requestSubmit();
}
