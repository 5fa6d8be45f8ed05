// A mention in the text opens its note right under its paragraph, so that nobody loses their place.
// Without this script the same link jumps to the note at the margin or at the end.
(() => {
  "use strict";
  const text = document.querySelector("[data-notes=text]");
  if (!text) {
    return;
  }
  let open = null;

  const close = (refocus) => {
    if (!open) {
      return;
    }
    open.box.remove();
    open.link.setAttribute("aria-expanded", "false");
    open.link.removeAttribute("aria-controls");
    if (refocus) {
      open.link.focus();
    }
    open = null;
  };

  const show = (link, note) => {
    const box = document.createElement("div");
    box.className = "note-here";
    box.id = "note-here";
    box.setAttribute("role", "note");
    const copy = note.cloneNode(true);
    copy.removeAttribute("id");
    copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    // In the text a note's name is no heading: it would not fit into the section's outline.
    copy.querySelectorAll("h4").forEach((heading) => {
      const name = document.createElement("p");
      name.className = "note-name";
      name.append(...heading.childNodes);
      heading.replaceWith(name);
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "note-close";
    button.textContent = "×";
    button.setAttribute("aria-label", text.dataset.close);
    button.addEventListener("click", () => close(true));
    box.append(copy, button);
    const paragraph = link.closest("p, h2, h3, h4");
    if (paragraph) {
      paragraph.after(box);
    } else {
      (link.closest("li, blockquote, dd, td") || text).append(box);
    }
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", box.id);
    open = { link, box };
  };

  text.querySelectorAll("a.ref").forEach((link) => {
    const note = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!note) {
      return;
    }
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const again = open && open.link === link;
      close(false);
      if (!again) {
        show(link, note);
      }
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        link.click();
      }
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close(true);
    }
  });
})();
