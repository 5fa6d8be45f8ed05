// Tells the platform that the registration is over (LTI Dynamic Registration, section 3.6). It carries no secret, and
// which origin the platform shows its dialogue on is not known here.
"use strict";

const platform = window.opener || (window.parent === window ? null : window.parent);
platform?.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
