// The page where somebody chooses between two answers. What a teammate wrote is shown as text, whatever it holds.
import { clock, make } from "./page.js";

const STATES = { vide: "sans réponse", commencee: "commencée", repondue: "" };
const MINE = "ici", THEIRS = "fichier", BOTH = "deux";

let pages = 0;

export class Choosing {
  constructor(told) {
    this.rank = pages += 1; // two pages of choices may be open: their radio buttons are apart
    this.choices = new Map(); // « path key » -> choice
    this.name = make("input", { type: "text", list: "cd-members", autocomplete: "off", oninput: () => this.rename() });
    this.body = make("div");
    this.count = make("p", { class: "cd-count", role: "status" });
    this.node = make("div", { class: "cd-desk cd-joining", tabindex: "-1" },
      make("h2", {}, "Réunir deux travaux"),
      make("p", {}, make("label", {}, "De qui vient ce fichier ? (facultatif) ", this.name), make("datalist", { id: "cd-members" }, ...told.members.map((member) => make("option", { value: member })))),
      this.body,
      make("div", { class: "cd-foot" }, this.count, make("button", { type: "button", class: "cd-button cd-main", onclick: (event) => this.go(event) }, "Réunir")));
    this.update(told, "");
  }

  // What is compared, again or for the first time: a choice stays where both texts are those it was made for.
  update(told, said) {
    const before = new Map((this.items || []).map((item) => [item.id, item]));
    this.told = told;
    this.items = [
      ...told.notebooks.flatMap((book) => [...book.cells.map((cell) => ({ ...cell, path: book.path })), ...book.added.map((cell) => ({ ...cell, path: book.path, choice: THEIRS, theirs: cell.text }))]),
      ...told.files.map((file) => ({ ...file, key: "" })),
    ].map((item) => ({ ...item, id: `${item.path} ${item.key}` }));
    for (const item of this.items) {
      const old = before.get(item.id);
      const same = old && old.mine === item.mine && old.theirs === item.theirs && old.digest === item.digest;
      if (!same) { this.choices.set(item.id, item.choice); }
    }
    this.draw(said);
  }

  who() { return this.name.value.trim(); }

  chosen() {
    const choices = {};
    for (const item of this.items) {
      const choice = this.choices.get(item.id);
      if (item.key) { (choices[item.path] ||= {})[item.key] = choice; } else { choices[item.path] = choice; }
    }
    return { received: this.told.received, stamp: this.told.stamp, choices };
  }

  open() { return this.items.filter((item) => !this.choices.get(item.id)); }

  go(event) {
    const [first] = this.open();
    if (!first) {
      this.onJoin(event);
      return;
    }
    const field = this.body.querySelector(`[data-item="${CSS.escape(first.id)}"]`);
    field.scrollIntoView({ block: "center" });
    field.querySelector("input").focus();
  }

  rename() {
    const time = this.told.made && !Number.isNaN(Date.parse(this.told.made)) ? `Dans le fichier de ${clock(this.told.made)}` : "Dans le fichier";
    this.body.querySelectorAll(".cd-theirs").forEach((place) => { place.textContent = this.who() || time; });
  }

  tell() {
    const left = this.open().length;
    this.count.textContent = left === 0 ? "Tout est choisi." : `Il reste ${left === 1 ? "un choix" : `${left} choix`} à faire.`;
    this.body.querySelectorAll("[data-item]").forEach((field) => field.classList.toggle("cd-open", !this.choices.get(field.dataset.item)));
  }

  draw(said) {
    const of = (path) => this.items.filter((item) => item.path === path && item.key);
    this.body.replaceChildren(
      ...(said ? [make("p", { class: "cd-note", role: "alert" }, said)] : []),
      ...this.told.notes.map((note) => make("p", { class: "cd-note" }, note)),
      ...(this.items.length ? [] : [make("p", {}, "Il n'y a rien à choisir : tout ce que contient ce fichier est déjà ici.")]),
      ...this.told.notebooks.map((book) => this.notebook(book, of(book.path))),
      ...(this.told.files.length ? [make("section", {}, make("h3", {}, "Fichiers"), ...this.items.filter((item) => !item.key).map((item) => this.file(item)))] : []));
    this.rename();
    this.tell();
  }

  notebook(book, items) {
    const counted = [[book.same, "identique des deux côtés", "identiques des deux côtés"], [book.only_mine, "seulement ici, qui reste", "seulement ici, qui restent"]]
      .filter(([count]) => count).map(([count, one, many]) => `${count} ${count > 1 ? `réponses ${many}` : `réponse ${one}`}`);
    const disputed = items.filter((item) => "mine" in item && !item.choice);
    const all = (choice, label) => make("button", { type: "button", class: "cd-button", onclick: () => { disputed.forEach((item) => this.choices.set(item.id, choice)); this.draw(""); } }, label);
    return make("section", {},
      make("h3", {}, book.title),
      book.damaged ? make("p", { class: "cd-note" }, `Le carnet d'ici ${book.damaged}. Il sera gardé à part, et le carnet repartira de l'énoncé.`) : null,
      make("p", {}, counted.length ? `${counted.join(", ")}.` : null, items.length ? null : " Rien à choisir."),
      disputed.length > 1 ? make("p", {}, "Partout où il faut choisir : ", all(MINE, "garder la réponse d'ici"), all(THEIRS, "prendre celle du fichier")) : null,
      ...items.map((item) => ("mine" in item ? this.answer(item) : this.addition(item))));
  }

  answer(item) {
    const both = item.asked && item.mine_state !== "vide" ? this.option(item, BOTH, "Garder les deux : celle d'ici reste la réponse, l'autre est notée dessous, comme un texte.") : null;
    return this.field(item, item.asked ? item.title : `${item.title} · un exemple ou un texte du carnet`,
      make("div", { class: "cd-two" },
        make("div", {}, this.option(item, MINE, "Ici", STATES[item.mine_state]), item.mine_state === "vide" ? null : shown(item.mine, item.theirs, item.kind)),
        make("div", {}, this.option(item, THEIRS, "", STATES[item.theirs_state]), shown(item.theirs, item.mine_state === "vide" ? "" : item.mine, item.kind))), both);
  }

  addition(item) {
    const box = make("input", { type: "checkbox", checked: this.choices.get(item.id) === THEIRS, onchange: () => { this.choices.set(item.id, box.checked ? THEIRS : MINE); this.tell(); } });
    return this.field(item, `${item.title} · cellule ajoutée`, make("label", {}, box, " Ajouter cette cellule, qui vient de : ", make("span", { class: "cd-theirs" })), shown(item.text, "", item.kind));
  }

  file(item) {
    const size = (bytes) => (bytes === null ? "pas de fichier" : `${bytes.toLocaleString("fr-FR")} octets`);
    return this.field(item, item.path,
      make("div", { class: "cd-two" },
        make("div", {}, this.option(item, MINE, "Ici", size(item.mine_bytes)), shown(item.mine ?? "", item.theirs ?? "", "code")),
        make("div", {}, this.option(item, THEIRS, "", size(item.theirs_bytes)), shown(item.theirs ?? "", item.mine ?? "", "code"))));
  }

  field(item, title, ...nodes) {
    return make("fieldset", { "data-item": item.id }, make("legend", {}, title), ...nodes);
  }

  option(item, choice, label, state = "") {
    const radio = make("input", { type: "radio", name: `${this.rank} ${item.id}`, value: choice, checked: this.choices.get(item.id) === choice, onchange: () => { this.choices.set(item.id, choice); this.tell(); } });
    return make("label", { class: "cd-option" }, radio, " ", choice === BOTH ? label : make("strong", choice === THEIRS ? { class: "cd-theirs" } : {}, label), state ? ` (${state})` : "");
  }
}

// A text line by line; those that the other side does not have are marked.
function shown(text, other, kind) {
  if (!text.trim()) { return null; }
  const there = other.trim() ? new Set(other.split("\n").map((line) => line.trim())) : null;
  const lines = text.split("\n").map((line) => make("span", { class: there && line.trim() && !there.has(line.trim()) ? "cd-line cd-differs" : "cd-line" }, line || " "));
  return make("pre", { class: kind === "code" ? "cd-code" : "cd-text", tabindex: "0" }, ...lines);
}
