/* The console's scripts begin here. They press the same addresses as any other client of the service. */

import { startInquiry } from "./console-inquiry.js";
import { listenToKeys } from "./console-keys.js";
import { startLists } from "./console-lists.js";
import { follow } from "./console-live.js";
import { startNew } from "./console-new.js";
import { watchScreened } from "./console-screen.js";

watchScreened();
listenToKeys();
if (document.getElementById("live")?.dataset.inquiry) startInquiry();
startNew();
startLists();
follow();
// From here on keys are heard. Forms are of the kind that sends nothing by itself, so none is lost into an address before.
document.body.dataset.ready = "";
