// The team's work in this browser (IndexedDB). One record a machine: a new session never writes over an earlier one's.
//   sessions: { key, edition, machine, page, kept, stamp, downloaded, manifest, large, files: { path: { sha256, bytes } }, taken? }; page: the last that
//             saved; taken: the machine that took it back last
//   unsaved:  { session, page, path, text, typed }, what is on a page's screen and not yet on the machine's disk: one page never writes over another's

const MOST_SESSIONS = 6;  // of one edition; the oldest goes first
const PAGE = `${Date.now()}-${Math.random()}`, LOCK = "challenge-data page ";

// Held as long as this page lives: how the others know. Browsers have locks only where the address is https or this computer's.
navigator.locks?.request(LOCK + PAGE, () => new Promise(() => {})).catch(() => {});

export class Kept {
  static async open(edition, machine) {
    const asked = indexedDB.open("challenge-data", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("sessions", { keyPath: "key" });
      asked.result.createObjectStore("unsaved", { keyPath: ["session", "page", "path"] });
    };
    const kept = new Kept();
    kept.base = await done(asked);
    kept.edition = edition;
    kept.machine = machine;
    kept.key = `${edition}|${machine}`;
    kept.page = PAGE;
    return kept;
  }

  // One transaction on both stores; its promise is kept once it is on the disk.
  async write(change) {
    const transaction = this.base.transaction(["sessions", "unsaved"], "readwrite");
    change(transaction.objectStore("sessions"), transaction.objectStore("unsaved"));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }

  read(store) {
    return this.base.transaction(store).objectStore(store);
  }

  // This machine's record, or one to fill.
  async mine() {
    const found = await done(this.read("sessions").get(this.key));
    return found || { key: this.key, edition: this.edition, machine: this.machine, page: this.page, kept: 0, stamp: "", downloaded: null, manifest: null, large: [], files: {} };
  }

  // Changes one record as it is now: a window that has been open for hours may know an older one.
  change(key, change) {
    return this.write((sessions) => {
      const asked = sessions.get(key);
      asked.onsuccess = () => { if (asked.result) { sessions.put(change(asked.result)); } };
    });
  }

  // Every record of this edition that holds something, the latest first; typed, of a machine where nothing was ever saved: the texts that its closed pages left.
  async all() {
    const found = await done(this.read("sessions").getAll()), known = found.map((record) => record.key), bare = new Map();
    for (const entry of await closed(await done(this.read("unsaved").getAll()))) {
      if (known.includes(entry.session) || !entry.session.startsWith(`${this.edition}|`)) { continue; }
      const record = bare.get(entry.session) || { key: entry.session, edition: this.edition, kept: 0, manifest: null, large: [], files: {}, typed: [] };
      bare.set(entry.session, { ...record, kept: Math.max(record.kept, entry.typed), typed: [...record.typed, entry] });
    }
    return [...found.filter((record) => record.edition === this.edition && Object.keys(record.files).length), ...bare.values()].sort((one, other) => other.kept - one.kept);
  }

  async put(record) {
    // Read whole only when one has to go: they are megabytes.
    const keys = await done(this.read("sessions").getAllKeys());
    if (keys.filter((key) => key.startsWith(`${this.edition}|`) && key !== this.key).length < MOST_SESSIONS) {
      await this.write((sessions) => sessions.put(record));
      return;
    }
    const old = (await this.all()).filter((other) => other.key !== this.key).slice(MOST_SESSIONS - 1);
    const lost = (await Promise.all(old.map((other) => this.unsaved(other.key)))).flat();
    await this.write((sessions, unsaved) => {
      sessions.put(record);
      old.forEach((other) => sessions.delete(other.key));
      lost.forEach((entry) => unsaved.delete([entry.session, entry.page, entry.path]));
    });
  }

  async unsaved(key = this.key) {
    return (await done(this.read("unsaved").getAll())).filter((entry) => entry.session === key);
  }

  // What pages of this machine left that were closed before they saved; a window that is still open keeps its own.
  async left() {
    return closed((await this.unsaved()).filter((entry) => entry.page !== this.page));
  }

  putUnsaved(path, text) {
    return this.write((_, unsaved) => unsaved.put({ session: this.key, page: this.page, path, text, typed: Date.now() }));
  }

  dropUnsaved(path) {
    return this.write((_, unsaved) => unsaved.delete([this.key, this.page, path]));
  }

  // These very entries: what was typed since stays.
  drop(entries) {
    return this.write((_, unsaved) => entries.forEach(({ session, page, path, typed }) => {
      const asked = unsaved.get([session, page, path]);
      asked.onsuccess = () => { if (asked.result?.typed === typed) { unsaved.delete([session, page, path]); } };
    }));
  }

  // Everything of every edition: what somebody means who leaves a shared computer.
  erase() {
    return this.write((sessions, unsaved) => { sessions.clear(); unsaved.clear(); });
  }
}

// Of these texts, those whose page is closed.
async function closed(entries) {
  const open = navigator.locks ? (await navigator.locks.query()).held.map(({ name }) => name.replace(LOCK, "")) : [];
  return entries.filter((entry) => !open.includes(entry.page));
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
