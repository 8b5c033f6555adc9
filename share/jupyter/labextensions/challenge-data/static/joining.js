// « Réunir » : a teammate's file is compared with what is here, somebody chooses, and the notebooks take what was chosen.
import { filesOf, packed } from "./drops.js";
import { Choosing } from "./joining_view.js";
import { button, dialog, doing, make } from "./page.js";
import { exchange, saveOpen } from "./saving.js";

const CHANGED = "Votre travail a changé pendant que vous choisissiez. Relisez les réponses qui sont de nouveau à choisir, puis réunissez.";

export async function start(desk) {
  const input = make("input", { type: "file", accept: ".zip,.ipynb", style: "display: none", "aria-hidden": "true", tabindex: "-1" });
  const receive = doing(desk, async () => {
    const [file] = input.files;
    input.value = ""; // the same file may be chosen again
    if (file) { await open(desk, file); }
  });
  input.addEventListener("change", receive);
  const section = desk.section("Réunir",
    make("p", {}, "Quelqu'un de l'équipe vous a donné son fichier ? Vous voyez vos réponses côte à côte, et vous choisissez. Rien ne disparaît."),
    button("Ouvrir son fichier", () => input.click()), input,
    make("p", { class: "cd-small" }, "Vous pouvez aussi le déposer ici."));
  takeDrops(section, doing(desk, async () => open(desk, await oneFile(await section.dropped))));
}

// Of what was let go, the first file; a folder, which Safari makes of a zip, is packed again.
async function oneFile(files) {
  if (!files[0].path.includes("/")) { return files[0].file; }
  return new File([await packed(files)], `${files[0].path.split("/")[0]}.zip`);
}

function takeDrops(section, work) {
  section.addEventListener("dragover", (event) => { event.preventDefault(); section.classList.add("cd-drop"); });
  section.addEventListener("dragleave", () => section.classList.remove("cd-drop"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation(); // the file browser would take it too
    section.classList.remove("cd-drop");
    if (!event.dataTransfer.files.length) { return; }
    section.dropped = filesOf(event);
    work(event);
  });
}

async function open(desk, file) {
  await saveOpen(desk);
  const told = await desk.server.ask("compare", { content: file, name: file.name });
  if (told.asks.length && !await dialog(desk, "Est-ce le bon fichier ?", make("div", {}, ...told.asks.map((sentence) => make("p", {}, sentence))), ["Ne pas réunir", "Continuer"])) {
    return;
  }
  const choosing = new Choosing(told);
  const tab = new desk.widgets.Widget({ node: choosing.node });
  tab.id = `challenge-data-joining-${Date.now()}`;
  tab.title.label = "Réunir";
  tab.title.closable = true;
  choosing.onJoin = doing(desk, () => join(desk, choosing, tab));
  desk.shell.add(tab, "main");
  desk.shell.activateById(tab.id);
  desk.shell.collapseRight(); // two columns need the width
  choosing.node.focus();
}

async function join(desk, choosing, tab) {
  const done = await exchange(desk, () => desk.server.ask("join", { ...choosing.chosen(), who: choosing.who() }), ({ paths }) => paths);
  if (done.changed) {
    choosing.update(await desk.server.ask("compare", { received: choosing.told.received }), CHANGED);
    return;
  }
  tab.close();
  await desk.refresh();
  desk.show();
  await dialog(desk, "C'est réuni", make("div", {}, ...done.told.map((sentence) => make("p", {}, sentence)),
    done.paths.length ? make("p", {}, "Rien n'a été exécuté : dans chaque carnet, menu Exécution, puis « Exécuter toutes les cellules ».") : null), ["D'accord"]);
}
