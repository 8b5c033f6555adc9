// Open notebooks and the machine's disk: one save at a time, nothing typed meanwhile taken for saved, nobody writing in what is being replaced.
import { isGone, Problem, within } from "./server.js";
import { times } from "./times.js";

export function start(desk) {
  const steady = (_, panel) => { oneAtATime(panel.context); markWhatCameSince(panel.context); };
  desk.notebooks.forEach((panel) => steady(null, panel));
  desk.notebooks.widgetAdded.connect(steady);
}

// A save that starts before the last one is answered finds the file changed: JupyterLab would ask whose writing to keep, when both are the same hand's.
function oneAtATime(context) {
  const save = context.save.bind(context);
  let underWay = Promise.resolve(), next = null;
  context.save = () => {
    // One that is never answered is waited for some minutes, not for ever.
    next ||= within(times.patience, underWay).catch(() => {}).then(() => {
      next = null;
      const saving = save();
      underWay = saving.catch(() => {});
      return saving;
    });
    return next;
  };
}

// JupyterLab calls a notebook saved once the answer is there, also what was typed after the question.
function markWhatCameSince(context) {
  let changes = 0, saved = 0;
  context.ready.then(() => context.model.contentChanged.connect(() => { changes += 1; }));
  context.saveState.connect((_, how) => {
    if (how === "started") { saved = changes; }
    if (how === "completed" && saved !== changes) { context.model.dirty = true; }
  });
}

// JupyterLab says why in a dialog of its own, in the words of its makers; here, what it means for who is writing.
export async function save({ context }) {
  try {
    // Twice: it may first wait for one whose answer was lost.
    await within(2 * times.patience, context.save());
  } catch (problem) {
    throw new Problem(`« ${context.path.split("/").pop()} » n'a pas pu être enregistré. Ce que vous avez écrit est toujours à l'écran : réessayez dans un instant.`, isGone(problem));
  }
}

// Shows what is now on the disk.
export async function reload({ context }) {
  try {
    await within(times.patience, context.revert());
  } catch (problem) {
    throw new Problem(`« ${context.path.split("/").pop()} » a changé sur la machine, et l'écran ne le montre pas encore : rechargez la page (touche F5) avant d'y écrire.`, isGone(problem));
  }
}

let holds = 0;

// Nobody writes in notebooks while some may be replaced by what the machine gives: on a slow network, a sentence would be lost.
export async function hold(desk, work) {
  const still = (inert) => desk.notebooks.forEach((panel) => { panel.content.node.inert = inert; });
  holds += 1;
  still(true);
  try {
    return await work();
  } finally {
    holds -= 1;
    if (!holds) { still(false); }
  }
}

// Whether the machine may have changed files without this page's knowing: its answer was lost, and the screen may be older than the disk.
let unanswered = false;

// The machine changes files of the course: what is on the screen is saved before, and shows them after. Gives what change() gave.
export function exchange(desk, change, pathsOf) {
  return hold(desk, async () => {
    if (unanswered) { await reloadUnchanged(desk); }
    await saveOpen(desk);
    unanswered = true;
    const done = await change().catch((problem) => {
      unanswered = Boolean(problem.gone);
      throw problem;
    });
    await reloadOpen(desk, pathsOf(done));
    unanswered = false;
    return done;
  });
}

// Notebooks where nothing was typed since they were saved.
function reloadUnchanged(desk) {
  const open = [];
  desk.notebooks.forEach((panel) => { if (!panel.context.model.dirty) { open.push(panel.context.path); } });
  return reloadOpen(desk, open);
}

// Open notebooks among these paths show what is now on the disk.
export async function reloadOpen(desk, paths) {
  const wanted = new Set(paths), open = [];
  desk.notebooks.forEach((panel) => { if (wanted.has(panel.context.path)) { open.push(reload(panel)); } });
  await Promise.all(open);
}

// What is on the screen goes to the disk before it is packed.
export async function saveOpen(desk) {
  const open = [];
  desk.notebooks.forEach((panel) => { if (panel.context.model.dirty) { open.push(save(panel)); } });
  await Promise.all(open);
}
