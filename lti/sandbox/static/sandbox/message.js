"use strict";
// What a tool's page says: an object, or the JSON of one. Canvas takes both.
const said = (event) => {
  let message = event.data;
  if (typeof message === "string") {
    try {
      message = JSON.parse(message);
    } catch {
      return {};
    }
  }
  return message && typeof message === "object" ? message : {};
};
