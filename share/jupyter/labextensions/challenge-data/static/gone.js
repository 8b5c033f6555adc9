// The machine does not answer any more: said once, with what is kept and the ways out; unsaid if it comes back.
import { Banner } from "./banner.js";
import { button, clock, make } from "./page.js";
import { times } from "./times.js";

const MISSED = 2;  // calls in a row without an answer, before anybody is alarmed

export function start(desk) {
  const { keeping } = desk;
  const banner = new Banner("La machine ne répond plus", "alert");
  let calling = false;

  async function call() {
    if (calling) { return; }
    calling = true;
    for (let missed = 1; ; missed++) {
      if (missed >= MISSED && !banner.shown) {
        keeping.gone = true;
        banner.show(...told(desk));
      }
      await new Promise((resolve) => setTimeout(resolve, times.probe));
      if (await answers(desk)) { break; }
    }
    calling = false;
    keeping.gone = false;
    banner.hide();
    keeping.look();
  }

  keeping.onGone = call;
  // JupyterLab noticed first (remoteEntry.js hands us its word).
  desk.onLost = async () => { if (!await answers(desk)) { call(); } };
}

async function answers(desk) {
  try {
    await desk.server.ask("state");
    return true;
  } catch (problem) {
    return !problem.gone;
  }
}

function told(desk) {
  const { record, problem, all } = desk.keeping;
  const count = Object.keys(record?.files || {}).length;
  const kept = problem || !count
    ? "Téléchargez maintenant ce qui est à l'écran : rien d'autre ne le garde."
    : `Votre travail est gardé dans ce navigateur (${clock(record.kept)}), avec ce que vous avez écrit depuis. Téléchargez-le aussi : c'est plus sûr.`;
  const another = desk.state.another
    ? make("a", { class: "cd-button", href: desk.state.another, target: "_blank", rel: "noopener" }, "Ouvrir une nouvelle machine")
    : null;
  return [
    make("p", {}, make("strong", {}, "La machine ne répond plus."), " ", kept),
    make("p", {}, desk.state.binder
      ? "Ouvrez ensuite une nouvelle machine, sur ce même ordinateur : elle proposera de reprendre. Gardez cette page ouverte jusque-là."
      : "Le réseau est peut-être coupé, ou JupyterLab arrêté : relancez-le. Cette page réessaie toute seule."),
    button("Tout télécharger", all), ...(another ? [another] : []),
  ];
}
