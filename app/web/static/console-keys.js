/* One key for each thing that can be done here, and a command line: both press the buttons that stand on the page. */

import { make, say } from "./console-words.js";

const ON_AN_INQUIRY = ["call", "confirmed", "not", "declined", "na", "lm", "told", "claim", "take", "join", "withdraw"];
const WITH_WORDS = { call: "cmd_call", open: "cmd_open", find: "cmd_find" };

const dialog = document.getElementById("command");
const input = document.getElementById("command-line");
const list = document.getElementById("command-list");
const fault = document.getElementById("command-fault");
let chosen = -1;

/** Begin to listen to keys. */
export function listenToKeys() {
  document.addEventListener("keydown", onKey);
  document.getElementById("open-command").addEventListener("click", openCommand);
  document.getElementById("open-help").addEventListener("click", openHelp);
  input.addEventListener("input", () => offer());
  input.addEventListener("keydown", onCommandKey);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close) {
      event.preventDefault();
      close.closest("dialog").close();
    }
  });
}

const isField = (target) =>
  target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

function onKey(event) {
  if (event.defaultPrevented || event.altKey || event.metaKey || event.isComposing) return;
  const open = document.querySelector("dialog[open]");
  const typing = isField(event.target);
  const key = event.ctrlKey ? `Control+${event.key}` : event.key;
  if (key === "Control+Enter") {
    const form = event.target.closest?.("form") ?? (open ?? document).querySelector("form[data-new], form[data-correction]");
    const sends = form?.querySelector("[data-send], [data-save]");
    if (sends) {
      event.preventDefault();
      form.requestSubmit(sends);
    }
    return;
  }
  if (key === "Escape" && typing && !open) {
    event.target.blur(); // what was typed stays
    return;
  }
  if (typing || open || event.ctrlKey) return;
  if (moveInQueue(event) || document.body.dataset.keys === "off") return;
  const wanted = pressable(`[data-key="${CSS.escape(key)}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.click();
  }
}

function moveInQueue(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return false;
  const rows = [...document.querySelectorAll(".queue tbody a")];
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
  event.preventDefault();
  rows[next].focus();
  return true;
}

const visible = (each) => each.getClientRects().length > 0 && !each.disabled && !each.closest("dialog");
const pressable = (selector) => [...document.querySelectorAll(selector)].find(visible);

function openCommand() {
  fault.textContent = "";
  dialog.showModal();
  input.select();
  offer();
}

/** Return the commands by name: what pressing them does, and what they are called. */
function commands() {
  const found = new Map();
  for (const each of document.querySelectorAll("[data-command]")) {
    if (visible(each) && !found.has(each.dataset.command)) found.set(each.dataset.command, { press: () => each.click(), label: labelOf(each) });
  }
  for (const [name, key] of Object.entries(WITH_WORDS)) {
    found.set(name, { press: found.get(name)?.press, label: found.has(name) ? `${found.get(name).label}; ${say(key)}` : say(key) });
  }
  for (const name of ON_AN_INQUIRY) if (!found.has(name)) found.set(name, { label: say("needs_number", { name }) });
  return found;
}

const labelOf = (each) => [...each.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("").trim();

function fitting(typed) {
  const word = typed.trim().split(/\s+/)[0].toLowerCase();
  const all = commands();
  if (word === "?" || word === "") return [...all];
  if (all.has(word)) return [[word, all.get(word)]];
  return [...all].filter(([name]) => name.startsWith(word));
}

function offer(active = -1) {
  chosen = active;
  const options = fitting(input.value).map(([name, { label }], place) => {
    const option = make("li", { role: "option", id: `command-${place}`, "aria-selected": String(place === active) }, make("code", {}, name), ` ${label}`);
    option.addEventListener("click", () => {
      input.value = name;
      run();
    });
    return option;
  });
  list.replaceChildren(...options);
  if (active >= 0) input.setAttribute("aria-activedescendant", `command-${active}`);
  else input.removeAttribute("aria-activedescendant");
}

function onCommandKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const last = list.children.length - 1;
    offer(event.key === "ArrowDown" ? Math.min(chosen + 1, last) : Math.max(chosen - 1, -1));
  } else if (event.key === "Tab" && list.children.length === 1 && input.value.trim()) {
    event.preventDefault();
    input.value = `${list.querySelector("code").textContent} `;
    offer();
  }
}

function run() {
  const picked = chosen >= 0 ? list.children[chosen].querySelector("code").textContent : null;
  const [first, ...others] = input.value.trim().split(/\s+/);
  const rest = others.join(" ");
  if (first === "?" && !picked) {
    dialog.close();
    return openHelp();
  }
  const found = picked ? [[picked, commands().get(picked)]] : fitting(first ?? "");
  if (!first && !picked) return refuse("no_command");
  if (found.length === 0) return refuse("no_command");
  if (found.length > 1) return refuse("several", { names: found.map(([name]) => name).join(", ") });
  const [name, { press }] = found[0];
  if (rest) return withWords(name, rest);
  if (!press) return refuse("needs_number", { name });
  input.value = "";
  dialog.close();
  press();
}

function withWords(name, words) {
  if (name === "find") return find(words);
  if (name !== "open" && !ON_AN_INQUIRY.includes(name)) return refuse("no_command");
  if (!/^#?(\d{2}(\d{2})?-)?\d{1,9}$/.test(words)) return refuse("unknown_number");
  const then = name === "open" ? "" : `&do=${name}`;
  location.assign(`/console/inquiries/${encodeURIComponent(words.replace("#", ""))}?lang=${document.body.dataset.lang}${then}`);
}

/** Search by a form that is posted: what is sought stands in no address. */
function find(words) {
  const form = make("form", { method: "post", action: `/console/find?lang=${document.body.dataset.lang}`, hidden: true },
    make("input", { name: "same_origin_token", value: document.body.dataset.sameOrigin }), make("input", { name: "q", value: words }));
  document.body.append(form);
  form.submit();
}

function refuse(key, values) {
  fault.textContent = say(key, values);
}

function openHelp() {
  const rows = [];
  const row = (label, key, command) =>
    rows.push(make("tr", {}, make("td", {}, label), make("td", {}, ...(key ? [make("kbd", {}, key)] : [])), make("td", {}, ...(command ? [make("code", {}, command)] : []))));
  for (const each of document.querySelectorAll("[data-key], [data-command]")) {
    if (visible(each)) row(labelOf(each), (each.dataset.key ?? "").replace("Control", "Ctrl"), each.dataset.command);
  }
  for (const [name, key] of Object.entries(WITH_WORDS)) row(say(key), "", name);
  row(say("take_out"), "F9", "");
  row(say("cmd_rows"), "↑ ↓", "");
  row(say("cmd_close"), "Esc", "");
  document.getElementById("help-rows").replaceChildren(...rows);
  document.getElementById("help").showModal();
}
