// Gestures asked of the course's side of the server (src/challenge_data/desk): JSON or bytes in, JSON or a file out.

import { times } from "./times.js";

// Its message is a French sentence, to show as it is; gone: the machine itself does not answer; status: what came instead.
export class Problem extends Error {
  constructor(message, gone = false, status = 0) {
    super(message);
    this.gone = gone;
    this.status = status;
  }
}

const UNREACHABLE = "La machine ne répond pas. Votre travail gardé dans ce navigateur y est toujours.";
// What stands before a machine says these for it once it is stopped; 424 is JupyterHub's.
const STOPPED = [404, 424, 502, 503, 504];
// A question that a network lost without a word must not stop the next ones, nor keep notebooks still for ever. A file that comes takes the time it takes.
const SHORT = ["state", "pieces", "question", "hand_ins"], ENDLESS = ["work", "handed_in"];
const SLOWEST = 20;  // bytes a millisecond, for a file that goes: a room's network on a bad day

export class Server {
  constructor(coreutils, services) {
    this.settings = services.ServerConnection.makeSettings();
    this.address = coreutils.URLExt.join(this.settings.baseUrl, "challenge-data");
    this.connection = services.ServerConnection;
  }

  // given: an object, sent as JSON; with a Blob as given.content, its other values go into the address.
  async answer(gesture, given = {}) {
    const { content, ...named } = given;
    const query = content ? "?" + new URLSearchParams(named) : "";
    const init = content
      ? { method: "POST", body: content, headers: { "Content-Type": "application/zip" } }
      : { method: "POST", body: JSON.stringify(named), headers: { "Content-Type": "application/json" } };
    if (!ENDLESS.includes(gesture)) { init.signal = AbortSignal.timeout((SHORT.includes(gesture) ? times.silence : times.patience) + (content?.size ?? 0) / SLOWEST); }
    let response;
    try {
      response = await this.connection.makeRequest(`${this.address}/${gesture}${query}`, init, this.settings);
    } catch {
      throw new Problem(UNREACHABLE, true);
    }
    if (response.status === 400) {
      throw new Problem((await read(response, "json")).message);
    }
    // A hub answers a page of its own, with 200, for a machine that it forgot.
    if (STOPPED.includes(response.status) || (response.ok && (response.headers.get("Content-Type") || "").includes("text/html"))) {
      throw new Problem(UNREACHABLE, true, response.status);
    }
    if (!response.ok) {
      throw new Problem(`La machine n'a pas su répondre (erreur ${response.status}). Réessayez ; si cela recommence, montrez cette phrase à votre mentor.`, false, response.status);
    }
    return response;
  }

  async ask(gesture, given) {
    return read(await this.answer(gesture, given), "json");
  }

  // { name, blob } of the file that a gesture gives.
  async file(gesture, given) {
    const response = await this.answer(gesture, given);
    return { name: decodeURIComponent(response.headers.get("X-Challenge-Data-Name")), blob: await read(response, "blob") };
  }

  // Its bytes alone.
  async bytes(gesture, given) {
    return new Uint8Array(await read(await this.answer(gesture, given), "arrayBuffer"));
  }
}

// What JupyterLab asks by itself waits for ever: no answer in time is a network's fault, as fetch says it.
export function within(time, promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new TypeError("no answer")), time))]);
}

// Whether JupyterLab's own question failed because the machine does not answer; a 404 of its files is only a file that is not there.
export function isGone(problem) {
  return problem instanceof TypeError || (STOPPED.includes(problem.response?.status) && problem.response.status !== 404);
}

// An answer may be cut on its way.
async function read(response, as) {
  try {
    return await response[as]();
  } catch {
    throw new Problem(UNREACHABLE, true);
  }
}
