/* Keeps a page as the service stands: the stream says that something happened, then the page's live part is read anew.
   The stream is read by fetch and not by EventSource, which hides the comment lines that tell a silent line from a dead one. */

import { onSignedIn, signInAgain } from "./console-api.js";
import { make, now, say, span, tell, timeOfDay } from "./console-words.js";

const DEAD_AFTER = 7000; // the service speaks every 3 s
const AGAIN_AFTER = 700;
const OPEN_WITHIN = 4000;
const BUSY_PAUSE = 1000; // under many events the page is read anew once a second
const HIDDEN_FOR = 60000; // a tab that nobody looks at gives its connection back

const live = () => document.getElementById("live");
let told = live()?.dataset.asOf ?? "";
let dataAsOf = now();
let heardAt = 0;
let lost = false;
let signedOut = false;
let line = null;

/** Begin to follow. */
export function follow() {
  onSignedIn(() => {
    signedOut = false;
    connection("");
    reconnect();
  });
  setInterval(watch, 1000);
  setInterval(tick, 5000);
  addEventListener("online", reconnect);
  addEventListener("offline", lose);
  let hidden;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(() => line?.abort(), HIDDEN_FOR);
    else if (line?.signal.aborted) reconnect();
  });
  run();
}

async function run() {
  for (;;) {
    if (!signedOut && !document.hidden) await listen();
    await new Promise((next) => {
      wake = next;
      setTimeout(next, AGAIN_AFTER);
    });
  }
}
let wake = () => {};

function reconnect() {
  line?.abort();
  wake();
}

async function listen() {
  line = new AbortController();
  const opening = setTimeout(() => line.abort(), OPEN_WITHIN);
  try {
    const headers = { "X-Background": "1", ...(told !== "" && { "Last-Event-ID": told }) };
    const response = await fetch("/v1/stream", { headers, signal: line.signal, cache: "no-store" });
    clearTimeout(opening);
    if (response.status === 401) return endOfSession();
    if (!response.ok) return lose();
    heardAt = Date.now();
    await found();
    await read(response.body.getReader());
  } catch {
    // The connection broke; what follows is the same for every reason.
  } finally {
    clearTimeout(opening);
  }
  if (!document.hidden && !signedOut) lose();
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heardAt = Date.now();
    if (!lost) dataAsOf = now();
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop();
    let happened = false;
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block);
      if (id) {
        told = id[1];
        happened = true;
      }
    }
    if (happened) refresh();
  }
}

function watch() {
  if (!line?.signal.aborted && heardAt && Date.now() - heardAt > DEAD_AFTER) line?.abort();
}

function lose() {
  if (signedOut) return;
  if (!lost) dataAsOf = Math.min(dataAsOf, now());
  lost = true;
  connection(say("lost", { t: timeOfDay(dataAsOf) }));
}

async function found() {
  if (!lost) return;
  if (live() && !(await refresh({ atOnce: true }))) return;
  lost = false;
  connection("");
  tell(say("back"), "good");
}

function endOfSession() {
  signedOut = true;
  const again = make("button", { type: "button", class: "plain" }, say("sign_in"));
  again.addEventListener("click", signInAgain);
  connection(say("signed_out"), again);
}

function connection(text, ...more) {
  const bar = document.getElementById("connection");
  bar.hidden = !text;
  bar.replaceChildren(text, ...more);
}

let reading = null;
let readAgain = false;
let lastRead = 0;

/** Read the live part of the page anew; return whether that went well. Readings never overlap. */
export function refresh({ atOnce = false } = {}) {
  if (!live()) return Promise.resolve(true);
  if (reading) {
    readAgain = true;
    return reading;
  }
  const pause = atOnce ? 0 : Math.max(0, lastRead + BUSY_PAUSE - Date.now());
  reading = (async () => {
    let well;
    if (pause) await new Promise((next) => setTimeout(next, pause));
    do {
      readAgain = false;
      lastRead = Date.now();
      well = await readPage();
    } while (readAgain && well);
    return well;
  })().finally(() => (reading = null));
  return reading;
}

async function readPage() {
  try {
    const address = `${location.pathname}?lang=${document.body.dataset.lang}`;
    const response = await fetch(address, {
      headers: { "X-Fragment": "live", "X-Background": "1" },
      cache: "no-store",
      signal: AbortSignal.timeout(OPEN_WITHIN),
    });
    if (response.status === 401) endOfSession();
    if (!response.ok) return false;
    replace(new DOMParser().parseFromString(await response.text(), "text/html").getElementById("live"));
    dataAsOf = now();
    return true;
  } catch {
    return false;
  }
}

/** Put the new state in the place of the old one; the focus, what is ticked, chosen or unfolded stays as it is. */
function replace(fresh) {
  const old = live();
  for (const input of old.querySelectorAll("input[id], select[id]")) {
    const same = fresh.querySelector(`#${CSS.escape(input.id)}`);
    if (!same) continue;
    if (input.type === "checkbox") same.checked = input.checked;
    else if (same.tagName === "SELECT" && [...same.options].some((option) => option.value === input.value)) same.value = input.value;
  }
  const unfolded = fresh.querySelectorAll("details");
  old.querySelectorAll("details").forEach((each, place) => unfolded[place] && (unfolded[place].open = each.open));
  const shown = old.querySelector("#callback-value");
  fresh.querySelector("#callback-value")?.replaceChildren(...(shown?.childNodes ?? []));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(document.adoptNode(fresh));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  tick();
  document.dispatchEvent(new Event("live"));
}

/** Count ages and due times on; what has just become late changes the order, so the page is read anew. */
function tick() {
  for (const each of document.querySelectorAll("[data-age]")) {
    each.textContent = span((now() - Date.parse(each.dataset.age)) / 1000);
  }
  let justLate = false;
  for (const each of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(each.dataset.due) - now()) / 1000;
    const wanted = left < 0 ? "late" : left < 120 ? "soon" : "ahead";
    justLate ||= wanted === "late" && !each.classList.contains("late");
    each.className = `due ${wanted}`;
    each.textContent = say(left < 0 ? "due_late" : "due_in", { t: span(Math.abs(left)) });
  }
  if (justLate) refresh();
}
