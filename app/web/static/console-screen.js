/* Marks in place, while somebody types, the words that the service refuses; one key takes them out.
   Positions are code points, as the service counts them; JavaScript counts UTF-16 units. */

import { send } from "./console-api.js";
import { announce, make, say } from "./console-words.js";

const PAUSE = 250;
const TAKE_OUT = "F9";
const attached = new Map();

/** Watch every field of a part of the page whose text the service screens. */
export function watchScreened(root = document) {
  for (const field of root.querySelectorAll("[data-screened]")) if (!attached.has(field)) attach(field);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== TAKE_OUT) return;
  const marked = [...attached.values()].filter((each) => each.findings.length && each.field.isConnected);
  if (!marked.length) return;
  event.preventDefault();
  for (const each of marked) takeOut(each);
  announce(say("taken_out"));
});

function attach(field) {
  const behind = make("div", { class: "marks", "aria-hidden": "true" });
  field.before(behind); // the field itself is not moved, since that would take the focus away
  const button = make("button", { type: "button", class: "plain small", "aria-keyshortcuts": TAKE_OUT }, `${say("take_out")} `, make("kbd", { "aria-hidden": "true" }, TAKE_OUT));
  const help = make("div", { class: "takeout", hidden: true }, button);
  field.parentElement.after(help);
  const each = { field, behind, help, findings: [], asked: 0 };
  attached.set(field, each);
  button.addEventListener("click", () => {
    takeOut(each);
    announce(say("taken_out"));
    field.focus();
  });
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    if (each.findings.length) mark(each, []);
    pause = setTimeout(() => ask(each), PAUSE);
  });
  field.addEventListener("scroll", () => follow(each));
  new ResizeObserver(() => follow(each)).observe(field);
}

async function ask(each) {
  const text = each.field.value;
  const mine = ++each.asked;
  if (!text.trim()) return mark(each, []);
  const answer = await send("POST", "/v1/screen", { text }, { quiet: true });
  // An answer to an older text, or none at all: saving asks again in any case.
  if (mine !== each.asked || text !== each.field.value || !answer.ok) return;
  mark(each, answer.data.findings);
}

/** Mark the passages of a field that an answer of the service names. */
export function markFindings(field, findings) {
  const each = attached.get(field);
  if (each) mark(each, findings);
}

function mark(each, findings) {
  each.findings = findings;
  const { field, behind, help } = each;
  const letters = Array.from(field.value);
  const parts = [];
  let at = 0;
  for (const { start, end } of [...findings].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    parts.push(letters.slice(at, Math.max(start, at)).join(""), make("mark", {}, letters.slice(Math.max(start, at), end).join("")));
    at = end;
  }
  behind.replaceChildren(...parts, letters.slice(at).join(""), "\u200b");
  help.hidden = !findings.length;
  const fault = document.getElementById(field.getAttribute("aria-describedby"));
  if (findings.length) {
    const sentences = [...new Set(findings.map((finding) => say(`code.${finding.code}`)))];
    fault.textContent = `${say("marked", { n: findings.length })} ${sentences.join(" ")}`;
    field.setAttribute("aria-invalid", "true");
    announce(fault.textContent);
  } else if (field.getAttribute("aria-invalid")) {
    fault.textContent = "";
    field.removeAttribute("aria-invalid");
  }
  fault.hidden = !fault.textContent;
  follow(each);
}

function takeOut(each) {
  const letters = Array.from(each.field.value);
  const kept = letters.filter((_, place) => !each.findings.some(({ start, end }) => place >= start && place < end));
  each.field.value = kept.join("").replace(/[ \t]{2,}/g, " ").replace(/ ([.,;:!?])/g, "$1").trim();
  each.field.dispatchEvent(new Event("input", { bubbles: true }));
}

function follow({ field, behind }) {
  behind.scrollTop = field.scrollTop;
  behind.scrollLeft = field.scrollLeft;
}
