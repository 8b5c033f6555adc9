// The team's work in this browser (IndexedDB). One record a machine: a new session never writes over an earlier one's.
//   sessions: { key, edition, machine, kept, stamp, downloaded, manifest, large, files: { path: { sha256, bytes } }, taken?, unsaved? };
//             taken: the machine that took it back last; unsaved: this is what a page left that was closed before it was saved
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

  record(key) {
    return done(this.read("sessions").get(key));
  }

  // Changes one record as it is now: a window that has been open for hours may know an older one.
  change(key, change) {
    return this.write((sessions) => {
      const asked = sessions.get(key);
      asked.onsuccess = () => { if (asked.result) { sessions.put(change(asked.result)); } };
    });
  }

  drop(key) {
    return this.write((sessions) => sessions.delete(key));
  }

  // Every record of this edition that holds something, the latest first.
  async all() {
    const found = await done(this.read("sessions").getAll());
    return found.filter((record) => record.edition === this.edition && Object.keys(record.files).length).sort((one, other) => other.kept - one.kept);
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
      lost.forEach((entry) => unsaved.delete([entry.session, entry.path]));
    });
  }

  async unsaved(key = this.key) {
    return (await done(this.read("unsaved").getAll())).filter((entry) => entry.session === key);
  }

  // What pages left that were closed before they saved, as records like others: of this machine, and of those that never saved anything. unsavedHere: those
  // entries of this machine that its disk does not hold; one of its entries that is not among them is no loss.
  async rescue(unsavedHere, manifestOf) {
    const keys = new Set(await done(this.read("sessions").getAllKeys()));
    const all = (await done(this.read("unsaved").getAll())).filter(({ session }) => session.startsWith(`${this.edition}|`) && (session === this.key || !keys.has(session)));
    const lost = all.filter((entry) => entry.session !== this.key || unsavedHere.includes(entry.path));
    const records = [];
    for (const session of new Set(lost.map((entry) => entry.session))) {
      const key = `${session}|unsaved`, entries = lost.filter((entry) => entry.session === session);
      const files = Object.fromEntries(entries.map(({ path, text }) => [path, { sha256: "", bytes: new TextEncoder().encode(text) }]));
      const earlier = await this.record(key);
      const together = { ...earlier?.files, ...files };
      records.push({ key, edition: this.edition, machine: session.split("|").pop(), kept: Math.max(...entries.map((entry) => entry.typed)), stamp: "", downloaded: null, large: [], unsaved: true,
        files: together, manifest: await manifestOf(together) });
    }
    await this.write((sessions, unsaved) => {
      records.forEach((record) => sessions.put(record));
      all.forEach((entry) => unsaved.delete([entry.session, entry.path]));
    });
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
