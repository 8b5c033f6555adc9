// One notebook being presented: enters, shows a slide, runs, reveals, leaves everything as it was. The notebook itself is never changed.
import { Bar, contents, help, told } from "./bar.js";
import { Draft } from "./draft.js";
import { keysFor } from "./keys.js";
import { Notes } from "./notes.js";
import { slidesOf } from "./slides.js";
import { View } from "./view.js";

const ASKING_MS = 3000;

const passedIn = new WeakMap();  // panel -> cells that were run, gone past or revealed: leaving and coming back keeps them

export class Presentation {
  constructor(panel, lab, onLeft) {
    Object.assign(this, { panel, lab, onLeft, notebook: panel.content });
    this.slides = slidesOf(this.notebook);
    this.drafts = new Map();  // widget of an « À vous » -> its Draft
    this.passed = passedIn.get(panel) ?? passedIn.set(panel, new Set()).get(panel);
    this.keys = keysFor(this);
  }

  enter() {
    const { notebook } = this;
    this.settings = { notebook: notebook.notebookConfig, editor: notebook.editorConfig };
    // Every cell in the page: one that JupyterLab leaves out could not be shown alone. And a long line is read whole.
    notebook.notebookConfig = { ...notebook.notebookConfig, windowingMode: "none" };
    notebook.editorConfig = { ...notebook.editorConfig, code: { ...notebook.editorConfig.code, lineWrap: true } };
    this.scroller = notebook.node.querySelector(".jp-WindowedPanel-outer") ?? notebook.node;
    this.view = new View(this.scroller);
    document.body.classList.add("cd-presenting");
    notebook.addClass("cd-presented");
    for (let around = notebook.node.parentElement; around !== document.body; around = around.parentElement) { around.classList.add("cd-around"); }
    this.bar = new Bar({ next: () => this.next(), previous: () => this.previous(), answer: () => this.reveal(), notes: () => this.openNotes(),
      contents: () => this.contents(), help, leave: () => this.leave() });
    this.notes = new Notes(notebook.rendermime, this.keys);
    window.addEventListener("keydown", this.keys, true);
    this.onScroll = () => { this.view.remember(this.shown); this.tellMore(); };
    this.scroller.addEventListener("scroll", this.onScroll);
    this.sizes = new ResizeObserver(() => { this.view.restore(); this.tellMore(); });
    this.sizes.observe(this.scroller);
    this.panel.disposed.connect(this.leave, this);
    this.lab.NotebookActions.executed.connect(this.ran, this);
    const active = this.slides.findIndex((slide) => slide.cells.some(({ widget }) => widget === notebook.activeCell));
    this.show(Math.max(active, 0));
  }

  // One Escape too many, after a cell or a window, must not put answers and notes before the room.
  escape() {
    if (this.asking === "leave") { this.leave(); return; }
    this.ask("leave");
    clearTimeout(this.asked);
    this.asked = setTimeout(() => { if (this.asking === "leave") { this.ask(null); } }, ASKING_MS);
  }

  // What the same key, once more, would do: the bar says it.
  ask(what) {
    this.asking = what;
    this.tellMore();
  }

  leave() {
    if (!this.bar) { return; }
    const { notebook } = this;
    window.removeEventListener("keydown", this.keys, true);
    this.scroller.removeEventListener("scroll", this.onScroll);
    this.sizes.disconnect();
    this.lab.NotebookActions.executed.disconnect(this.ran, this);
    this.panel.disposed.disconnect(this.leave, this);
    this.notes.close();
    this.bar.node.remove();
    this.bar = null;
    this.drafts.forEach((draft) => draft.dispose());
    document.querySelectorAll(".cd-around").forEach((node) => node.classList.remove("cd-around"));
    document.body.classList.remove("cd-presenting");
    if (document.fullscreenElement) { document.exitFullscreen(); }
    if (!notebook.isDisposed) {
      this.slides.forEach((slide) => slide.cells.forEach(({ widget }) => { widget.removeClass("cd-on"); widget.removeClass("cd-waiting"); }));
      notebook.removeClass("cd-presented");
      notebook.notebookConfig = this.settings.notebook;
      notebook.editorConfig = this.settings.editor;
      notebook.activate();
    }
    this.onLeft();
  }

  get slide() {
    return this.slides[this.here];
  }

  show(rank) {
    const changed = this.here !== rank;
    this.asking = null;
    this.here = Math.min(Math.max(rank, 0), this.slides.length - 1);
    this.dress();
    if (changed) {
      this.pick(this.runnable[0] ?? this.slide.wall[0]);
      this.view.toTop();
    }
    this.tellMore();
    this.notes.tell(this.slides, this.here);
  }

  // Which cells are on the wall, and in which state.
  dress() {
    for (const slide of this.slides) {
      const shown = slide === this.slide ? slide.shown(this.passed) : [];
      for (const cell of slide.cells) {
        cell.widget.toggleClass("cd-on", shown.includes(cell));
        cell.widget.toggleClass("cd-waiting", cell.role === "exercise" && !this.passed.has(cell.widget));
        if (cell.role === "exercise" && shown.includes(cell) && !this.drafts.has(cell.widget)) { this.drafts.set(cell.widget, new Draft(cell, this.panel, this.lab)); }
      }
    }
    this.tellMore();
  }

  get shown() {
    return this.slide.shown(this.passed);
  }

  // What the slide waits for: a cell to run, or an answer to ask for; null when all is on the wall.
  get gate() {
    return this.slide.gate(this.passed);
  }

  // Cells that Maj + Entrée may run: on the wall, and not an answer that waits.
  get runnable() {
    return this.shown.filter((cell) => cell.code && !(cell.role === "exercise" && cell === this.gate));
  }

  pass(cell) {
    this.passed.add(cell.widget);
    this.dress();
  }

  ran(_, { notebook, cell }) {
    // « Exécuter ce qui précède » runs answers too, which is no reason to show them.
    const isAnswer = this.slides.some((slide) => slide.cells.some(({ widget, asked }) => widget === cell && asked));
    if (notebook !== this.notebook || isAnswer) { return; }
    this.passed.add(cell);
    this.dress();
  }

  // The next answer of this slide, whatever stands before it.
  reveal() {
    const answer = this.slide.wall.find((cell) => cell.asked && !this.passed.has(cell.widget));
    if (!answer) { return; }
    for (const cell of this.slide.wall.slice(0, this.slide.wall.indexOf(answer))) { this.passed.add(cell.widget); }
    this.pass(answer);
    this.pick(answer);
    this.view.bring(answer, this.shown);
    this.tellMore();
  }

  pick(cell) {
    this.notebook.deselectAll();
    this.notebook.activeCellIndex = this.notebook.widgets.indexOf(cell.widget);
    this.notebook.mode = "command";
    cell.widget.node.focus({ preventScroll: true });
  }

  // Keys pressed faster than cells run wait their turn: the second one is for the next cell, and never for another part.
  run() {
    const { slide } = this;
    this.running = Promise.resolve(this.running).catch(() => {}).then(() => this.bar && slide === this.slide && this.runOne());
    return this.running;
  }

  // The cell at hand, then the next one of this slide: never one that the room does not see.
  async runOne() {
    const draft = [...this.drafts.values()].find(({ node }) => node.contains(document.activeElement));
    if (draft) { await draft.run(); return; }
    const cell = this.runnable.find(({ widget }) => widget === this.notebook.activeCell);
    if (!cell) { this.goOn(); return; }
    const slide = this.slide;
    await this.lab.NotebookActions.runCells(this.notebook, [cell.widget], this.panel.sessionContext);
    if (!this.bar || slide !== this.slide) { return; }
    this.view.bring(cell, this.shown);
    if (this.notebook.activeCell === cell.widget) { this.pick(this.following(cell)); }
    this.tellMore();
  }

  // After a cell: the next code, even an « À vous » whose answer waits; else the last words. What was run is not run again by the same key.
  following(cell) {
    const after = this.shown.slice(this.shown.indexOf(cell) + 1);
    return after.find(({ code }) => code) ?? after.at(-1) ?? cell;
  }

  // Nothing to run at hand: to what follows on this slide.
  goOn() {
    const active = this.slide.wall.findIndex(({ widget }) => widget === this.notebook.activeCell);
    const code = this.runnable.find((cell) => this.slide.wall.indexOf(cell) > active);
    if (code) {
      this.pick(code);
      this.view.bring(code, this.shown);
    } else if (this.isLonger) {
      this.view.down(this.shown);
    }
  }

  // Into the cell at hand; an « À vous » that waits is written in its draft.
  write() {
    const draft = this.gate?.widget === this.notebook.activeCell && this.drafts.get(this.notebook.activeCell);
    draft?.cell?.editor?.focus();
    return Boolean(draft);
  }

  runAbove() {
    const first = this.notebook.widgets.indexOf(this.slide.cells[0].widget);
    const above = this.notebook.widgets.slice(0, first).filter((widget) => widget.model.type === "code");
    return this.lab.NotebookActions.runCells(this.notebook, above, this.panel.sessionContext);
  }

  get isLonger() {
    return this.view.goesOn(this.shown);
  }

  // Two keys are enough for the whole lesson; an answer needs a second one, so that nobody shows it by going on too fast.
  next() {
    if (this.isLonger) { this.view.down(this.shown); return; }
    const { gate } = this;
    if (gate?.asked) {
      if (this.asking === gate) { this.reveal(); } else { this.ask(gate); }
      return;
    }
    const before = this.shown.length;
    if (gate) { this.pass(gate); }
    if (this.shown.length > before) {
      if (this.isLonger) { this.view.down(this.shown); }
    } else if (this.gate) {
      this.next();
    } else if (this.here < this.slides.length - 1) {
      this.show(this.here + 1);
    }
  }

  previous() {
    this.asking = null;
    if (!this.view.isAtTop) { this.view.up(this.shown); } else if (this.here > 0) { this.show(this.here - 1); }
    this.tellMore();
  }

  tellMore() {
    this.bar?.tell(this.slides, this.here, { longer: this.isLonger, gate: this.gate, asking: this.asking });
  }

  contents() {
    contents(this.slides, (rank) => this.show(rank));
  }

  help() {
    help();
  }

  openNotes() {
    if (this.notes.open(this.slides[0].title)) {
      this.notes.tell(this.slides, this.here);
    } else {
      told("Le navigateur a refusé la fenêtre des notes : autorisez-la pour cette adresse, puis appuyez de nouveau sur N.");
    }
  }

  fullScreen() {
    if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen?.(); }
  }
}
