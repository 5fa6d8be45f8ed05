"use strict";
// Sends the page's form, or takes the whole window on; without scripts there is a button for both.
const form = document.getElementById("hop");
const onward = document.getElementById("onward");
if (form) form.submit();
if (onward && "moving" in onward.dataset) window.top.location.replace(onward.href);
