// The timeline, made quicker: filters without a reload, one tab stop for the whole axis, and the chosen event in a panel
// under it. Everything here is also possible without this script, through the form, the links and the list.
(() => {
  "use strict";
  const form = document.querySelector("[data-filter]");
  const events = [...document.querySelectorAll("[data-event]")];
  const marks = [...document.querySelectorAll("[data-mark]")];
  const panel = document.querySelector("[data-panel]");
  if (!form) {
    return;
  }

  // --- Filter ---

  const count = form.querySelector("[data-count]");
  const apply = () => {
    const themes = new Set([...form.querySelectorAll("[name=theme]:checked")].map((box) => box.value));
    const least = Number(form.elements.least.value);
    const hidden = new Set();
    for (const event of events) {
      const shown = (!themes.size || themes.has(event.dataset.theme)) && Number(event.dataset.significance) >= least;
      event.hidden = !shown;
      if (!shown) {
        hidden.add(event.dataset.event);
      }
    }
    for (const mark of marks) {
      mark.classList.toggle("faded", hidden.has(mark.dataset.mark));
    }
    for (const year of document.querySelectorAll("[data-year]")) {
      year.hidden = !year.querySelector("[data-event]:not([hidden])");
    }
    count.textContent = count.dataset.count
      .replace("{shown}", events.length - hidden.size)
      .replace("{total}", events.length);
    const query = new URLSearchParams(new FormData(form)).toString();
    history.replaceState(null, "", `${location.pathname}?${query}`);
  };
  form.querySelector("[data-apply]").hidden = true;
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });

  // --- Axis ---

  if (!panel) {
    return;
  }
  const slugs = events.map((event) => event.dataset.event);
  const visible = () => slugs.filter((slug, index) => !events[index].hidden);
  const marksOf = (slug) => marks.filter((mark) => mark.dataset.mark === slug);
  const seen = (mark) => mark.getClientRects().length > 0;
  let current = null;
  document.querySelector("[data-axis-help]").hidden = false;

  const rove = (slug) => {
    for (const mark of marks) {
      mark.setAttribute("tabindex", mark.dataset.mark === slug ? "0" : "-1");
    }
  };

  const choose = (slug) => {
    const event = events[slugs.indexOf(slug)];
    const title = document.createElement("h3");
    title.textContent = event.querySelector(".event-title").textContent;
    const body = event.querySelector(".event-body").cloneNode(true);
    const summary = document.createElement("p");
    summary.textContent = event.querySelector(".event-summary").textContent;
    body.prepend(summary);
    const place = panel.querySelector("[data-panel-body]");
    place.lang = event.closest("[lang]").lang;
    place.replaceChildren(event.querySelector(".event-when").cloneNode(true), title, body);
    for (const mark of marks) {
      mark.removeAttribute("aria-current");
    }
    for (const mark of marksOf(slug)) {
      mark.setAttribute("aria-current", "true");
    }
    const rest = visible();
    panel.querySelector("[data-step='-1']").disabled = rest.indexOf(slug) <= 0;
    panel.querySelector("[data-step='1']").disabled = rest.indexOf(slug) === rest.length - 1;
    panel.hidden = false;
    current = slug;
    rove(slug);
  };

  for (const mark of marks) {
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      choose(mark.dataset.mark);
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest" });
    });
    mark.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const rest = visible();
      let to = null;
      if (step) {
        to = rest[rest.indexOf(mark.dataset.mark) + step];
      } else if (event.key === "Home") {
        to = rest[0];
      } else if (event.key === "End") {
        to = rest[rest.length - 1];
      } else {
        return;
      }
      event.preventDefault();
      if (to) {
        rove(to);
        marksOf(to).find(seen).focus();
      }
    });
  }
  panel.addEventListener("click", (event) => {
    const step = Number(event.target.dataset.step);
    if (step) {
      const rest = visible();
      const at = rest.indexOf(current);
      const to = rest[at + step] || rest[step > 0 ? rest.length - 1 : 0];
      if (to) {
        choose(to);
        panel.focus({ preventScroll: true });
      }
    } else if ("panelClose" in event.target.dataset) {
      panel.hidden = true;
      marksOf(current).forEach((mark) => mark.removeAttribute("aria-current"));
      marksOf(current).find(seen).focus();
    }
  });
  if (slugs.length) {
    rove(slugs[0]);
  }
})();
