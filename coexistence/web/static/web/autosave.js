// Saves each answer as it is given. What could not be sent yet is kept in this browser and sent when the network is back,
// on this page or on a later visit to the same attempt. Without this script the form's own buttons do all of it.
(() => {
  "use strict";
  const form = document.querySelector("[data-quiz]");
  if (!form) {
    return;
  }
  const bar = form.querySelector(".quiz-bar");
  const state = form.querySelector("[data-state]");
  const count = form.querySelector("[data-count]");
  const items = [...form.querySelectorAll("[data-item]")];
  const key = `coexistence.attempt.${form.dataset.quiz}`;
  const handIn = form.action;
  const WAIT = 600;
  const SLOWEST = 30000;

  // The newest unsent answer of each item: position -> {sequence, fields: [[name, value]]}.
  let unsent = read();
  let sending = null;
  let timer = 0;
  let pause = 1000;
  let over = false;
  let last = Math.max(0, ...items.map((item) => Number(item.dataset.sequence)));

  function read() {
    try {
      return new Map(JSON.parse(localStorage.getItem(key) || "[]"));
    } catch {
      return new Map();
    }
  }

  function keep() {
    try {
      if (unsent.size) {
        localStorage.setItem(key, JSON.stringify([...unsent]));
      } else {
        localStorage.removeItem(key);
      }
    } catch {
      // Storage may be switched off in a frame; the answers are still in the page.
    }
  }

  function say(name) {
    bar.dataset.kind = name === "saved" || name === "saving" ? "" : "trouble";
    if (state.textContent !== form.dataset[name]) {
      state.textContent = form.dataset[name];
    }
  }

  function controls(item) {
    return [...item.querySelectorAll(".controls input, .controls select, .controls textarea")];
  }

  // With "How sure are you?", which is kept beside the answer and is none.
  function everything(item) {
    return [...controls(item), ...item.querySelectorAll(".sure input")];
  }

  function filled(found) {
    return found
      .filter((control) => (control.type !== "radio" && control.type !== "checkbox") || control.checked)
      .map((control) => [control.name, control.value]);
  }

  function tally() {
    const here = items.filter((item) => filled(controls(item)).some(([, value]) => value.trim())).length;
    const fixed = form.querySelectorAll(".reviewed").length;
    const answered = here + fixed + Number(form.dataset.elsewhere);
    count.textContent = form.dataset.answered.replace("{answered}", answered).replace("{total}", form.dataset.total);
  }

  function changed(item) {
    // The clock orders the answers of two windows; it must not run backwards within one.
    last = Math.max(Date.now(), last + 1);
    unsent.set(item.dataset.item, { sequence: last, fields: filled(everything(item)) });
    keep();
    tally();
    say("saving");
    clearTimeout(timer);
    timer = setTimeout(flush, WAIT);
  }

  function complain(position, message, field) {
    const item = form.querySelector(`[data-item="${CSS.escape(position)}"]`);
    const error = item && item.querySelector("[data-error]");
    if (error) {
      error.textContent = message;
      error.hidden = !message;
      item.setAttribute("aria-describedby", `item-${position}-how${message ? ` item-${position}-error` : ""}`);
      controls(item)
        .filter((control) => control.type !== "radio" && control.type !== "checkbox")
        .forEach((control) => control.setAttribute("aria-invalid", message && control.name === field ? "true" : "false"));
    }
  }

  function body(batch, sequence) {
    const data = new URLSearchParams();
    data.set("visit_token", form.elements.visit_token.value);
    data.set("attempt", form.elements.attempt.value);
    data.set("sequence", sequence);
    if (form.querySelector("[data-clock]")) {
      data.set("clock", "1");
    }
    for (const [position, answer] of batch) {
      // Names the item even where every box was emptied.
      data.append(`${position}-set`, "1");
      answer.fields.forEach(([name, value]) => data.append(name, value));
    }
    return data;
  }

  // Sends what is unsent; resolves to whether nothing is left to send and nothing was refused.
  function flush() {
    clearTimeout(timer);
    if (over) {
      return Promise.resolve(false);
    }
    if (!sending) {
      sending = send().finally(() => {
        sending = null;
      });
      return sending;
    }
    return sending.then((fine) => (unsent.size ? flush() : fine));
  }

  async function send() {
    let fine = true;
    while (unsent.size) {
      // One sequence number a request: answers of the same moment go together.
      const sequence = Math.min(...[...unsent.values()].map((answer) => answer.sequence));
      const batch = [...unsent].filter(([, answer]) => answer.sequence === sequence);
      say("saving");
      let answer;
      let told;
      try {
        answer = await fetch(form.dataset.save, {
          method: "POST",
          body: body(batch, sequence),
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          keepalive: true,
        });
        told = answer.status === 200 || answer.status === 409 ? await answer.json() : null;
      } catch {
        return again(navigator.onLine ? "trouble" : "offline");
      }
      if (answer.status === 409) {
        over = true;
        unsent.clear();
        keep();
        say(told.code === "time_up" ? "over" : "closed");
        return false;
      }
      if (answer.status === 403) {
        over = true;
        say("ended");
        return false;
      }
      if (!told) {
        return again("trouble");
      }
      pause = 1000;
      document.dispatchEvent(
        new CustomEvent("quiz:saved", { detail: { now: Date.parse(answer.headers.get("Date")), deadline: told.deadline } }),
      );
      for (const [position, sent] of batch) {
        const refused = told.refused[position];
        complain(position, refused ? refused.message : "", refused ? refused.field : "");
        // Nothing on this page can mend an item of another one.
        fine = fine && !(refused && items.some((item) => item.dataset.item === position));
        if (unsent.get(position) === sent) {
          unsent.delete(position);
        }
      }
      keep();
    }
    const wrong = items.some((item) => !item.querySelector("[data-error]").hidden);
    say(wrong ? "mend" : "saved");
    return fine && !wrong;
  }

  function again(name) {
    say(name);
    timer = setTimeout(flush, pause);
    pause = Math.min(pause * 2, SLOWEST);
    return false;
  }

  // What an earlier visit could not send, if nothing newer was saved meanwhile.
  function restore() {
    for (const [position, answer] of [...unsent]) {
      const item = form.querySelector(`[data-item="${CSS.escape(position)}"]`);
      if (item && answer.sequence <= Number(item.dataset.sequence)) {
        unsent.delete(position);
      }
      if (!item || !unsent.has(position)) {
        continue;
      }
      const values = answer.fields.map(([name, value]) => `${name}\n${value}`);
      for (const control of everything(item)) {
        if (control.type === "radio" || control.type === "checkbox") {
          control.checked = values.includes(`${control.name}\n${control.value}`);
        } else {
          control.value = (answer.fields.find(([name]) => name === control.name) || ["", ""])[1];
        }
      }
    }
    keep();
    if (unsent.size) {
      last = Math.max(last, ...[...unsent.values()].map((answer) => answer.sequence));
      tally();
      flush();
    }
  }

  function untouched(control) {
    if (control.type === "radio" || control.type === "checkbox") {
      return control.checked === control.defaultChecked;
    }
    if (control.options) {
      return [...control.options].every((option) => option.selected === option.defaultSelected || !option.value);
    }
    return control.value === control.defaultValue;
  }

  // On a slow line somebody may have answered before this script had come.
  function catchUp() {
    items
      .filter((item) => !unsent.has(item.dataset.item) && !everything(item).every(untouched))
      .forEach(changed);
  }

  form.addEventListener("input", (event) => {
    const item = event.target.closest("[data-item]");
    if (item) {
      changed(item);
    }
  });
  // What goes along with the wish to hand in, to turn the page or to have an answer checked, once everything is saved.
  function go(action, name, value) {
    const wish = document.createElement("input");
    Object.assign(wish, { type: "hidden", name, value });
    wish.dataset.wish = "";
    form.append(wish);
    form.action = action;
    items.forEach((item) => {
      item.disabled = true;
    });
    form.submit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    // Without an attribute of its own a button says the page's address.
    const action = button?.hasAttribute("formaction") ? button.formAction : handIn;
    flush().then((fine) => {
      if (over && bar.dataset.kind === "trouble" && unsent.size) {
        return;
      }
      if (!fine && !over) {
        const error = form.querySelector("[data-error]:not([hidden])");
        if (error) {
          error.closest("[data-item]").focus();
        }
        return;
      }
      if (!action.endsWith(form.dataset.save)) {
        go(action, button ? button.name : "", button ? button.value : "");
      }
    });
  });
  // The time is over: what was given goes along, and the attempt is handed in.
  document.addEventListener("quiz:over", () => {
    flush().then(() => {
      // Without a network there is no page to go to, and the server closes the attempt by itself.
      if (navigator.onLine) {
        go(handIn, "time_up", "1");
      }
    });
  });
  window.addEventListener("pageshow", () => {
    form.action = handIn;
    form.querySelectorAll("[data-wish]").forEach((wish) => wish.remove());
    items.forEach((item) => {
      item.disabled = false;
    });
  });
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && unsent.size) {
      flush();
    }
  });
  restore();
  catchUp();
})();
