"use strict";
// LTI Platform Storage and capabilities, as Canvas's pages answer them: in the page around the tool, and in the frame
// beside it that messages are forwarded through. A tool's values are kept under its own origin. It listens before the
// tool's frame is there: a login waits a moment for an answer, and goes on without it.
const { storage, origins } = document.body.dataset;
const MOST_CHARACTERS = 4096;
const MOST_KEYS = 500;
const prefixOf = (origin) => `lti|platform_storage|${origin}|`;

const keysOf = (origin) => Object.keys(window.localStorage).filter((key) => key.startsWith(prefixOf(origin)));

const put = (origin, { key, value }) => {
  if (typeof key !== "string" || !key) return { error: { code: "bad_request", message: "key is missing" } };
  const name = prefixOf(origin) + key;
  if (value === null || value === undefined) {
    window.localStorage.removeItem(name);
    return { key, value: null };
  }
  const others = keysOf(origin).filter((each) => each !== name);
  const used = others.reduce((sum, each) => sum + each.length + window.localStorage.getItem(each).length, 0);
  if (others.length >= MOST_KEYS || used + name.length + String(value).length > MOST_CHARACTERS) {
    return { error: { code: "storage_exhaustion", message: "Reached storage limit" } };
  }
  window.localStorage.setItem(name, value);
  return { key, value };
};

const get = (origin, { key }) => {
  if (typeof key !== "string" || !key) return { error: { code: "bad_request", message: "key is missing" } };
  return { key, value: window.localStorage.getItem(prefixOf(origin) + key) };
};

const capabilities = () => ({
  supported_messages: [
    ...(storage === "off" ? [] : ["lti.put_data", "lti.get_data"]).map((subject) => ({
      subject,
      frame: "post_message_forwarding",
    })),
    { subject: "lti.frameResize" },
    { subject: "lti.capabilities" },
  ],
});

const HANDLERS = { "lti.put_data": put, "lti.get_data": get, "lti.capabilities": capabilities };

window.addEventListener("message", (event) => {
  const message = said(event);
  if (!Object.hasOwn(HANDLERS, message.subject)) return;
  // Only a registered tool's pages may keep anything here, and each sees its own origin's values only.
  if (!origins.split(" ").includes(event.origin) || !event.source) return;
  const isStorage = message.subject !== "lti.capabilities";
  if (storage === "silent" || (storage === "off" && isStorage)) return;
  const reply = { subject: `${message.subject}.response`, message_id: message.message_id };
  let found;
  if (!message.message_id) found = { error: { code: "bad_request", message: "message_id is missing" } };
  else {
    try {
      found = HANDLERS[message.subject](event.origin, message);
    } catch {
      found = { error: { code: "storage_exhaustion", message: "The browser keeps nothing here" } };
    }
  }
  event.source.postMessage({ ...reply, ...found }, event.origin);
});
