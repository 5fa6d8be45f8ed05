"use strict";
// lti.frameResize, as Canvas has it: the tool says how high its page is, and its frame becomes that high. It listens
// before the frame is there: a tool says its height once.
const known = document.body.dataset.origins.split(" ");
const LEAST = 150;
const MOST = 20000;

window.addEventListener("message", (event) => {
  const stage = document.querySelector("iframe[name=tool_frame]");
  if (!stage || event.source !== stage.contentWindow || !known.includes(event.origin)) return;
  const message = said(event);
  if (message.subject !== "lti.frameResize") return;
  const height = Number.parseFloat(message.height);
  if (!Number.isFinite(height)) return;
  stage.style.flex = "none";
  stage.style.minHeight = "0";
  const border = stage.offsetHeight - stage.clientHeight;
  stage.style.height = `${Math.min(Math.max(height, LEAST), MOST) + border}px`;
  const reply = { subject: "lti.frameResize.response", message_id: message.message_id };
  event.source.postMessage(reply, event.origin);
});
