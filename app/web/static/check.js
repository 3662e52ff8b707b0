// Checks an entry of the log in the reader's own browser: nothing is taken on trust but the City's published key.
//
// Formats: RFC 6962 section 2.1 (hashes, audit paths), C2SP signed-note and tlog-checkpoint; docs/ledger.md says what a
// leaf is. The functions above the page's own part are pure and are tested against the published vectors.

const utf8 = new TextEncoder();

/** SHA-256 of several byte arrays, one after the other. */
async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, place) => byte === b[place]);

/** What the tree holds for a payload: `v1 ` and the hex SHA-256 of salt and payload. */
export async function entryOf(salt, payload) {
  return utf8.encode(`v1 ${toHex(await sha256(salt, payload))}`);
}

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** The root that an audit path leads to from a leaf; null where the path has the wrong length (RFC 9162, 2.1.3.2). */
export async function rootFrom(leaf, index, size, path) {
  if (!(index >= 0 && index < size)) return null;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      hash = await nodeHash(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

/** A verifier key `name+id+base64(1 || public key)`; null where its id is not that of its name and key. */
export async function readKey(text) {
  const [name, id, ...rest] = text.trim().split("+");
  const coded = fromBase64(rest.join("+"));
  const computed = await sha256(utf8.encode(`${name}\n`), coded);
  if (coded[0] !== 1 || coded.length !== 33 || toHex(computed.slice(0, 4)) !== id) return null;
  return { name, id: fromHex(id), key: coded.slice(1) };
}

/** Whether a signed note carries a good signature of one of the keys; returns that key and the note's text, or null. */
export async function openNote(note, keys) {
  const split = note.lastIndexOf("\n\n");
  if (split < 0) return null;
  const text = note.slice(0, split + 1);
  for (const line of note.slice(split + 2).split("\n")) {
    const found = /^— (\S+) (\S+)$/.exec(line);
    if (!found) continue;
    const signature = fromBase64(found[2]);
    for (const key of keys) {
      if (key.name !== found[1] || !same(key.id, signature.slice(0, 4))) continue;
      const imported = await crypto.subtle.importKey("raw", key.key, { name: "Ed25519" }, false, ["verify"]);
      const good = await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.slice(4), utf8.encode(text));
      if (good) return { key, text };
    }
  }
  return null;
}

/** A checkpoint's text: origin, size, root. */
export function readCheckpoint(text) {
  const [origin, size, root] = text.split("\n");
  return { origin, size: Number(size), root: fromBase64(root) };
}

/** What an inquiry's events say, in the fields of the log. */
export function reckon(events) {
  const entry = { calls: [], corrections: [] };
  for (const { kind, at, subject, data } of events) {
    entry.number = subject;
    if (kind === "inquiry:logged") Object.assign(entry, { asked_at: data.asked_at, source: data.source, outlet: data.outlet });
    if (kind === "inquiry:place") {
      const { observed_at, activity, area_command, block } = data;
      Object.assign(entry, { observed_at, activity, area_command, block });
    }
    if (kind === "inquiry:called") entry.calls.push({ placed_at: data.placed_at, outcome: null, agency: null });
    if (kind === "inquiry:outcome" || kind === "inquiry:corrected") {
      const call = entry.calls[data.call - 1];
      if (kind === "inquiry:corrected") {
        entry.corrections.push({ corrected_at: at, call: data.call, from: call.outcome, to: data.outcome });
      }
      Object.assign(call, { outcome: data.outcome, agency: data.agency });
    }
    // A correction opens at once; one without an answer may name a status that another event brought, closed still.
    const namesOnly = kind === "inquiry:answered" || (kind === "inquiry:corrected" && !data.answer);
    if (data.status !== undefined && !namesOnly) entry.status = data.status;
    if (data.answer) entry.answer = data.answer;
  }
  return entry;
}

const plain = (value) =>
  JSON.stringify(value, (_, member) =>
    member && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

/**
 * Checks the evidence of an entry, as it was fetched. Returns `{size, count, key}` where all of it holds; throws a Fault
 * otherwise. `shown` is the entry as the page shows it.
 */
export async function check(text, keyTexts, shown) {
  try {
    return await checked(JSON.parse(text), keyTexts, shown);
  } catch (error) {
    // A browser without Ed25519 cannot tell; whatever else goes wrong is the evidence's.
    if (error instanceof Fault || error.name === "NotSupportedError") throw error;
    throw new Fault("fault_form");
  }
}

async function checked(evidence, keyTexts, shown) {
  const keys = (await Promise.all(keyTexts.map(readKey))).filter(Boolean);
  const opened = await openNote(evidence.checkpoint, keys);
  if (!opened) throw new Fault("fault_signature");
  const { size, root } = readCheckpoint(opened.text);
  const events = [];
  for (const { index, payload, salt, proof } of evidence.events) {
    const leaf = await leafHash(await entryOf(fromHex(salt), utf8.encode(payload)));
    const reached = await rootFrom(leaf, index, size, proof.map(fromBase64));
    if (!reached || !same(reached, root)) throw new Fault("fault_proof", { index });
    const told = JSON.parse(payload);
    if (told.subject !== shown.number) throw new Fault("fault_payload", { index });
    events.push(told);
  }
  const settled = events.some(({ kind }) => kind === "inquiry:place");
  const sequence = events.map(({ seq }) => seq);
  const expected = Array.from(sequence, (_, place) => (settled || place === 0 ? place : place + 1));
  if (events.length === 0 || plain(sequence) !== plain(expected)) throw new Fault("fault_sequence");
  const reckoned = reckon(events);
  for (const field of Object.keys(reckoned)) {
    if (field in shown && plain(reckoned[field]) !== plain(shown[field])) throw new Fault("fault_entry", { field });
  }
  return { size, count: events.length, key: `${opened.key.name}+${toHex(opened.key.id)}` };
}

/** Something that does not check out: a message's name and what it speaks of. */
export class Fault extends Error {
  constructor(name, placeholders = {}) {
    super(name);
    this.placeholders = placeholders;
  }
}

// The page's own part.

const box = globalThis.document?.querySelector("[data-check]");
if (box) {
  const say = (name, placeholders = {}) =>
    box.dataset[name].replace(/\{(\w+)\}/g, (_, word) => String(placeholders[word] ?? ""));
  const result = box.querySelector("[data-result]");
  const show = (kind, lines, note) => {
    const parts = lines.map((text, place) => Object.assign(document.createElement(place ? "p" : "h3"), { textContent: text }));
    if (note) {
      const kept = document.createElement("pre");
      kept.className = "scroll";
      kept.tabIndex = 0;
      kept.append(Object.assign(document.createElement("code"), { textContent: note }));
      parts.push(Object.assign(document.createElement("p"), { textContent: say("keep") }), kept);
    }
    result.className = `notice ${kind}`;
    result.replaceChildren(...parts);
  };
  const fetched = async (path) => {
    const response = await fetch(path);
    if (response.status === 404) throw new Missing();
    if (!response.ok) throw new Error("network");
    return response;
  };
  class Missing extends Error {}
  const button = box.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    show("", [say("working")]);
    const shown = JSON.parse(box.dataset.entry);
    try {
      const evidence = await (await fetched(`/v1/log/${shown.number}/evidence`)).text();
      const keys = (await (await fetched("/ledger/key")).text()).trim().split("\n");
      const answer = document.querySelector("[data-answer]");
      if (answer) shown.answer = { ...shown.answer, [answer.lang]: answer.textContent.trim() };
      const { size, count, key } = await check(evidence, keys, shown);
      show("good", [say("sound"), say("sound_1", { key, size }), say("sound_2", { count }), say("sound_3"), say("proves")], JSON.parse(evidence).checkpoint);
    } catch (error) {
      if (error instanceof Fault) show("bad", [say("unsound"), say(error.message, error.placeholders), say("unsound_note")]);
      else if (error instanceof Missing) show("warn", [say("cannot", { why: say("why_none") })]);
      else if (error.name === "NotSupportedError") show("warn", [say("cannot", { why: say("why_browser") })]);
      else show("warn", [say("cannot", { why: say("why_network") })]);
    }
    button.disabled = false;
    result.focus();
  });
}
