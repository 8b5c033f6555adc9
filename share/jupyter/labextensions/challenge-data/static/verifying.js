// « Vérifier » : a button above each notebook of the course, and what each question says, in the panel.
import { save } from "./saving.js";
import { button, clock, doing, make } from "./page.js";
import { toolbarButton } from "./toolbar.js";

const FOLDERS = /^(exercises|notebooks)\/.*\.ipynb$/;
const INTRO = "Le bouton « Vérifier », au-dessus d'un carnet, l'exécute du haut vers le bas dans un noyau neuf, et dit où en est chaque question. Votre carnet n'est pas modifié.";

export async function start(desk) {
  const result = make("div", { "aria-live": "polite" });
  const section = desk.section("Vérifier", make("p", {}, INTRO), result);
  section.id = "cd-verifying";

  const verify = async (panel) => {
    await save(panel);
    desk.show();
    section.scrollIntoView();
    result.replaceChildren(make("p", { class: "cd-said" }, `« ${name(panel.context.path)} » est en cours d'exécution : une minute, parfois deux.`));
    try {
      result.replaceChildren(...page(desk, await verified(desk, panel.context.path)));
      section.scrollIntoView();
    } catch (problem) {
      result.replaceChildren(make("p", { class: "cd-said" }, problem.message));
    }
  };

  await toolbarButton(desk, "verify", {
    label: "Vérifier", caption: "Exécuter ce carnet en entier, et dire où en est chaque question",
    wanted: (panel) => FOLDERS.test(panel.context.path), use: verify,
  });
}

// A notebook's report. The run may be long: the server is asked until it is done.
export async function verified(desk, path) {
  let report = await desk.server.ask("verify", { path, anew: true });
  while (report.waiting) { report = await desk.server.ask("verify", { path }); }
  return report;
}

// What a report says: title, one sentence, one line a question.
export function page(desk, report) {
  const counts = new Map();
  report.lines.forEach((line) => counts.set(line.verdict, (counts.get(line.verdict) || 0) + 1));
  const sum = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(" · ");
  return [
    make("h4", {}, report.title),
    make("p", {}, `${sum} (à ${clock(Date.now())})`),
    ...report.notes.map((note) => make("p", { class: "cd-said" }, note)),
    make("ol", { class: "cd-lines" }, ...report.lines.map((line) => item(desk, report.path, line))),
  ];
}

// One question: its title leads to its answer.
export function item(desk, path, line) {
  const points = line.points ? ` (${line.points.toLocaleString("fr-FR")} point${line.points >= 2 ? "s" : ""})` : "";
  const lead = button(`${line.number} · ${line.title}${points}`, doing(desk, () => leadTo(desk, path, line.cell)), { class: "cd-link" });
  const kind = line.verdict.split(" ")[0].normalize("NFD").replace(/[^a-z]/g, "");
  return make("li", {}, lead, " ", make("strong", { class: `cd-verdict cd-${kind}` }, line.verdict), line.said ? make("p", { class: "cd-words" }, line.said) : null);
}

// Opens the notebook at a cell, known by its grade_id or its own id.
async function leadTo(desk, path, cell) {
  const panel = await desk.app.commands.execute("docmanager:open", { path }).catch(() => {
    throw new Error(`« ${name(path)} » ne s'ouvre pas : il n'est plus à sa place, ou la machine n'a pas répondu.`);
  });
  await panel.revealed;
  const cells = [...panel.content.model.cells];
  const rank = cells.findIndex((one) => (one.getMetadata("nbgrader") || {}).grade_id === cell || one.id === cell);
  if (rank < 0) { return; }
  panel.content.activeCellIndex = rank;
  await panel.content.scrollToItem(rank, "center");
  panel.content.activate();
}

export function name(path) {
  return path.split("/").pop();
}
