// « Garder »: the work in this browser as the team goes, and everything as one file when it asks.
import { Kept } from "./kept.js";
import { button, clock, dialog, doing, download, make } from "./page.js";
import { saveOpen } from "./saving.js";
import { times } from "./times.js";
import { archiveOf, laid, textOf, whole } from "./whole.js";

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
    this.behind = false;    // whether the last look could not renew the copy
    this.refusedFiles = []; // paths that the machine did not give to it
    this.saved = false;     // whether this page saved since the copy was renewed
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
      this.refusedFiles = [];
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
      held = !this.refusedFiles.length;
      this.behind = false;
    } catch (problem) {
      if (problem.gone) {
        this.onGone?.();
      } else if (problem instanceof DOMException) {
        this.refused(problem);
      } else {
        this.behind = true;
        console.warn("challenge-data: keeping", problem);
      }
    }
    this.tell();
    return held;
  }

  // Only the files that changed travel. One that the machine refuses is asked for again at the next look, and holds no other back.
  async renew(stamp) {
    const { manifest, large } = await this.desk.server.ask("pieces");
    const files = {}, refused = [];
    for (const { path, sha256 } of manifest.files) {
      const known = this.record.files[path];
      try {
        files[path] = known?.sha256 === sha256 ? known : { sha256, bytes: await this.desk.server.bytes("piece", { path }) };
      } catch (problem) {
        if (problem.gone) { throw problem; }
        refused.push(path);
        if (known) { files[path] = known; }
      }
    }
    const page = this.saved ? this.kept.page : (await this.kept.mine()).page;
    this.saved = false;
    this.record = { ...this.record, page, manifest, large, files, stamp: refused.length ? "" : stamp, kept: Date.now() };
    this.refusedFiles = refused;
    await this.kept.put(this.record);
    this.problem = "";
  }

  // An open notebook: copied seconds after the last key, without the server; its saving is worth a look.
  follow(panel) {
    let timer;
    const { context } = panel;
    let { path } = context;
    context.pathChanged.connect(() => {
      if (this.kept) { this.kept.dropUnsaved(path); }
      ({ path } = context);
    });
    const put = async () => {
      if (!this.kept || this.erased || panel.isDisposed) { return; }
      await this.kept.putUnsaved(context.path, textOf(panel)).catch((problem) => this.refused(problem));
    };
    const copy = () => {
      if (!panel.isDisposed && context.model.dirty) { put(); }
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
      this.saved = true;
      // Until a look has taken it from the disk, the copy is what was saved: never the older text that was typed before.
      await put();
      // A look that answers late knows nothing of what was saved since.
      if (await this.look() && this.kept && !context.model.dirty && rank === saves) { await this.kept.dropUnsaved(context.path); }
    });
    // Closed without saving, on a machine that answers: what was typed is not wanted.
    panel.disposed.connect(() => { if (this.kept && !this.gone) { this.kept.dropUnsaved(context.path); } });
  }

  async downloadAll() {
    let whole = true;
    try {
      await this.desk.refresh();  // a machine that is gone says so here, before JupyterLab tries to save on it
      await saveOpen(this.desk).catch((problem) => {
        if (problem.gone) { throw problem; }
        return this.downloadScreen(problem);
      });
      if (!(await this.desk.refresh()).changed) {
        await dialog(this.desk, "Rien à télécharger", make("p", {}, "Aucun carnet n'a changé depuis l'ouverture du cours, et vous n'avez encore créé aucun fichier."), ["D'accord"]);
        return;
      }
      const { name, blob } = await this.desk.server.file("work");
      download(name, blob);
    } catch (problem) {
      if (!problem.gone) { throw problem; }
      whole = await this.downloadFromHere();
    }
    this.downloaded = { time: Date.now(), stamp: whole ? this.desk.state.stamp : null };
    this.tell();
    this.onDownload?.();
    if (this.kept && !this.erased) {
      this.record = { ...this.record, downloaded: this.downloaded };
      // Nothing but this: another window may have renewed the files.
      await this.kept.change(this.kept.key, (now) => ({ ...now, downloaded: this.downloaded }));
    }
  }

  // What the machine does not take (a full disk, a notebook changed in another window) is on the screen all the same.
  async downloadScreen(problem) {
    const names = [];
    this.desk.notebooks.forEach((panel) => {
      if (!panel.context.model.dirty) { return; }
      names.push(nameOf(panel.context.path));
      download(names.at(-1), new Blob([textOf(panel)], { type: "application/x-ipynb+json" }));
    });
    await dialog(this.desk, "Téléchargé à part", make("div", {}, make("p", {}, problem.message),
      make("p", {}, `Ce qui est à l'écran est dans vos téléchargements, sous le nom ${names.join(", ")}. Le reste de votre travail suit.`)), ["D'accord"]);
  }

  // The machine is gone: the last copy of this browser, and over it what is on the screen. Gives whether that is all.
  async downloadFromHere() {
    const record = this.record || { edition: this.desk.state.edition.name, manifest: null, files: {}, large: [] };
    const typed = this.kept ? await this.kept.unsaved() : [];
    const over = new Map(laid(typed, this.kept?.page, Object.keys(record.files)).map((entry) => [entry.path, entry]));
    // Where nothing could be kept, an open notebook is all that is left of what was saved.
    this.desk.notebooks.forEach((panel) => {
      if (panel.context.model.dirty || !Object.keys(record.files).length) { over.set(panel.context.path, { path: panel.context.path, text: textOf(panel) }); }
    });
    if (!over.size && !Object.keys(record.files).length) { throw new Error("Il n'y a rien à télécharger : aucun carnet n'a changé."); }
    download(archiveOf(record), await whole(record, [...over.values()]));
    if (record.large.length) {
      await dialog(this.desk, "Des fichiers manquent", make("p", {}, `La machine n'a pas pu tout donner : cette archive est la copie de ce navigateur. N'y sont pas, car trop gros : ${record.large.join(", ")}. Quand la machine répondra, téléchargez de nouveau.`), ["D'accord"]);
    }
    return !record.large.length;
  }

  tell() {
    const { record, problem, downloaded, erased, behind } = this;
    const count = record ? Object.keys(record.files).length : 0;
    const lines = [];
    if (problem) {
      lines.push(problem);
    } else if (erased) {
      lines.push("Effacé. Plus rien n'est gardé dans ce navigateur tant que cette page reste ouverte.");
    } else if (behind) {
      lines.push(`La copie de ce navigateur n'a pas pu être renouvelée${count ? ` depuis ${clock(record.kept)}` : ""}. Téléchargez votre travail ; si cela dure, prévenez votre mentor.`);
    } else if (count) {
      lines.push(`Gardé dans ce navigateur à ${clock(record.kept)} (${count} fichier${count > 1 ? "s" : ""}).`);
    } else {
      lines.push("Rien à garder pour l'instant : aucun carnet n'a changé.");
    }
    if (downloaded) { lines.push(`Téléchargé à ${clock(downloaded.time)}.`); }
    if (this.refusedFiles.length) { lines.push(`Pas encore copié ici : ${this.refusedFiles.join(", ")}.`); }
    if (record?.large.length) { lines.push(`Trop gros pour la copie du navigateur, à télécharger tant que la machine répond : ${record.large.join(", ")}.`); }
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
    this.refusedFiles = [];
    if (!this.kept) { return; }
    await this.kept.erase();
    // A look on its way may still put something there.
    this.looking?.then(() => this.kept.erase());
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

// « 1_trouver_ecran.ipynb »: what the screen shows of a notebook.
function nameOf(path) {
  return path.split("/").pop().replace(/\.ipynb$/, "_ecran.ipynb");
}
