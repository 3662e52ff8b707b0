/* Sends what the person does to the service. Nothing that was typed is kept in the browser beyond the page. */

import { say } from "./console-words.js";

const ANSWER_SECONDS = 15;
let signedInAgain = () => {};

/** Let others know when somebody has signed in again without leaving the page. */
export function onSignedIn(listener) {
  signedInAgain = listener;
}

export const newKey = () => crypto.randomUUID();

/**
 * Send a request and return `{ok, status, data, problem}`; `offline` where no answer came.
 * A change carries `key`, so that it is stored once however often it is sent, and `etag`, so that what is stale is told.
 * What is sent while somebody types is `quiet`: it asks nobody to sign in, since that would take the focus away.
 */
export async function send(method, path, body, { key, etag, quiet = false } = {}) {
  let answer = await attempt(method, path, body, { key, etag });
  if (answer.status === 401 && !quiet && (await signInAgain())) {
    answer = await attempt(method, path, body, { key, etag });
  }
  return answer;
}

async function attempt(method, path, body, { key, etag }) {
  const headers = { Accept: "application/json", "X-Same-Origin-Token": document.body.dataset.sameOrigin };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (etag) headers["If-Match"] = `"${etag}"`;
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
    });
    const data = await response.json().catch(() => null);
    return response.ok
      ? { ok: true, status: response.status, data }
      : { ok: false, status: response.status, data, problem: slugOf(data) };
  } catch {
    return { ok: false, offline: true, status: 0, data: null, problem: "offline" };
  }
}

const slugOf = (data) => (data?.type ?? "/problems/internal").replace("/problems/", "");

/** Return the sentence for a request that was refused as a whole. */
export function sentence(answer) {
  if (answer.offline) return say("not_sent");
  if (answer.problem === "precondition-failed") return say("stale");
  if (answer.problem === "status-changed") return say("status_changed");
  return `${say(`problem.${answer.problem}`)}. ${say(`help.${answer.problem}`)}`.replaceAll("`", "");
}

/** Ask for a token on the page itself, so that nothing typed is lost; return whether somebody signed in. */
export function signInAgain() {
  const dialog = document.getElementById("again");
  const form = dialog.querySelector("form");
  const fault = document.getElementById("again-fault");
  if (dialog.open) return Promise.resolve(false);
  dialog.showModal();
  return new Promise((resolve) => {
    const done = new AbortController();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.textContent = "";
      const refused = await tryToken(form);
      if (refused === null) dialog.close("in");
      else fault.textContent = refused;
    }, { signal: done.signal });
    dialog.addEventListener("close", () => {
      done.abort();
      form.reset();
      resolve(dialog.returnValue === "in");
      dialog.returnValue = "";
    }, { signal: done.signal });
  });
}

async function tryToken(form) {
  const fields = new URLSearchParams(new FormData(form));
  const path = `/console/sign-in?lang=${document.body.dataset.lang}`;
  const response = await fetch(path, { method: "POST", headers: { Accept: "application/json" }, body: fields }).catch(() => null);
  if (response === null) return say("not_sent");
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) return answer.refused ?? say("problem.internal");
  document.body.dataset.sameOrigin = answer["x-same-origin-token"];
  for (const field of document.querySelectorAll("input[name=same_origin_token]")) field.value = answer["x-same-origin-token"];
  signedInAgain();
  return null;
}
