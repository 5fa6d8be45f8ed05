// Puts a button beside every value that is there to be copied. Without it the values can be selected as any text.
"use strict";

for (const value of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet copy-button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    // In another site's frame the clipboard may be closed to us; what is selected can still be copied by key.
    const range = document.createRange();
    range.selectNodeContents(value);
    window.getSelection()?.removeAllRanges();
    window.getSelection()?.addRange(range);
    try {
      await navigator.clipboard.writeText(value.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
  value.after(button);
}
