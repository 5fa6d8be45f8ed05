// What is left of the time, by the server's clock: shown on request, said at 10 minutes and at 1, and when nothing is
// left the attempt is handed in. Without this script the page says when the attempt ends.
(() => {
  "use strict";
  const clock = document.querySelector("[data-clock]");
  if (!clock) {
    return;
  }
  const toggle = clock.querySelector("[data-clock-toggle]");
  const shown = clock.querySelector("[data-clock-left]");
  const said = clock.querySelector("[data-clock-say]");
  const MINUTE = 60000;
  // The server rounds its time to seconds, and must find it over as well.
  const SURE = 1000;
  const SAID = [
    [10 * MINUTE, clock.dataset.ten],
    [MINUTE, clock.dataset.one],
  ];

  let deadline = Number(clock.dataset.deadline);
  let ahead = Number(clock.dataset.now) - Date.now();
  let before = left();
  let timer = 0;

  function left() {
    return deadline - (Date.now() + ahead);
  }

  function words(time) {
    const seconds = Math.max(0, Math.ceil(time / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return (parts[0] ? parts : parts.slice(1)).map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
  }

  function tick() {
    const now = left();
    for (const [at, message] of SAID) {
      if (before > at && now <= at && now > 0) {
        said.textContent = message;
      }
    }
    before = now;
    if (!shown.hidden) {
      shown.textContent = words(now);
    }
    if (now <= -SURE) {
      clearInterval(timer);
      document.dispatchEvent(new CustomEvent("quiz:over"));
    }
  }

  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    shown.hidden = !shown.hidden;
    toggle.setAttribute("aria-expanded", String(!shown.hidden));
    toggle.textContent = shown.hidden ? clock.dataset.show : clock.dataset.hide;
    tick();
  });
  document.addEventListener("quiz:saved", (event) => {
    const { now, deadline: told } = event.detail;
    // Its time is cut to seconds: only a clock that was set anew is worth a correction.
    if (Number.isFinite(now) && Math.abs(now - (Date.now() + ahead)) > 2 * SURE) {
      ahead = now - Date.now();
    }
    if (told) {
      deadline = told;
    }
  });
  timer = setInterval(tick, 500);
  tick();
})();
