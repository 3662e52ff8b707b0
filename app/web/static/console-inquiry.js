/* What a dispatcher does on the page of one inquiry: claim, call, outcome, tell the asker. The page's live part says where it
   stands; after each change it is read anew, so nothing here keeps a state of its own. */

import { newKey, send, sentence } from "./console-api.js";
import { bodyOf, clearFaults, showProblem } from "./console-form.js";
import { refresh } from "./console-live.js";
import { make, say, tell } from "./console-words.js";

const state = () => document.getElementById("live").dataset;
const dialog = (id) => document.getElementById(id);
const path = (rest = "") => `/v1/inquiries/${state().inquiry}${rest}`;

// A change that may have been stored is sent again with its first key.
const keys = new Map();
let busy = false;

/** Begin, on the page of an inquiry. */
export function startInquiry() {
  if (!state()?.inquiry) return;
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.outcomeWord) askOutcome(pressed.dataset.outcomeWord, labelOf(pressed));
    else if (pressed.dataset.join) join(pressed.dataset.join);
    else ACTS[pressed.id]?.();
  });
  for (const [name, act] of Object.entries(SENDS)) {
    document.querySelector(`form[data-${name}]`)?.addEventListener("submit", (event) => {
      event.preventDefault();
      act(event.target);
    });
  }
  dialog("outcome")?.querySelector("[name='/agency']").addEventListener("change", preview);
  begin();
}

/** Do what an address asks for: `?do=na` shows what `na` would say. It never sends anything. */
function begin() {
  const wanted = new URLSearchParams(location.search).get("do");
  const button = wanted && document.querySelector(`#live [data-command="${CSS.escape(wanted)}"]`);
  if (!button) return;
  if (button.dataset.outcomeWord || ["act-told", "act-withdraw"].includes(button.id)) button.click();
  else button.focus();
}

const ACTS = {
  "act-claim": () => change("claim", "POST", path("/claim"), {}),
  "act-take": () => change("take", "POST", path("/claim"), { take: true }),
  "act-release": () => change("release", "DELETE", path("/claim")),
  "act-call": () => call({}),
  "act-earlier": () => open("earlier"),
  "act-withdraw": () => open("withdraw"),
  "act-told": openTold,
  "act-show": showContact,
  "act-mend": () => open("callback"),
  "act-erase": () => confirm(say("contact_erased_sure")) && change("erase", "DELETE", path("/callback")),
};

const SENDS = {
  outcome: sendOutcome,
  told: sendTold,
  withdraw: sendWithdraw,
  earlier: async (form) => (await call(bodyOf(form), form)) && dialog("earlier").close(),
  callback: async (form) => {
    const answer = await once("callback", "PUT", path("/callback"), bodyOf(form), { etag: state().etag });
    await settle(answer, form);
    if (answer.ok) form.reset();
  },
};

const labelOf = (button) => button.firstChild.textContent.trim();

function open(id) {
  clearFaults(dialog(id));
  dialog(id).showModal();
}

/** Send a change once at a time; while its fate is unknown it keeps its key. */
async function once(name, method, address, body, options = {}) {
  if (busy) return { ok: false, ignored: true };
  busy = true;
  const key = keys.get(name) ?? newKey();
  keys.set(name, key);
  try {
    const answer = await send(method, address, body, { ...(method === "POST" && { key }), ...options });
    if (!answer.offline && answer.problem !== "outcome-unknown") keys.delete(name);
    return answer;
  } finally {
    busy = false;
  }
}

async function change(name, method, address, body) {
  return settle(await once(name, method, address, body, { etag: state().etag }));
}

/** Show how a change ended: the page anew, or why not, beside the form where there is one. */
async function settle(answer, form = null) {
  if (answer.ignored) return false;
  if (answer.ok) {
    form?.closest("dialog").close();
    tell(say("sent"), "good");
    await refresh({ atOnce: true });
    return true;
  }
  await refresh({ atOnce: true });
  if (answer.problem === "already-claimed") tell(say("claimed_by", { name: state().holder || say("somebody") }), "warn");
  else if (form) showProblem(form, answer);
  else tell(sentence(answer), "bad");
  return false;
}

/** Claim the inquiry and record that the call is being placed, for it and those that are ticked. */
async function call(more, form = null) {
  if (!state().mine && state().step === "call") {
    const claimed = await once("claim", "POST", path("/claim"), {}, {});
    if (!claimed.ok) return settle(claimed, form);
  }
  const ticked = [...document.querySelectorAll("[data-cover]:checked")].map((each) => each.dataset.cover);
  const contact = document.getElementById("contact")?.value;
  const body = { inquiry_ids: [state().inquiry, ...ticked], ...(contact && { contact_id: contact }), ...more };
  return settle(await once("call", "POST", "/v1/calls", body), form);
}

async function join(id) {
  const answer = await once("join", "POST", `/v1/calls/${id}/inquiries`, { inquiry_ids: [state().inquiry] });
  if (await settle(answer)) tell(say("joined"), "good");
}

let outcome = null;
let shown = false;

function askOutcome(word, label) {
  outcome = { word, call: state().call, etag: state().callEtag };
  dialog("outcome-title").textContent = label;
  open("outcome");
  dialog("outcome").querySelector("[data-send]").focus();
  preview();
}

/** Ask the service for the sentence that each asker will hear, and show it before anything can be sent. */
async function preview() {
  const asked = outcome;
  const place = dialog("outcome-said");
  shown = false;
  place.replaceChildren(make("p", { class: "quiet" }, say("preview_wait")));
  const agency = dialog("outcome").querySelector("[name='/agency']").value;
  const answer = await send("POST", `/console/asking/outcome/${asked.call}`, { outcome: asked.word, agency });
  if (asked !== outcome) return;
  if (!answer.ok) {
    place.replaceChildren(make("p", { class: "fault" }, sentence(answer)));
    return;
  }
  place.replaceChildren(...sayings(answer.data.items, state().inquiry));
  shown = true;
}

/** Return what askers will hear, as elements: this inquiry's first, in its asker's language. */
export function sayings(items, mine) {
  const sorted = [...items].sort((a, b) => Number(b.inquiry_id === mine) - Number(a.inquiry_id === mine));
  const made = sorted.map((each) =>
    make("div", { class: "heard" },
      make("p", { class: "quiet small" }, `${each.number} · ${say("they_hear")}${each.told_now ? ` (${say("told_before")})` : ""}${each.changes ? "" : ` (${say("no_change")})`}`),
      make("p", { class: "said", lang: each.language }, each.answer[each.language])));
  return items.length > 1 ? [make("p", {}, say("told_others", { n: items.length })), ...made] : made;
}

async function sendOutcome(form) {
  if (!shown) return tell(say("preview_first"), "warn");
  const body = { outcome: outcome.word, ...bodyOf(form) };
  const answer = await once("outcome", "POST", `/v1/calls/${outcome.call}/outcome`, body, { etag: outcome.etag });
  if (await settle(answer, form)) form.reset();
  else if (answer.problem === "precondition-failed") outcome.etag = state().callEtag;
}

function openTold() {
  const answer = document.getElementById("answer");
  const place = dialog("told-answer");
  place.textContent = answer.textContent;
  place.lang = answer.lang;
  dialog("told").dataset.status = state().status;
  dialog("told").dataset.etag = state().etag;
  open("told");
  dialog("told").querySelector("[data-send]").focus();
}

async function sendTold(form) {
  const read = dialog("told").dataset;
  const answer = await once("told", "POST", path("/answered"), { ...bodyOf(form), status: read.status }, { etag: read.etag });
  if (answer.problem === "status-changed" || answer.problem === "precondition-failed") {
    await refresh({ atOnce: true });
    const changed = document.getElementById("answer").textContent !== dialog("told-answer").textContent;
    openToldAnew();
    const fault = dialog("told-fault");
    fault.textContent = say(changed ? "status_changed" : "stale");
    fault.hidden = false;
    return;
  }
  await settle(answer, form);
}

function openToldAnew() {
  dialog("told").close();
  openTold();
}

async function sendWithdraw(form) {
  const { replaced_by: said, ...body } = bodyOf(form);
  if (said) {
    const found = await send("GET", `/v1/inquiries?q=${encodeURIComponent(said)}&limit=2`);
    if (!found.ok) return settle(found, form);
    if (found.data.items.length !== 1) return showProblem(form, { data: { errors: [{ pointer: "/replaced_by", code: "unknown" }] } });
    body.replaced_by = found.data.items[0].id;
  }
  await settle(await once("withdraw", "POST", path("/withdraw"), body, { etag: state().etag }), form);
}

async function showContact() {
  const answer = await once("show", "GET", path("/callback"));
  if (!answer.ok) return settle(answer);
  const { phone, email } = answer.data;
  const link = make("a", { href: phone ? `tel:${phone}` : `mailto:${email}` }, phone ?? email);
  document.getElementById("callback-value").replaceChildren(link);
}
