// « Réunir » : a teammate's file is compared with what is here, somebody chooses, and the notebooks take what was chosen.
import { exchange, hold, reloadOpen, saveOpen } from "./saving.js";
import { Choosing } from "./joining_view.js";
import { button, dialog, doing, make } from "./page.js";

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
  takeDrops(section, doing(desk, () => open(desk, section.dropped)));
}

function takeDrops(section, work) {
  section.addEventListener("dragover", (event) => { event.preventDefault(); section.classList.add("cd-drop"); });
  section.addEventListener("dragleave", () => section.classList.remove("cd-drop"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation(); // the file browser would take it too
    section.classList.remove("cd-drop");
    [section.dropped] = event.dataTransfer.files;
    if (section.dropped) { work(event); }
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
  const done = await hold(desk, async () => {
    // Joined, perhaps, by a first try whose answer was lost: the screen may be older than the disk.
    if (choosing.unanswered) { await reloadOpen(desk, unchanged(desk, choosing.told.notebooks.map(({ path }) => path))); }
    return exchange(desk, async () => {
      choosing.unanswered = true;
      const answer = await desk.server.ask("join", { ...choosing.chosen(), who: choosing.who() });
      choosing.unanswered = false;
      return answer;
    }, ({ paths }) => paths);
  });
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

// Of these notebooks, those where nothing was typed since they were saved.
function unchanged(desk, paths) {
  return paths.filter((path) => !desk.notebooks.find((panel) => panel.context.path === path && panel.context.model.dirty));
}
