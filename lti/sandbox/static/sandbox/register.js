"use strict";
// The tool says that its registration page may be closed (LTI Dynamic Registration, section 3.6).
const frame = document.querySelector("iframe[data-closes-to]");
window.addEventListener("message", (event) => {
  if (event.source === frame.contentWindow && event.data && event.data.subject === "org.imsglobal.lti.close") {
    window.location.assign(frame.dataset.closesTo);
  }
});
