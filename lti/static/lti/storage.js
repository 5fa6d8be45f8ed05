// LTI Platform Storage 0.1: what a login leaves with the platform, and what its launch reads there when the browser has
// brought no cookie back. The page says which frame keeps the value and which origin may hear of it; an answer counts
// only from there. Canvas's apps offer storage and never answer, so nobody waits longer than one probe.
(() => {
  "use strict";
  const place = document.querySelector("[data-storage]");
  if (!place) {
    return;
  }
  const { target, origin, key, value } = place.dataset;
  const PROBE = 1000;
  // An editor's page may lack the frame that is named, or have one that is asleep; then its page itself is asked.
  const SECOND = 400;
  const framed = window.parent !== window;
  const platform = framed ? window.parent : window.opener;

  function keepers() {
    const found = [];
    try {
      if (target !== "_parent" && platform.frames[target]) {
        found.push(platform.frames[target]);
      }
    } catch {
      // No frame of that name can be seen from here.
    }
    found.push(platform);
    return framed ? found : found.slice(0, 1);
  }

  // Resolves to the answer, or to null where none came in time.
  function ask(message) {
    if (!platform) {
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("");
      const asked = keepers();
      const timers = asked.map((keeper, place) =>
        setTimeout(() => keeper.postMessage({ ...message, key, message_id: id }, origin), place * SECOND),
      );
      const end = (answer) => {
        timers.forEach(clearTimeout);
        window.removeEventListener("message", hear);
        resolve(answer);
      };
      const hear = (event) => {
        const told = event.data;
        if (
          event.origin === origin &&
          asked.includes(event.source) &&
          told?.message_id === id &&
          told.subject === `${message.subject}.response`
        ) {
          end(told);
        }
      };
      window.addEventListener("message", hear);
      timers.push(setTimeout(() => end(null), PROBE));
    });
  }

  function tell(message) {
    keepers().forEach((keeper) => keeper.postMessage({ ...message, key, message_id: `${key}_end` }, origin));
  }

  const next = place.querySelector("[data-next]");
  if (next) {
    ask({ subject: "lti.put_data", value }).then(() => window.location.replace(next.href));
    return;
  }

  const otherwise = document.querySelector("[data-refused]");
  const asking = document.querySelector("[data-asking]");
  const show = (isAsking) => {
    otherwise.hidden = isAsking;
    asking.hidden = !isAsking;
  };
  show(true);
  ask({ subject: "lti.get_data" }).then((answer) => {
    if (typeof answer?.value !== "string" || !answer.value) {
      show(false);
      return;
    }
    tell({ subject: "lti.put_data", value: null });
    place.elements.stored.value = answer.value;
    place.submit();
  });
})();
