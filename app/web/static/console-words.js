/* What the console's scripts say: the words of the page's language, which the server hands over with the page. */

const words = JSON.parse(document.body.dataset.words);
export const language = document.body.dataset.lang;

// How far this machine's clock is from the server's: due times are the server's.
const ahead = Date.now() - Date.parse(document.body.dataset.now);
export const now = () => Date.now() - ahead;

/** Return a message with its placeholders filled in. */
export function say(key, values = {}) {
  const message = words[key];
  if (message === undefined) throw new Error(`no message ${key}`);
  return message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const knows = (key) => key in words;

/** Return a length of time as the server writes it. */
export function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return say("minutes", { n: minutes });
  if (minutes < 2 * 24 * 60) return say("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return say("days", { n: Math.floor(minutes / (24 * 60)) });
}

/** Return the time of day in Albuquerque: 14:02. */
export const timeOfDay = (at) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "America/Denver", hour: "2-digit", minute: "2-digit" }).format(at);

/** Return a new element with attributes and children; texts are never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Say something to the person, on the page and to a screen reader; `kind` is good, warn, bad or nothing. */
export function tell(text, kind = "") {
  const place = document.getElementById("message");
  place.replaceChildren(...(text ? [make("p", { class: `notice ${kind}` }, text)] : []));
}

/** Say something to a screen reader alone: it stands on the page already, beside the field that it is about. */
export function announce(text) {
  document.getElementById("announced").textContent = text;
}
