// « Garder »: the work in this browser as the team goes, and everything as one file when it asks.
import { Kept } from "./kept.js";
import { button, clock, dialog, doing, download, make } from "./page.js";
import { saveOpen } from "./saving.js";
import { times } from "./times.js";
import { nameOf, textOf, whole } from "./whole.js";

export async function start(desk) {
  desk.keeping = new Keeping(desk);
  await desk.keeping.begin();
}

class Keeping {
  constructor(desk) {
    this.desk = desk;
    this.kept = null;       // the browser's storage; null when it refuses
    this.record = null;     // what it holds of this machine
    this.problem = "";      // a French sentence when nothing can be kept
    this.downloaded = null; // { time, stamp } of the last download
    this.erased = false;
    this.gone = false;      // whether the machine is (gone.js knows)
    this.said = make("div", { role: "status" });
    // Other windows of this browser keep the same copy: erased in one, it must not come back from another.
    this.windows = new BroadcastChannel("challenge-data");
    this.windows.onmessage = () => this.erase();
    this.all = doing(desk, () => this.downloadAll());
    desk.section("Garder", button("Tout télécharger", this.all), this.said, this.shared());
  }

  async begin() {
    await this.open();
    this.desk.onState(() => this.tell());
    const follow = (_, panel) => this.follow(panel);
    this.desk.notebooks.forEach((panel) => follow(null, panel));
    this.desk.notebooks.widgetAdded.connect(follow);
    document.addEventListener("visibilitychange", () => { if (document.hidden) { this.look(); } });
    this.again();
  }

  async open() {
    const { edition, machine } = this.desk.state;
    try {
      this.kept = await Kept.open(edition.name, machine);
      this.record = await this.kept.mine();
      this.downloaded = this.record.downloaded;
    } catch (problem) {
      this.refused(problem);
    }
  }

  // A look, then another in a minute; a page that nobody sees leaves the machine alone.
  async again() {
    if (!document.hidden) { await this.look(); }
    setTimeout(() => this.again(), times.look);
  }

  // One look at a time; asked for meanwhile, one more. Gives whether the browser now holds what the machine's disk holds.
  look() {
    this.looking = (this.looking || Promise.resolve()).then(() => this.lookOnce());
    return this.looking;
  }

  async lookOnce() {
    let held = false;
    try {
      const state = await this.desk.refresh();
      // Another machine at the same address: its work is not the record's.
      if (this.kept && this.kept.machine !== state.machine) {
        await this.open();
        await this.onMachine?.();
      }
      if (this.kept && !this.erased && state.changed && state.stamp !== this.record.stamp) { await this.renew(state.stamp); }
      held = true;
    } catch (problem) {
      if (problem.gone) {
        this.onGone?.();
      } else if (problem instanceof DOMException) {
        this.refused(problem);
      } else {
        console.warn("challenge-data: keeping", problem);
      }
    }
    this.tell();
    return held;
  }

  // Only the files that changed travel.
  async renew(stamp) {
    const { manifest, large } = await this.desk.server.ask("pieces");
    const files = {};
    for (const { path, sha256 } of manifest.files) {
      const known = this.record.files[path];
      files[path] = known?.sha256 === sha256 ? known : { sha256, bytes: await this.desk.server.bytes("piece", { path }) };
    }
    this.record = { ...this.record, manifest, large, files, stamp, kept: Date.now() };
    await this.kept.put(this.record);
    this.problem = "";
  }

  // An open notebook: copied seconds after the last key, without the server; its saving is worth a look.
  follow(panel) {
    let timer;
    const { context } = panel;
    const copy = () => {
      if (!this.kept || this.erased || panel.isDisposed || !context.model.dirty) { return; }
      this.kept.putUnsaved(context.path, textOf(panel)).catch((problem) => this.refused(problem));
    };
    context.ready.then(() => context.model.contentChanged.connect(() => {
      clearTimeout(timer);
      timer = setTimeout(copy, times.typing);
    }));
    let saves = 0;
    context.saveState.connect(async (_, how) => {
      if (how === "started") { saves += 1; }
      if (how !== "completed") { return; }
      const rank = saves;
      // A look that answers late knows nothing of what was saved since.
      if (await this.look() && this.kept && !context.model.dirty && rank === saves) { await this.kept.dropUnsaved(context.path); }
    });
    // Closed without saving, on a machine that answers: what was typed is not wanted.
    panel.disposed.connect(() => { if (this.kept && !this.gone) { this.kept.dropUnsaved(context.path); } });
  }

  async downloadAll() {
    try {
      await this.desk.refresh();  // a machine that is gone says so here, before JupyterLab tries to save on it
      await saveOpen(this.desk);
      if (!(await this.desk.refresh()).changed) {
        await dialog(this.desk, "Rien à télécharger", make("p", {}, "Aucun carnet n'a changé depuis l'ouverture du cours, et vous n'avez encore créé aucun fichier."), ["D'accord"]);
        return;
      }
      const { name, blob } = await this.desk.server.file("work");
      download(name, blob);
    } catch (problem) {
      if (!problem.gone) { throw problem; }
      await this.downloadFromHere();
    }
    this.downloaded = { time: Date.now(), stamp: this.desk.state.stamp };
    this.tell();
    this.onDownload?.();
    if (this.kept && !this.erased) {
      this.record = { ...this.record, downloaded: this.downloaded };
      await this.kept.put(this.record);
    }
  }

  // The machine is gone: the last copy of this browser, and over it what is on the screen.
  async downloadFromHere() {
    const record = this.record || { edition: this.desk.state.edition.name, manifest: null, files: {}, large: [] };
    const over = new Map((this.kept ? await this.kept.unsaved() : []).map((entry) => [entry.path, entry]));
    // Where nothing could be kept, an open notebook is all that is left of what was saved.
    this.desk.notebooks.forEach((panel) => {
      if (panel.context.model.dirty || !Object.keys(record.files).length) { over.set(panel.context.path, { path: panel.context.path, text: textOf(panel) }); }
    });
    if (!over.size && !Object.keys(record.files).length) { throw new Error("Il n'y a rien à télécharger : aucun carnet n'a changé."); }
    download(nameOf(record), await whole(record, [...over.values()]));
  }

  tell() {
    const { record, problem, downloaded, erased } = this;
    const count = record ? Object.keys(record.files).length : 0;
    const lines = [];
    if (problem) {
      lines.push(problem);
    } else if (erased) {
      lines.push("Effacé. Plus rien n'est gardé dans ce navigateur tant que cette page reste ouverte.");
    } else if (count) {
      lines.push(`Gardé dans ce navigateur à ${clock(record.kept)} (${count} fichier${count > 1 ? "s" : ""}).`);
    } else {
      lines.push("Rien à garder pour l'instant : aucun carnet n'a changé.");
    }
    if (downloaded) { lines.push(`Téléchargé à ${clock(downloaded.time)}.`); }
    if (record?.large.length) { lines.push(`Trop gros pour la copie du navigateur, présent seulement dans le téléchargement : ${record.large.join(", ")}.`); }
    const text = lines.join("\n");
    // Said again only when it changes: a screen reader reads this aloud.
    if (text !== this.told) { this.said.replaceChildren(...lines.map((line) => make("p", {}, line))); }
    this.told = text;
  }

  refused(problem) {
    console.warn("challenge-data: not kept", problem);
    this.problem = problem?.name === "QuotaExceededError"
      ? "Ce navigateur n'a plus de place : la copie n'est plus à jour. Téléchargez votre travail maintenant, puis avant chaque pause."
      : "Ce navigateur refuse de garder une copie (fenêtre privée, ou réglage). Téléchargez votre travail avant chaque pause.";
    this.tell();
  }

  async erase() {
    this.erased = true;
    await this.looking;
    if (!this.kept) { return; }
    await this.kept.erase();
    this.record = await this.kept.mine();
    this.tell();
    this.onErase?.();
  }

  shared() {
    const erase = doing(this.desk, async () => {
      const sure = await dialog(this.desk, "Effacer de ce navigateur ?", make("p", {},
        "La copie gardée ici sera effacée, celles des séances d'avant aussi. Ce qui est sur la machine et ce que vous avez téléchargé ne changent pas."), ["Garder", "Effacer"]);
      if (!sure || !this.kept) { return; }
      this.windows.postMessage("erased");
      await this.erase();
    });
    return make("details", {}, make("summary", {}, "Sur un ordinateur partagé"),
      make("p", {}, "La copie de ce navigateur contient vos réponses et les prénoms de l'équipe. Elle y reste jusqu'à ce que vous l'effaciez. Dans une fenêtre privée, elle disparaît avec la fenêtre."),
      button("Effacer de ce navigateur", erase));
  }
}
