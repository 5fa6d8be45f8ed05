// Tells that the learner left the page and came back, for the history of the attempt. Turning a page or handing in is no
// leaving, and nobody is told here whether it arrived.
(() => {
  "use strict";
  const form = document.querySelector("[data-quiz]");
  if (!form) {
    return;
  }
  const key = `coexistence.left.${form.dataset.quiz}`;
  let going = false;
  let away = read();

  function read() {
    try {
      return localStorage.getItem(key) === "1";
    } catch {
      return false;
    }
  }

  function tell(kind) {
    away = kind === "left";
    try {
      if (away) {
        localStorage.setItem(key, "1");
      } else {
        localStorage.removeItem(key);
      }
    } catch {
      // Without storage a page that was closed is not known to have been left.
    }
    const data = new URLSearchParams({ visit_token: form.elements.visit_token.value, attempt: form.dataset.quiz, kind });
    fetch(form.dataset.note, { method: "POST", body: data, credentials: "same-origin", keepalive: true }).catch(() => {});
  }

  function look() {
    if (document.visibilityState === "hidden" && !going && !away) {
      tell("left");
    } else if (document.visibilityState === "visible" && away) {
      tell("returned");
    }
  }

  // A page of ours comes next: by a link or a form, or this one again.
  window.addEventListener("pagehide", () => {
    going = true;
  });
  window.addEventListener("pageshow", () => {
    going = false;
    look();
  });
  document.addEventListener("visibilitychange", look);
})();
