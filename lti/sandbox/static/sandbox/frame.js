"use strict";
// lti.frameResize, as Canvas has it: the tool says how high its page is, and its frame becomes that high.
const stage = document.querySelector("iframe[name=tool_frame]");
const known = document.body.dataset.origins.split(" ");
const LEAST = 150;
const MOST = 20000;

window.addEventListener("message", (event) => {
  const message = event.data;
  if (!stage || event.source !== stage.contentWindow || !known.includes(event.origin)) return;
  if (!message || message.subject !== "lti.frameResize") return;
  const height = Number.parseFloat(message.height);
  if (!Number.isFinite(height)) return;
  stage.style.flex = "none";
  stage.style.minHeight = "0";
  stage.style.height = `${Math.min(Math.max(height, LEAST), MOST)}px`;
  const reply = { subject: "lti.frameResize.response", message_id: message.message_id };
  event.source.postMessage(reply, event.origin);
});
