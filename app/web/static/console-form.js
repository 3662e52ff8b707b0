/* From a form's fields to the body that the service takes, and from its problems to sentences beside the fields.
   A field's name is the JSON pointer of what it fills. What cannot be read is sent as it is: the service says why not. */

import { sentence } from "./console-api.js";
import { markFindings } from "./console-screen.js";
import { knows, now, say, tell } from "./console-words.js";

const exact = (milliseconds) => new Date(milliseconds).toISOString();

const READ = {
  text: (text) => text,
  whole: (text) => (/^\d{1,4}$/.test(text) ? Number(text) : text),
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  bool: (text) => text === "true",
  phone: toE164,
  denver: denverTime,
  "denver-observed": denverTime,
  "minutes-ago": (text) => (/^\d{1,5}$/.test(text) ? exact(now() - Number(text) * 60000) : text),
  "number-said": (text) => text,
  "or-null": (text) => text,
};

/** Return what a form says, without what was left empty. */
export function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name.startsWith("/")) continue;
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    const text = field.value.trim();
    if (!text && field.dataset.type !== "or-null") continue;
    const value = text ? READ[field.dataset.type ?? "text"]?.(text) ?? text : null;
    if (field.dataset.type === "list") put(body, field.name, [...(at(body, field.name) ?? []), text]);
    else if (field.dataset.type === "denver-observed") put(body, "/observed_at", value);
    else put(body, field.name, value);
  }
  return body;
}

function put(body, pointer, value) {
  const names = pointer.slice(1).split("/");
  const last = names.pop();
  let place = body;
  for (const name of names) place = place[name] ??= {};
  place[last] = value;
}

const at = (body, pointer) => pointer.slice(1).split("/").reduce((place, name) => place?.[name], body);

/** Return a phone number as the service takes it; numbers of ten digits are of this country. */
function toE164(text) {
  const digits = text.replace(/[\s().\-]/g, "");
  if (/^\d{10}$/.test(digits)) return `+1${digits}`;
  return /^1\d{10}$/.test(digits) ? `+${digits}` : digits;
}

/** Return the moment of a date and time in Albuquerque, whatever zone this machine is in. */
function denverTime(text) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return text;
  let moment = wanted;
  for (let round = 0; round < 2; round += 1) moment += wanted - Date.parse(`${inDenver(moment)}Z`);
  return exact(moment);
}

function inDenver(moment) {
  const options = { timeZone: "America/Denver", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-US", options).formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** Take every fault away that was shown. */
export function clearFaults(form) {
  for (const fault of form.querySelectorAll(".fault")) {
    fault.textContent = "";
    fault.hidden = true;
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** Show each problem as a sentence beside its field, the rest at the top; lead to the first. */
export function showProblem(form, answer) {
  clearFaults(form);
  const general = form.querySelector(".fault:not([id^=e])");
  const rest = [];
  const passages = new Map();
  let first = null;
  for (const error of answer.data?.errors ?? []) {
    const place = placeOf(form, error.pointer);
    const text = knows(`code.${error.code}`) ? say(`code.${error.code}`) : error.detail;
    if (!place) {
      rest.push(text);
      continue;
    }
    const field = place.querySelector("input, select, textarea");
    const fault = place.querySelector(".fault");
    if (!fault.textContent.includes(text)) fault.textContent = `${fault.textContent} ${text}`.trim();
    fault.hidden = false;
    field.setAttribute("aria-invalid", "true");
    if (error.start !== undefined) passages.set(field, [...(passages.get(field) ?? []), error]);
    first ??= field;
  }
  for (const [field, found] of passages) markFindings(field, found);
  if (first === null || rest.length) {
    general.textContent = rest.length ? rest.join(" ") : sentence(answer);
    general.hidden = false;
  }
  tell(first === null ? general.textContent : say("problem_here"), "bad");
  (first ?? general).closest("details")?.setAttribute("open", "");
  (first ?? general).focus();
}

/** Return the field of a pointer; a pointer that names a part of the form stands for its first field. */
function placeOf(form, pointer) {
  if (!pointer) return null;
  const places = [...form.querySelectorAll("[data-field]")];
  return places.find((each) => each.dataset.field === pointer) ?? places.find((each) => each.dataset.field.startsWith(`${pointer}/`)) ?? null;
}
