/* A new inquiry: saved once, in the caller's order; what was asked close by is shown while the form is open. */

import { newKey, send, sentence } from "./console-api.js";
import { bodyOf, clearFaults, showProblem } from "./console-form.js";
import { make, now, say, span, tell } from "./console-words.js";

const PAUSE = 400;
const JOIN = "F8";
const form = document.querySelector("form[data-new]");
const list = document.getElementById("nearby");
const key = form && newKey();
let saving = false;
let left = false;

/** Begin, on the page of the form. */
export function startNew() {
  if (!form) return;
  form.addEventListener("submit", save);
  form.addEventListener("change", onlyWhereItBelongs);
  let pause;
  for (const name of ["/place/address", "/place/latitude", "/place/longitude"]) {
    form.elements[name].addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(look, PAUSE);
    });
  }
  document.addEventListener("keydown", (event) => {
    const first = list.querySelector("input");
    if (event.key !== JOIN || !first) return;
    event.preventDefault();
    first.checked = !first.checked;
  });
  addEventListener("beforeunload", (event) => {
    if (!left && [...form.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue)) event.preventDefault();
  });
}

function onlyWhereItBelongs() {
  const part = form.querySelector("[data-only-for]");
  part.hidden = form.elements["/source"].value !== part.dataset.onlyFor;
  if (part.hidden) part.querySelector("input").value = "";
}

async function save(event) {
  event.preventDefault();
  if (saving) return;
  saving = true;
  form.querySelector("[data-save]").setAttribute("aria-disabled", "true");
  tell(say("sending"));
  const answer = await send("POST", "/v1/inquiries", bodyOf(form), { key });
  saving = false;
  form.querySelector("[data-save]").removeAttribute("aria-disabled");
  if (!answer.ok) return showProblem(form, answer);
  clearFaults(form);
  tell(say("saved", { number: answer.data.number }), "good");
  const joins = list.querySelector("input:checked")?.value;
  if (joins) {
    const joined = await send("POST", `/v1/calls/${joins}/inquiries`, { inquiry_ids: [answer.data.id] }, { key: newKey() });
    if (!joined.ok) tell(`${say("join_failed")} ${sentence(joined)}`, "bad");
  }
  left = true;
  location.assign(`/console/inquiries/${answer.data.number}?lang=${document.body.dataset.lang}`);
}

let asked = 0;

async function look() {
  const { address, latitude, longitude } = bodyOf(form).place ?? {};
  const mine = ++asked;
  const whole = typeof latitude === "number" && typeof longitude === "number";
  if (!whole && (address ?? "").length < 3) return show([]);
  const place = { ...(address && { address }), ...(whole && { latitude, longitude }) };
  const answer = await send("POST", "/console/asking/nearby", place, { quiet: true });
  if (mine === asked && answer.ok) show(answer.data.items);
}

function show(items) {
  document.getElementById("nearby-none").hidden = items.length > 0;
  const chosen = list.querySelector("input:checked")?.value;
  list.replaceChildren(...items.map((near, place) => shownNear(near, chosen, place)));
}

function shownNear(near, chosen, place) {
  const label = (key) => form.querySelector(`option[value="${CSS.escape(key)}"]`)?.textContent ?? key;
  const seen = [
    near.distance_m === null ? say("same_block") : say("metres", { n: near.distance_m }),
    say("ago", { t: span((now() - Date.parse(near.asked_at)) / 1000) }),
    label(near.activity),
    near.agents === null ? "" : say("agents", { n: near.agents }),
    near.vehicles === null ? "" : say("vehicles", { n: near.vehicles }),
  ].filter(Boolean);
  const link = make("a", { href: `/console/inquiries/${near.number}?lang=${document.body.dataset.lang}`, target: "_blank", class: "number" }, near.number);
  const facts = make("p", {}, link, ` ${seen.join(" · ")}`);
  if (!near.call) return make("div", { class: "near" }, facts, make("p", { class: "quiet small" }, say("no_call")));
  const tick = make("input", { type: "radio", name: "join", value: near.call.id, checked: chosen === near.call.id });
  const key = place === 0 ? [" ", make("kbd", { "aria-hidden": "true" }, JOIN)] : [];
  return make("div", { class: "near" }, facts, make("label", {}, tick, ` ${say("join_that")}`, ...key));
}
