// Lays the parts out on sheets of 1280 by 720 by measuring them, then presents them. No network, no library.
"use strict";
document.documentElement.classList.add("js");

const stage = document.querySelector(".stage");
const lesson = document.title;
const pages = [];

function newPage(part) {
  const page = document.createElement("section");
  page.className = "page";
  page.tabIndex = -1;
  page.innerHTML = '<div class="running"><span></span><span></span></div><div class="body"></div>';
  page.home = part;
  stage.append(page);
  pages.push(page);
  return page;
}

const body = (page) => page.querySelector(".body");
const tooTall = (page) => body(page).scrollHeight > body(page).clientHeight + 1;
const isReading = (block) => block && block.tagName === "P" && /^On lit/.test(block.textContent);

const isCode = (block) => block.tagName === "PRE" && !block.classList.contains("output");

// Blocks that are worth little apart: a heading and what follows; what a cell will do, the cell, its result and how it is read.
function groups(blocks) {
  const made = [];
  blocks.forEach((block, rank) => {
    const before = blocks[rank - 1];
    // What follows an answer often says it: it waits on the next sheet.
    if (before && before.classList.contains("later")) block.dataset.break = "before";
    const joined = before && block.dataset.break !== "before" && (
      /^H[1-6]$/.test(before.tagName) || "keep" in before.dataset || (before.tagName === "P" && !isReading(before) && isCode(block)) ||
      (before.classList.contains("output") && isReading(block)));
    if (joined) made.at(-1).push(block);
    else made.push([block]);
  });
  return made;
}

// What never goes on two sheets.
const WHOLE = "p, tr, li, figure, img, details, h1, h2, h3, [data-whole]";

// Takes from a block that is taller than its sheet what does not hold there: rows, items, lines or parts; null when nothing can go.
function cut(page, block) {
  if (block.matches(WHOLE)) return null;
  const rest = block.cloneNode(false);
  if (block.matches("pre")) {
    const lines = block.textContent.split("\n"), later = [];
    if (!block.matches(".output")) return null;
    while (tooTall(page) && lines.length > 1) { later.unshift(lines.pop()); block.textContent = lines.join("\n"); }
    rest.textContent = later.join("\n");
    return later.length ? rest : null;
  }
  if (block.matches("table")) {
    const rows = block.tBodies[0] && cut(page, block.tBodies[0]);
    if (!rows) return null;
    if (block.tHead) rest.append(block.tHead.cloneNode(true));
    rest.append(rows);
    return rest;
  }
  while (tooTall(page) && block.children.length > 1) rest.prepend(block.lastElementChild);
  const inner = tooTall(page) && block.lastElementChild && cut(page, block.lastElementChild);
  if (inner) rest.prepend(inner);
  if (block.tagName === "OL") rest.start = (block.start || 1) + block.children.length;
  return rest.children.length ? rest : null;
}

// Puts a group on the sheet, on a new one, or on a new one in smaller letters; true when it holds there whole.
function fits(page, group) {
  body(page).append(...group);
  for (const wide of body(page).querySelectorAll(".output")) if (wide.scrollWidth > wide.clientWidth + 1) wide.classList.add("narrow");
  if (!tooTall(page)) return true;
  group.forEach((block) => block.remove());
  return false;
}

function place(page, part, group) {
  if (body(page).children.length && group[0].dataset.break === "before") page = newPage(part);
  if (fits(page, group)) return page;
  const isNew = !body(page).children.length;
  const fresh = isNew ? page : newPage(part);
  if (!isNew && fits(fresh, group)) return fresh;
  body(fresh).classList.add("tight");
  if (fits(fresh, group)) return fresh;
  if (group.length > 1) {
    // More than one sheet in any case: block after block from where we are, a heading never alone at the foot.
    if (!isNew) { fresh.remove(); pages.pop(); } else body(fresh).classList.remove("tight");
    const heads = group.length > 2 && /^H[1-6]$/.test(group[0].tagName) ? 2 : 1;
    page = place(page, part, group.slice(0, heads));
    return place(page, part, group.slice(heads));
  }
  body(fresh).append(...group);
  const rest = cut(fresh, group[0]);
  if (tooTall(fresh)) body(fresh).classList.add("scrolls");
  return rest ? place(newPage(part), part, [rest]) : fresh;
}

function layOut() {
  // A tall figure shrunk to the sheet could not be read: it keeps its size, and the keys scroll it.
  for (const image of document.querySelectorAll(".part img")) if (image.naturalHeight * 0.7 > 500) image.classList.add("tall");
  for (const part of document.querySelectorAll("main > section.part")) {
    let page = newPage(part);
    const blocks = [...part.children].filter((block) => !block.matches("aside.notes"));
    for (const group of groups(blocks)) page = place(page, part, group);
    part.remove();
  }
  for (const page of pages) {
    // What would wait on a sheet of its own has nothing to wait for.
    const first = body(page).firstElementChild;
    if (first && first.classList.contains("later")) first.classList.add("shown");
  }
  pages.forEach((page, rank) => {
    const [left, right] = page.querySelectorAll(".running span");
    left.textContent = rank && page.home.dataset.title !== lesson ? `${lesson} · ${page.home.dataset.title}` : lesson;
    right.textContent = `${rank + 1} / ${pages.length}`;
    page.setAttribute("role", "group");
    page.setAttribute("aria-roledescription", "diapositive");
    page.setAttribute("aria-label", `${page.home.dataset.title}, ${rank + 1} sur ${pages.length}`);
  });
}

let here = 0;
let speaker = null;
const started = Date.now();

function show(rank, everything = false) {
  here = Math.min(Math.max(rank, 0), pages.length - 1);
  pages.forEach((page, other) => { page.hidden = other !== here; });
  if (everything) pages[here].querySelectorAll(".later").forEach((block) => block.classList.add("shown"));
  history.replaceState(null, "", `#${here + 1}`);
  document.querySelector(".only-read").textContent = `Diapositive ${here + 1} sur ${pages.length}`;
  pages[here].focus({preventScroll: true});
  tell();
}

function next() {
  const waiting = pages[here].querySelector(".later:not(.shown)"), sheet = body(pages[here]);
  if (sheet.scrollTop + sheet.clientHeight < sheet.scrollHeight - 2) sheet.scrollTop += 0.8 * sheet.clientHeight;
  else if (waiting) { waiting.classList.add("shown"); waiting.tabIndex = -1; waiting.focus({preventScroll: true}); } else if (here < pages.length - 1) show(here + 1);
}

function tell() {
  if (!speaker || speaker.closed) return;
  const page = pages[here], after = pages[here + 1];
  const notes = page.home.querySelector("aside.notes");
  const text = (id, value) => { speaker.document.getElementById(id).textContent = value; };
  text("where", `${here + 1} / ${pages.length} · ${page.home.dataset.title}`);
  text("after", after ? `Ensuite : ${after.home === page.home ? "la suite de cette partie" : after.home.dataset.title}` : "C'est la dernière.");
  speaker.document.getElementById("notes").innerHTML = notes ? notes.innerHTML : "<p>Pas de note pour cette partie.</p>";
}

// The page opens the window and writes into it: that works from a file, where two pages may not speak to each other.
function openNotes() {
  if (speaker && !speaker.closed) { speaker.focus(); return; }
  speaker = window.open("", "notes", "width=760,height=640");
  if (!speaker) { alert("Le navigateur a refusé la fenêtre des notes : autorisez-la pour ce fichier, puis appuyez de nouveau sur N."); return; }
  speaker.document.write(`<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Notes · ${lesson}</title>
<style>body {font: 20px/1.45 Verdana, sans-serif; color: #1a1a1a; background: #ffffff; margin: 1em} #clock {font-size: 34px}
h1 {font-size: 22px} #after {color: #4a4a4a}</style></head><body><p id="clock"></p><h1 id="where"></h1><div id="notes"></div><p id="after"></p></body></html>`);
  speaker.document.close();
  speaker.addEventListener("keydown", keys);
  const tick = () => {
    if (speaker.closed) return;
    const minutes = Math.floor((Date.now() - started) / 60000);
    speaker.document.getElementById("clock").textContent = `${new Date().toLocaleTimeString("fr-FR", {hour: "2-digit", minute: "2-digit"})} · depuis ${minutes} min`;
  };
  tick();
  setInterval(tick, 5000);
  tell();
}

function keys(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  // A button or a link keeps its own keys.
  if (event.target.closest && event.target.closest("button, a, summary") && [" ", "Enter"].includes(event.key)) return;
  const act = {
    ArrowRight: next, ArrowDown: next, PageDown: next, " ": next,
    ArrowLeft: () => show(here - 1, true), ArrowUp: () => show(here - 1, true), PageUp: () => show(here - 1, true),
    Home: () => show(0), End: () => show(pages.length - 1),
    n: openNotes, f: () => document.documentElement.requestFullscreen?.(),
    s: openContents, "?": () => document.querySelector("#help").showModal(), h: () => document.querySelector("#help").showModal(),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) { event.preventDefault(); act(); }
}

function openContents() {
  const dialog = document.querySelector("#contents");
  const list = dialog.querySelector("ol");
  list.replaceChildren(...pages.filter((page, rank) => rank === 0 || page.home !== pages[rank - 1].home).map((page) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = `#${pages.indexOf(page) + 1}`;
    link.textContent = page.home.dataset.title;
    link.addEventListener("click", (event) => { event.preventDefault(); dialog.close(); show(pages.indexOf(page)); });
    item.append(link);
    return item;
  }));
  dialog.showModal();
}

function fit() {
  const scale = Math.min(innerWidth / 1280, innerHeight / 720);
  stage.style.transform = `scale(${scale}) translate(-50%, -50%)`;
}

window.addEventListener("load", () => {
  layOut();
  fit();
  show((parseInt(location.hash.slice(1), 10) || 1) - 1);
  document.documentElement.dataset.ready = pages.length;
});
window.addEventListener("resize", fit);
window.addEventListener("hashchange", () => show((parseInt(location.hash.slice(1), 10) || 1) - 1));
document.addEventListener("keydown", keys);
document.querySelector("#previous").addEventListener("click", () => show(here - 1, true));
document.querySelector("#next").addEventListener("click", next);
document.querySelector("#to-contents").addEventListener("click", openContents);
document.querySelector("#to-notes").addEventListener("click", openNotes);
