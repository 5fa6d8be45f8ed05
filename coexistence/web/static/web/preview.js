// Asks now and then whether a file was saved; then the page in the frame and the margin are fetched anew.
(() => {
  "use strict";
  const desk = document.querySelector("[data-digest]");
  const frame = desk.querySelector("iframe");
  const here = desk.querySelector("[data-here]");

  const look = async () => {
    try {
      const { digest } = await (await fetch(desk.dataset.state)).json();
      if (digest !== desk.dataset.digest) {
        if (!frame) {
          location.reload();
          return;
        }
        desk.dataset.digest = digest;
        here.innerHTML = await (await fetch(desk.dataset.troubles)).text();
        frame.contentWindow.location.reload();
      }
    } catch {
      // The preview was stopped, or is being started again.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
