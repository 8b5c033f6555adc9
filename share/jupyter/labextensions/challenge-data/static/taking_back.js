// « Reprendre »: the work of an earlier machine, out of this browser, or out of files that are picked or dropped.
import { Banner } from "./banner.js";
import { unsay } from "./beginning_again.js";
import { filesOf, packed } from "./drops.js";
import { exchange } from "./saving.js";
import { busy, button, clock, dialog, doing, make } from "./page.js";
import { within } from "./server.js";
import { times } from "./times.js";
import { laid, whole } from "./whole.js";

export async function start(desk) {
  const list = make("div", {});
  const choose = button("Choisir un fichier", () => picker.click());
  const picker = make("input", { type: "file", multiple: "", hidden: "", onchange: () => busy(desk, choose, () => take(desk, picked(picker))) });
  const section = desk.section("Reprendre", list,
    choose, picker,
    make("p", { class: "cd-small" }, "Ou déposez dans ce panneau ce que vous aviez téléchargé : l'archive .zip, ou des carnets."));
  dropped(desk, section.parentElement);

  const banner = new Banner("Reprendre votre travail");
  const { keeping } = desk;
  async function earlier() {
    const records = keeping.kept ? (await keeping.kept.all()).filter((record) => record.key !== keeping.kept.key) : [];
    const left = await leftHere(desk);
    list.replaceChildren(
      ...left.map((entry) => make("p", {}, `${unsaved([entry])} `, button("Reprendre", doing(desk, () => takeLeft([entry]))), " ", button("Jeter", doing(desk, () => forget(entry))))),
      ...records.map((record) => {
        const already = record.taken === keeping.kept.machine;
        return make("p", {}, `${named(record)} ${already ? "Déjà repris ici. " : ""}`, button(already ? "Reprendre encore" : "Reprendre", doing(desk, () => takeKept(record.key))));
      }));
    return { records, left };
  }
  // As it is now: its machine may have gone on, in another window, since this list was drawn.
  async function takeKept(key) {
    const record = (await keeping.kept.all()).find((one) => one.key === key);
    if (!record) {
      await earlier();
      throw new Error("Cette copie n'est plus dans ce navigateur.");
    }
    await takeRecord(desk, record, () => (record.typed ? keeping.kept.drop(record.typed) : keeping.kept.change(key, (now) => ({ ...now, taken: keeping.kept.machine }))));
    await earlier();
  }
  async function takeLeft(offered) {
    // Another window may have settled it.
    const left = (await leftHere(desk)).filter((entry) => offered.some(({ page, path, typed }) => entry.page === page && entry.path === path && entry.typed === typed));
    if (!left.length) {
      banner.hide();
      await earlier();
      throw new Error("Ce texte n'est plus à reprendre : il est dans votre carnet, ou il a été jeté.");
    }
    const nothing = { edition: desk.state.edition.name, manifest: null, files: {} };
    await give(desk, await whole(nothing, laid(left)), () => keeping.kept.drop(left));
    await earlier();
  }
  async function forget(entry) {
    const sure = await dialog(desk, "Jeter ce texte ?", make("p", {}, `${unsaved([entry])} Il sera effacé de ce navigateur. Vos carnets ne changent pas.`), ["Le garder", "Jeter"]);
    if (!sure) { return; }
    await keeping.kept.drop([entry]);
    banner.hide();
    await earlier();
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { earlier().catch(() => {}); } });
  keeping.onErase = () => { banner.hide(); earlier(); };
  desk.onTaken = () => { banner.hide(); };

  async function offer() {
    const { records: [latest], left } = await earlier();
    if (left.length) {
      banner.show(
        make("p", {}, make("strong", {}, "Ce navigateur garde un texte qui n'est pas dans vos carnets. "), unsaved(left)),
        button("Reprendre", doing(desk, () => takeLeft(left))), button("Plus tard", () => banner.hide()),
        make("p", { class: "cd-small" }, "Plus tard, vous le retrouverez dans le panneau « Équipe », à droite, où vous pourrez aussi le jeter."));
    } else if (latest && !desk.state.changed) {
      banner.show(
        make("p", {}, make("strong", {}, "Ce navigateur garde un travail. "), named(latest)),
        button("Reprendre", doing(desk, () => takeKept(latest.key))), button("Plus tard", () => banner.hide()),
        make("p", { class: "cd-small" }, "Plus tard, vous le retrouverez dans le panneau « Équipe », à droite."));
    }
  }
  // A hub starts a new machine at the address of the one that it stopped, under a page that stayed open.
  keeping.onMachine = offer;
  // Not waited for: it asks the machine for notebooks, and the tools that follow should not.
  offer().catch((problem) => console.warn("challenge-data: offer", problem));
}

function named(record) {
  if (record.typed) { return unsaved(record.typed); }
  const count = Object.keys(record.files).length;
  const team = record.manifest.team ? `Équipe « ${record.manifest.team.name} »` : "Équipe pas encore inscrite";
  return `${team}, ${count} fichier${count > 1 ? "s" : ""}, ${dated(record.kept)}.`;
}

// « Écrit et non enregistré : 1_trouver.ipynb, lundi 30 novembre à 14 h 02. »
function unsaved(left) {
  return `Écrit et non enregistré : ${left.map(({ path, typed }) => `${path.split("/").pop()}, ${dated(typed)}`).join(" ; ")}.`;
}

function dated(time) {
  return `${new Date(time).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long" })} à ${clock(time)}`;
}

// What closed pages left of this machine's notebooks and its disk does not hold. What it holds is dropped; where it does not answer, nothing is said yet.
async function leftHere(desk) {
  const { kept } = desk.keeping;
  const entries = kept ? await kept.left() : [];
  const there = await Promise.all(entries.map((entry) => isOnDisk(desk, entry)));
  await kept?.drop(entries.filter((_, rank) => there[rank]));
  return entries.filter((_, rank) => there[rank] === false);
}

// null: not known. Cells are compared, not what they gave, which is found again by running them.
async function isOnDisk(desk, { path, text }) {
  try {
    const { content } = await within(times.silence, desk.app.serviceManager.contents.get(path, { content: true }));
    return cellsOf(content) === cellsOf(JSON.parse(text));
  } catch (problem) {
    return problem.response?.status === 404 ? false : null;
  }
}

function cellsOf({ cells }) {
  return JSON.stringify(cells.map((cell) => [cell.cell_type, [cell.source].flat().join("")]));
}

async function takeRecord(desk, record, settle) {
  const given = await give(desk, await whole(record, laid(await desk.keeping.kept.unsaved(record.key), record.page, Object.keys(record.files))), settle);
  if (given && record.large.length) {
    await dialog(desk, "Des fichiers manquent", make("p", {}, `Trop gros pour la copie du navigateur : ${record.large.join(", ")}. Cherchez-les dans vos téléchargements.`), ["D'accord"]);
  }
}

function picked(picker) {
  const files = [...picker.files].map((file) => ({ path: file.name, file }));
  picker.value = "";
  return files;
}

// A zip goes as it is; loose files go together, under the names they have.
async function take(desk, files) {
  try {
    const archives = files.filter(({ path }) => path.toLowerCase().endsWith(".zip")), loose = files.filter((file) => !archives.includes(file));
    for (const { file } of archives) { await give(desk, file); }
    if (loose.length) { await give(desk, await packed(loose)); }
  } catch (problem) {
    await dialog(desk, "Ce fichier n'a pas été repris", make("p", {}, problem.message), ["D'accord"]);
  }
}

// One at a time: of two that write the same files, one would say that they were not taken.
let last = Promise.resolve();

// settle: what is left to do once every file was taken, before anybody reads so. Gives whether the machine took anything at all.
function give(desk, content, settle) {
  const mine = last.then(() => giveAlone(desk, content, settle));
  last = mine.catch(() => {});
  return mine;
}

// What the machine took; nothing if the team thought better of it.
async function taken(desk, content) {
  const told = await desk.server.ask("take_back", { content });
  if (!told.asks.length) { return told; }
  const body = make("div", {}, ...told.asks.map((sentence) => make("p", {}, sentence)), make("p", {}, "Ce qui est ici et qui diffère sera gardé dans travail/copies."));
  const sure = await dialog(desk, "Reprendre quand même ?", body, ["Ne rien changer", "Reprendre"]);
  return sure ? desk.server.ask("take_back", { content, agreed: "oui" }) : null;
}

async function giveAlone(desk, content, settle) {
  const paths = (done) => (done ? done.files.map((file) => file.path) : []);
  const done = await exchange(desk, () => taken(desk, content), paths);
  if (!done) { return false; }
  desk.onTaken();
  unsay(desk, paths(done));
  if (!done.lost) { await settle?.(); }
  await desk.keeping.look();
  await dialog(desk, done.title, make("div", { class: "cd-taken" },
    ...done.told.map((sentence) => make("p", {}, sentence)),
    make("ul", {}, ...done.files.map((file) => make("li", {}, make("strong", {}, file.path), ` : ${file.what}`)))), ["D'accord"]);
  return true;
}

// Anywhere on the panel; folders too, since Safari unpacks a zip into one.
function dropped(desk, target) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  target.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); target.classList.add("cd-dropping"); } });
  target.addEventListener("dragleave", () => target.classList.remove("cd-dropping"));
  target.addEventListener("drop", async (event) => {
    target.classList.remove("cd-dropping");
    if (event.defaultPrevented || !carries(event)) { return; }
    event.preventDefault();
    await take(desk, await filesOf(event));
  });
}
