"use strict";
// Whether a finger or a button of the mouse is down. What is under it must stay where it is until it is up again: a click
// counts only where it began, and a page that changes by itself must not swallow one.
const pointer = { down: false };
document.addEventListener("pointerdown", () => (pointer.down = true), true);
for (const end of ["pointerup", "pointercancel"]) {
  // The click itself comes right after.
  document.addEventListener(end, () => window.setTimeout(() => (pointer.down = false)), true);
}
