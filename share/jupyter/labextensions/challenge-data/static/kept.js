// The team's work in this browser (IndexedDB). One record a machine: a new session never writes over an earlier one's.
//   sessions: { key, edition, machine, kept, stamp, downloaded, manifest, large, files: { path: { sha256, bytes } }, taken? }, taken: the machine that took it back last
//   unsaved:  { session, path, text, typed }, what is on the screen and not yet on the machine's disk

const MOST_SESSIONS = 6;  // of one edition; the oldest goes first

export class Kept {
  static async open(edition, machine) {
    const asked = indexedDB.open("challenge-data", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("sessions", { keyPath: "key" });
      asked.result.createObjectStore("unsaved", { keyPath: ["session", "path"] });
    };
    const kept = new Kept();
    kept.base = await done(asked);
    kept.edition = edition;
    kept.machine = machine;
    kept.key = `${edition}|${machine}`;
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
    return found || { key: this.key, edition: this.edition, machine: this.machine, kept: 0, stamp: "", downloaded: null, manifest: null, large: [], files: {} };
  }

  // Every record of this edition that holds something, the latest first.
  async all() {
    const found = await done(this.read("sessions").getAll());
    return found.filter((record) => record.edition === this.edition && Object.keys(record.files).length).sort((one, other) => other.kept - one.kept);
  }

  async put(record) {
    const old = (await this.all()).filter((other) => other.key !== this.key).slice(MOST_SESSIONS - 1);
    const lost = (await Promise.all(old.map((other) => this.unsaved(other.key)))).flat();
    await this.write((sessions, unsaved) => {
      sessions.put(record);
      old.forEach((other) => sessions.delete(other.key));
      lost.forEach((entry) => unsaved.delete([entry.session, entry.path]));
    });
  }

  async unsaved(key = this.key) {
    return (await done(this.read("unsaved").getAll())).filter((entry) => entry.session === key);
  }

  putUnsaved(path, text) {
    return this.write((_, unsaved) => unsaved.put({ session: this.key, path, text, typed: Date.now() }));
  }

  dropUnsaved(path) {
    return this.write((_, unsaved) => unsaved.delete([this.key, path]));
  }

  // Everything of every edition: what somebody means who leaves a shared computer.
  erase() {
    return this.write((sessions, unsaved) => { sessions.clear(); unsaved.clear(); });
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
