"use strict";
// Asks every two seconds for the cells and shows what changed. Without scripts the page is reloaded by hand.
const table = document.getElementById("grades");
if (table) {
  const live = document.getElementById("live");
  const announce = document.getElementById("announce");
  let shape = null;

  const show = (cell, found) => {
    const comments = cell.querySelector(".cell-comments");
    const before = cell.textContent;
    cell.querySelector(".score").textContent = found.text;
    cell.querySelector(".cell-note").textContent = found.note;
    comments.replaceChildren(
      ...found.comments.map((text) => Object.assign(document.createElement("q"), { textContent: text })),
    );
    return cell.textContent !== before;
  };

  const look = async () => {
    try {
      const answer = await fetch(table.dataset.address, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (shape !== null && shape !== found.shape) {
        window.location.reload();
        return;
      }
      shape = found.shape;
      live.hidden = false;
      live.classList.remove("lost");
      for (const cell of table.querySelectorAll("td[data-cell]")) {
        const now = found.cells[cell.dataset.cell];
        if (now && show(cell, now)) {
          cell.classList.remove("fresh");
          void cell.offsetWidth; // starts the animation anew
          cell.classList.add("fresh");
          announce.textContent = `${cell.parentElement.querySelector("th").textContent.trim()}: ${now.text}`;
        }
      }
    } catch {
      live.classList.add("lost");
    }
    window.setTimeout(look, document.hidden ? 10000 : 2000);
  };
  look();
}
