"use strict";
// Asks every two seconds for the cells and shows what changed. Without scripts the page is reloaded by hand.
const book = document.getElementById("book");
const live = document.getElementById("live");
const announce = document.getElementById("announce");

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

// Other columns or people: takes the table over as it is now. A reload of the page would lose the click that is under
// way, the focus, and the place one has scrolled to.
const renew = async () => {
  const answer = await fetch(book.dataset.part);
  if (!answer.ok) throw new Error(String(answer.status));
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (pointer.down) return false;
  const focused = book.contains(document.activeElement) && document.activeElement.id;
  const [table, now] = [book.querySelector("table"), found.querySelector("table")];
  if (table && now) table.replaceChildren(...now.children);
  else book.replaceChildren(...found.children);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
};

const look = async () => {
  try {
    const answer = await fetch(book.dataset.address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    live.hidden = false;
    live.classList.remove("lost");
    if (book.dataset.shape !== found.shape) {
      if (await renew()) book.dataset.shape = found.shape;
    } else if (!pointer.down) {
      for (const cell of book.querySelectorAll("td[data-cell]")) {
        const now = found.cells[cell.dataset.cell];
        if (now && show(cell, now)) {
          cell.classList.remove("fresh");
          void cell.offsetWidth; // starts the animation anew
          cell.classList.add("fresh");
          announce.textContent = `${cell.parentElement.querySelector("th").textContent.trim()}: ${now.text}`;
        }
      }
    }
  } catch {
    live.classList.add("lost");
  }
  window.setTimeout(look, document.hidden ? 10000 : 2000);
};
look();
