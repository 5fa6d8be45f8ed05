"use strict";
// Asks every two seconds for the list and shows what is new. What is open stays open. Without scripts: a button.
const list = document.getElementById("wire");
const live = document.getElementById("live");

const look = async () => {
  try {
    const answer = await fetch(list.dataset.address);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = [...found.querySelectorAll(".exchange, .empty")];
    const ids = (nodes) => nodes.map((each) => each.id).join();
    if (ids(now) !== ids([...list.querySelectorAll(".exchange, .empty")])) {
      // Nodes that are there already are kept as they are: opened, scrolled, focused.
      list.replaceChildren(...now.map((each) => (each.id && document.getElementById(each.id)) || each));
    }
    live.hidden = false;
    live.classList.remove("lost");
  } catch {
    live.classList.add("lost");
  }
  window.setTimeout(look, document.hidden ? 10000 : 2000);
};
if (list.dataset.address) look();
