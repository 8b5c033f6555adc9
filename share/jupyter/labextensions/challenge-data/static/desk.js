// The desk: what every tool needs, then each tool in turn. A tool is a module with one function, start(desk).
import { make } from "./page.js";
import { Server } from "./server.js";
import { times } from "./times.js";

// In the order of the panel. One that fails says so in the console, and leaves the others alone.
const TOOLS = ["panel", "saving", "keeping", "gone", "reminding", "taking_back", "joining", "asking", "beginning_again", "verifying", "handing_in", "choices", "presenting"];

export async function start(app, shell, notebooks, panel, lab) {
  const [apputils, coreutils, services, widgets] = await Promise.all(
    ["@jupyterlab/apputils", "@jupyterlab/coreutils", "@jupyterlab/services", "@lumino/widgets"].map(lab));
  const desk = {
    app, shell, notebooks, panel, lab, apputils, coreutils, services, widgets,
    server: new Server(coreutils, services),
    state: null,
    // Asks the server where the team stands, and tells every tool that listens.
    async refresh() {
      const before = JSON.stringify(desk.state);
      desk.state = await desk.server.ask("state");
      // Drawn anew only for news: a keyboard that stands on a button of the panel stays there.
      if (JSON.stringify(desk.state) === before) { return desk.state; }
      desk.listeners.forEach((listen) => listen(desk.state));
      return desk.state;
    },
    listeners: [],
    onState(listen) {
      desk.listeners.push(listen);
      if (desk.state) { listen(desk.state); }
    },
  };
  try {
    await known(desk);
  } catch (problem) {
    console.warn("challenge-data: no course here", problem);
    panel.dispose();
    return desk;
  }
  // Fetched all at once, started in order: a slow network is waited for once.
  const fetched = TOOLS.map((name) => [name, fetchTool(name)]);
  fetched.forEach(([, tool]) => tool.catch(() => {}));
  for (const [name, tool] of fetched) {
    try {
      await (await tool).start(desk);
    } catch (problem) {
      console.error(`challenge-data: ${name}`, problem);
    }
  }
  return desk;
}

// An answer may be lost, or come from what stands before a machine that is busy: asked again. A server without the course's side says 404.
async function known(desk) {
  const told = make("p", { class: "cd-said" });
  for (;;) {
    try {
      await desk.refresh();
      told.remove();
      return;
    } catch (problem) {
      if (problem.status === 404) { throw problem; }
      told.textContent = problem.message;
      desk.panel.node.append(told);
      await new Promise((resolve) => setTimeout(resolve, times.probe));
    }
  }
}

// A file lost on its way is asked for once more: without its keeping, a day's work is kept nowhere.
function fetchTool(name) {
  return import(`./${name}.js`).catch(() => import(`./${name}.js`));
}
