// « Rendre » : check, see what is missing, hand in, keep the file, send it.
import { button, clock, dialog, doing, download, make } from "./page.js";
import { exchange } from "./saving.js";
import { item, name, verified } from "./verifying.js";

const INTRO = "Vos trois carnets sont vérifiés, réunis dans un fichier, et ce fichier vous est remis. Vous pouvez rendre plusieurs fois : le dernier rendu à l'heure compte.";
const UNSURE = "La machine n'a pas répondu : l'envoi n'est peut-être pas arrivé. La liste « Vos rendus », plus bas, dit s'il est déposé ; sinon, renvoyez-le d'ici.";

// Paths of the notebooks that were put back into their frame.
const mended = ({ restored }) => restored.map((one) => one.path);

export async function start(desk) {
  const steps = make("div", { "aria-live": "polite" });
  const kept = make("div", {});
  const refusal = make("p", { class: "cd-said" });
  const prepare = doing(desk, () => look(desk, steps, kept).catch((problem) => {
    refusal.textContent = problem.message;
    steps.replaceChildren(refusal);
  }));
  // What was refused to no team yet, or before it chose, is not refused to this one.
  let team = "";
  desk.onState((state) => {
    if (JSON.stringify(state.team) !== team) { refusal.remove(); }
    team = JSON.stringify(state.team);
  });
  const section = desk.section("Rendre", make("p", {}, INTRO), button("Préparer le rendu", prepare), steps, kept);
  section.id = "cd-handing-in";
  // Not waited for, and asked again with news of the team as long as it did not come.
  let listed = false;
  desk.onState(() => { if (!listed) { list(desk, kept).then(() => { listed = true; }, () => {}); } });
}

async function look(desk, steps, kept) {
  const say = (text) => steps.replaceChildren(make("p", { class: "cd-said" }, text));
  say("Vos carnets sont enregistrés et relus.");
  const { restored } = await exchange(desk, () => desk.server.ask("restore"), mended);
  const found = await desk.server.ask("inventory");
  const there = found.notebooks.filter((notebook) => notebook.there);
  const reports = [];
  for (const [rank, notebook] of there.entries()) {
    say(`Vérification du carnet ${rank + 1} sur ${there.length}, « ${name(notebook.path)} » : une minute, parfois deux.`);
    try {
      reports.push(await verified(desk, notebook.path));
    } catch (problem) {
      // A machine that does not answer says nothing about a notebook.
      if (problem.gone) { throw problem; }
      reports.push({ path: notebook.path, title: notebook.title, lines: [], notes: [problem.message] });
    }
  }
  const missing = lacks(desk, found, reports);
  const hand = doing(desk, () => handIn(desk, steps, kept, found, missing.length));
  steps.replaceChildren(
    make("p", {}, make("strong", {}, found.team.name), ` · ${found.team.members.join(", ") || "aucun prénom noté"} · défi ${found.team.challenge}`),
    ...told(restored),
    make("h4", {}, missing.length ? "Ce qui manque" : "Rien ne manque"),
    missing.length ? make("ul", {}, ...missing) : make("p", {}, "Toutes les questions ont une réponse, et leur forme est vérifiée."),
    make("p", {}, found.share),
    button(missing.length ? "Rendre quand même" : "Rendre", hand, { class: "cd-button cd-main" }),
  );
}

// What was put back, told on the page.
function told(restored) {
  if (!restored.length) { return []; }
  return [
    make("h4", {}, "Remis en place"),
    ...restored.map((one) => make("div", {}, make("p", {}, `${name(one.path)}, tel qu'il était : ${one.copy}`), make("ul", {}, ...one.told.map((sentence) => make("li", {}, sentence))))),
  ];
}

function lacks(desk, found, reports) {
  const lines = found.remarks.map((remark) => make("li", {}, remark));
  for (const report of reports) {
    report.notes.forEach((note) => lines.push(make("li", {}, `${name(report.path)} : ${note}`)));
    for (const line of report.lines.filter((one) => ["à faire", "pas encore", "pas exécutée"].includes(one.verdict))) {
      lines.push(item(desk, report.path, { ...line, points: 0, said: "" }));
    }
  }
  return lines;
}

async function handIn(desk, steps, kept, found, missing) {
  if (missing) {
    const text = missing > 1 ? `Il manque ${missing} choses, listées dans le panneau.` : "Il manque une chose, dite dans le panneau.";
    const sure = await dialog(desk, "Rendre un travail inachevé ?", make("p", {}, `${text} Rendre maintenant n'empêche pas de continuer, ni de rendre de nouveau.`), ["Pas maintenant", "Rendre quand même"]);
    if (!sure) { return; }
  }
  const made = await exchange(desk, async () => {
    const answer = await desk.server.ask("hand_in");
    // It is made: whatever the network does now, it can be downloaded and sent from the list.
    await list(desk, kept);
    return answer;
  }, mended);
  await fetchFile(desk, made.name);
  const outcome = make("p", { class: "cd-said", role: "status" }, found.address ? "L'envoi est en cours." : "Cette édition n'a pas d'adresse de dépôt : remettez ce fichier à la personne qui organise.");
  steps.replaceChildren(
    make("h4", {}, `Rendu fait à ${clock(Date.now())}`),
    ...told(made.restored),
    make("p", {}, "Le fichier est dans vos téléchargements, et gardé ici : ", make("code", {}, made.kept)),
    outcome,
  );
  if (found.address) {
    outcome.textContent = await send(desk, made.name, found.code).catch((problem) => (problem.gone ? UNSURE : problem.message));
  }
  await list(desk, kept);
  await desk.refresh();
}

async function fetchFile(desk, file) {
  const { name: given, blob } = await desk.server.file("handed_in", { name: file });
  download(given, blob);
}

// The code is said aloud on the day. It is kept nowhere but here, until the page closes.
let code = "";

async function send(desk, file, asks) {
  if (asks && !code) { code = await ask(desk); }
  const answer = await desk.server.ask("send", { name: file, code });
  if (answer.wrong_code) { code = ""; }
  return answer.message;
}

async function ask(desk) {
  const field = make("input", { type: "text", autocomplete: "off", class: "cd-field" });
  const body = make("label", {}, "Le code du dépôt est donné à voix haute par la personne qui organise. Il n'est pas enregistré.", field);
  return (await dialog(desk, "Code du dépôt", body, ["Sans code", "Envoyer"])) ? field.value.trim() : "";
}

// The hand-ins of this machine: each can be downloaded and sent again.
async function list(desk, kept) {
  const { hand_ins } = await desk.server.ask("hand_ins");
  const { address, code: asks } = desk.state.edition;
  kept.replaceChildren(...(hand_ins.length ? [make("h4", {}, "Vos rendus")] : []), make("ul", {}, ...hand_ins.map((one) => {
    const day = new Date(one.at).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long" });
    const again = doing(desk, async () => {
      const message = await send(desk, one.name, asks);
      await list(desk, kept);
      kept.prepend(make("p", { class: "cd-said", role: "status" }, message));
    });
    return make("li", {},
      `${day}, ${clock(one.at)} · ${one.sent ? "déposé" : address ? "pas encore déposé" : "à remettre"} `,
      button("Télécharger", doing(desk, () => fetchFile(desk, one.name)), { class: "cd-link" }), " ",
      address && !one.sent ? button("Envoyer", again, { class: "cd-link" }) : null);
  })));
}
