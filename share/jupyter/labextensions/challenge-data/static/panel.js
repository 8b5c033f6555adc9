// The panel « Équipe », at the right of the screen: who, which challenge, and one place for each tool.
import { dialog, make } from "./page.js";

export async function start(desk) {
  document.head.append(make("link", { rel: "stylesheet", href: new URL("desk.css", import.meta.url) }));
  const who = make("div", { class: "cd-who" });
  const body = desk.panel.node;
  body.classList.add("cd-desk");
  body.append(who);
  desk.show = () => desk.shell.activateById(desk.panel.id);
  // A tool's place in the panel: a heading, then whatever nodes it fills it with.
  desk.section = (title, ...nodes) => {
    const section = make("section", {}, make("h3", {}, title), ...nodes);
    body.append(section);
    return section;
  };
  desk.onState((state) => who.replaceChildren(...(state.problem ? [make("p", { class: "cd-said" }, state.problem)] : []), ...told(desk, state)));
}

function told(desk, state) {
  if (!state.team) {
    return [make("p", {}, "Votre équipe n'est pas encore inscrite. Faites-le dans le carnet Bienvenue, partie « Votre équipe ».")];
  }
  const members = state.team.members.join(", ") || "aucun prénom noté";
  const open = (path) => desk.app.commands.execute("docmanager:open", { path }).catch((problem) => (problem.response?.status === 404
    ? dialog(desk, "Ce carnet n'est pas à sa place", make("p", {}, missing(path)), ["D'accord"])
    : dialog(desk, "Ce carnet ne s'ouvre pas", make("p", {}, "La machine n'a pas répondu. Réessayez dans un instant."), ["D'accord"])));
  return [
    make("h2", {}, state.team.name),
    make("p", {}, members),
    make("p", {}, `Défi : ${state.team.challenge || "pas encore choisi"}`),
    make("ul", {}, ...state.notebooks.map((notebook) =>
      make("li", {}, make("button", { type: "button", class: "cd-link", onclick: () => open(notebook.path) }, notebook.title), notebook.begun ? " (commencé)" : ""))),
  ];
}

function missing(path) {
  const folder = path.split("/").slice(0, -1).join("/"), file = path.split("/").pop();
  return `« ${file} » n'est plus dans le dossier « ${folder} ». Il a peut-être un autre nom : « Préparer le rendu », plus bas, le cherche et dit comment le remettre en place.`;
}
