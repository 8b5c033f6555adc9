// « Reprendre »: the work of an earlier machine, out of this browser, or out of files that are picked or dropped.
import { Banner } from "./banner.js";
import { unsay } from "./beginning_again.js";
import { filesOf } from "./drops.js";
import { exchange } from "./saving.js";
import { busy, button, clock, dialog, doing, make } from "./page.js";
import { whole } from "./whole.js";
import { zip } from "./zip.js";

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
    list.replaceChildren(...records.map((record) => {
      const already = record.taken === keeping.kept.machine;
      return make("p", {}, `${named(record)} ${already ? "Déjà repris ici. " : ""}`, button(already ? "Reprendre encore" : "Reprendre", doing(desk, () => takeKept(record.key))));
    }));
    return records;
  }
  // As it is now: its machine may have gone on, in another window, since this list was drawn.
  async function takeKept(key) {
    const record = await keeping.kept.record(key);
    if (!record) {
      await earlier();
      throw new Error("Cette copie n'est plus dans ce navigateur.");
    }
    if (!await takeRecord(desk, record)) { return; }
    if (record.unsaved) {
      await keeping.kept.drop(key);
    } else {
      await keeping.kept.change(key, (now) => ({ ...now, taken: keeping.kept.machine }));
    }
    await earlier();
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { earlier(); } });
  keeping.onErase = () => { banner.hide(); earlier(); };
  desk.onTaken = () => { banner.hide(); };

  async function offer() {
    const records = await earlier();
    // Typed on this machine and never saved: it is offered whatever else is here.
    const unsaved = records.find((record) => record.key === `${keeping.kept.key}|unsaved`);
    const offered = unsaved || (desk.state.changed ? null : records[0]);
    if (offered) {
      banner.show(
        make("p", {}, make("strong", {}, offered.unsaved ? "Ce navigateur garde un texte qui n'avait pas été enregistré. " : "Ce navigateur garde un travail. "), named(offered)),
        button("Reprendre", doing(desk, () => takeKept(offered.key))), button("Plus tard", () => banner.hide()),
        make("p", { class: "cd-small" }, "Plus tard, vous le retrouverez dans le panneau « Équipe », à droite."));
    }
  }
  // A hub starts a new machine at the address of the one that it stopped, under a page that stayed open.
  keeping.onMachine = offer;
  await offer();
}

function named(record) {
  const count = Object.keys(record.files).length;
  const team = record.manifest.team ? `Équipe « ${record.manifest.team.name} »` : "Équipe pas encore inscrite";
  const day = new Date(record.kept).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long" });
  const what = record.unsaved ? `ce qui n'était pas enregistré de ${Object.keys(record.files).map((path) => path.split("/").pop()).join(", ")}` : `${count} fichier${count > 1 ? "s" : ""}`;
  return `${team}, ${what}, ${day} à ${clock(record.kept)}.`;
}

// Whether it was taken back.
async function takeRecord(desk, record) {
  const given = await give(desk, await whole(record, await desk.keeping.kept.unsaved(record.key)));
  if (given && record.large.length) {
    await dialog(desk, "Des fichiers manquent", make("p", {}, `Trop gros pour la copie du navigateur : ${record.large.join(", ")}. Cherchez-les dans vos téléchargements.`), ["D'accord"]);
  }
  return given;
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
    if (loose.length) {
      await give(desk, await zip(await Promise.all(loose.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })))));
    }
  } catch (problem) {
    await dialog(desk, "Ce fichier n'a pas été repris", make("p", {}, problem.message), ["D'accord"]);
  }
}

// One at a time: of two that write the same files, one would say that they were not taken.
let last = Promise.resolve();

function give(desk, content) {
  const mine = last.then(() => giveAlone(desk, content));
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

async function giveAlone(desk, content) {
  const paths = (done) => (done ? done.files.map((file) => file.path) : []);
  const done = await exchange(desk, () => taken(desk, content), paths);
  if (!done) { return false; }
  desk.onTaken();
  unsay(desk, paths(done));
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
