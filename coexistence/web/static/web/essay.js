// Revised sentences stay in this window of the browser, so that reloading the page or coming back to it loses none.
// Without this script, or where a browser keeps nothing in a frame, they last as long as the page.
(() => {
  "use strict";
  const list = document.querySelector("[data-revisions]");
  if (!list) {
    return;
  }
  list.querySelectorAll("[data-revision]").forEach((area) => {
    // The path is that of the visit: the next person at this computer has another one.
    const key = `${location.pathname}#${list.dataset.revisions}.${area.dataset.revision}`;
    try {
      area.value = sessionStorage.getItem(key) || "";
    } catch {
      return;
    }
    area.addEventListener("input", () => {
      try {
        sessionStorage.setItem(key, area.value);
      } catch {
        // Full or forbidden: the text stays on the page.
      }
    });
  });
})();
