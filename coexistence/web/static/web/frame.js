// Inside a course page: tell the platform how tall this page is, so that there is one scroll bar and not two, and end
// what the launch left with it. Canvas and others listen; who does not simply ignores a message. In a window of our own
// nothing is sent.
(() => {
  "use strict";
  if (window.parent === window) {
    return;
  }
  // Firefox does not say who the parent is; what is sent then gives nothing away.
  const parent = window.location.ancestorOrigins?.[0] || "*";
  const tellParent = (message) => window.parent.postMessage(JSON.stringify(message), parent);

  // Canvas gives one to whoever may be framed by more than the course page.
  const token = document.body.dataset.frameToken;
  let told = 0;
  const tellHeight = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (Math.abs(height - told) > 1) {
      told = height;
      tellParent({ subject: "lti.frameResize", height, ...(token && { token }) });
    }
  };
  new ResizeObserver(tellHeight).observe(document.body);
  tellHeight();

  // The login put a value into the platform's storage (LTI Platform Storage 0.1), and the launch did not need it.
  const left = new URLSearchParams(window.location.hash.slice(1));
  const key = left.get("lti-forget");
  if (key) {
    history.replaceState(history.state, "", window.location.pathname + window.location.search);
    const forget = { subject: "lti.put_data", key, value: null, message_id: `${key}_end` };
    for (const keeper of [() => window.parent.frames[left.get("target")], () => window.parent]) {
      try {
        keeper().postMessage(forget, left.get("origin"));
      } catch {
        // No frame of that name, or no origin.
      }
    }
  }

  // Buttons that close us are shown where the platform says that it can do it.
  const closers = [...document.querySelectorAll("[data-close]")];
  if (closers.length) {
    const id = `close_${Math.random()}`;
    window.addEventListener("message", (event) => {
      const supported = event.source === window.parent && event.data?.message_id === id && event.data.supported_messages;
      if (Array.isArray(supported) && supported.some((one) => one?.subject === "lti.close")) {
        closers.forEach((closer) => {
          closer.hidden = false;
        });
      }
    });
    closers.forEach((closer) => closer.addEventListener("click", () => tellParent({ subject: "lti.close" })));
    window.parent.postMessage({ subject: "lti.capabilities", message_id: id }, parent);
  }
})();
