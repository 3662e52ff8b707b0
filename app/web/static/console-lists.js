/* The forms of contacts, facilities and tokens, the correction of a call, and the button that prints. */

import { newKey, send } from "./console-api.js";
import { bodyOf, clearFaults, showProblem } from "./console-form.js";
import { sayings } from "./console-inquiry.js";
import { make, say, tell } from "./console-words.js";

/** Begin, on any page with such a form. */
export function startLists() {
  for (const form of document.querySelectorAll("form[data-path]")) {
    let key = newKey();
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending || (form.dataset.sure && !confirm(form.dataset.sure))) return;
      sending = true;
      const { method, path, etag } = form.dataset;
      const body = method === "DELETE" ? undefined : bodyOf(form);
      const answer = await send(method, path, body, { ...(method === "POST" && { key }), etag });
      sending = false;
      if (!answer.ok) return showProblem(form, answer);
      clearFaults(form);
      if ("secret" in form.dataset && answer.data.secret) {
        key = newKey();
        return showSecret(form, answer.data.secret);
      }
      tell(say("sent"), "good");
      location.reload();
    });
  }
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
  startCorrection(document.querySelector("form[data-correction]"));
}

function showSecret(form, secret) {
  const place = document.getElementById("secret");
  place.querySelector("code").textContent = secret;
  place.hidden = false;
  form.querySelector("input").value = "";
}

function startCorrection(form) {
  if (!form) return;
  const key = newKey();
  const place = document.getElementById("correction-said");
  let sending = false;
  let asked = 0;
  const preview = async () => {
    const { outcome, agency } = bodyOf(form);
    if (!outcome) return;
    const mine = ++asked;
    const answer = await send("POST", `/console/asking/correction/${form.dataset.call}`, { outcome, agency });
    if (mine !== asked) return;
    if (answer.ok) place.replaceChildren(...sayings(answer.data.items, ""));
    else place.replaceChildren(make("p", { class: "fault" }, say(`problem.${answer.problem}`)));
  };
  for (const name of ["/outcome", "/agency"]) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) field.addEventListener("change", preview);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const answer = await send("POST", `/v1/calls/${form.dataset.call}/correction`, bodyOf(form), { key, etag: form.dataset.etag });
    sending = false;
    if (!answer.ok) return showProblem(form, answer);
    location.assign(`${form.dataset.then}?lang=${document.body.dataset.lang}`);
  });
}
