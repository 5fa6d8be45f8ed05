"use strict";
// Asks every two seconds for the list and shows what is new. What is open stays open. Without scripts: a button.
const list = document.getElementById("wire");
const live = document.getElementById("live");

// Nodes that are there already are not touched, not even taken out and put back: opened, scrolled, focused.
const show = (now) => {
  const ids = new Set(now.map((each) => each.id));
  for (const each of [...list.children]) {
    if (!each.id || !ids.has(each.id)) each.remove();
  }
  let next = list.firstElementChild;
  for (const each of now) {
    if (next && next.id === each.id) next = next.nextElementSibling;
    else list.insertBefore(each, next);
  }
};

const look = async () => {
  try {
    const answer = await fetch(list.dataset.address);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = [...found.body.children];
    const ids = (nodes) => nodes.map((each) => each.id).join();
    if (!pointer.down && ids(now) !== ids([...list.children])) show(now);
    live.hidden = false;
    live.classList.remove("lost");
  } catch {
    live.classList.add("lost");
  }
  window.setTimeout(look, document.hidden ? 10000 : 2000);
};
if (list.dataset.address) look();
