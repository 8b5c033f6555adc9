// JupyterLab loads an extension as a container of module federation: init(shared packages), then get(module).
// That protocol is all there is to it: these files are served as they are written, and nobody needs Node.
(function () {
  const here = document.currentScript.src;
  let shared;

  // JupyterLab's own copy of a package: its tokens are known by identity, no other copy would do.
  async function lab(name) {
    const versions = shared[name];
    return (await versions[Object.keys(versions)[0]].get())();
  }

  async function plugins() {
    const [application, notebook] = await Promise.all([lab("@jupyterlab/application"), lab("@jupyterlab/notebook")]);
    let desk = null;
    return [{
      // JupyterLab's own word on a lost server is a dialog over everything, ours too: the desk says it better.
      id: "challenge-data:connection-lost",
      description: "Say that the machine is gone, with what is kept.",
      autoStart: true,
      provides: application.IConnectionLost,
      activate: () => async (...failure) => (desk?.onLost ? desk.onLost() : application.ConnectionLost(...failure)),
    }, {
      // JupyterLab drops, without a word, a cell that is run while its kernel starts: on a slow machine, somebody's very first gesture.
      id: "challenge-data:early-runs",
      description: "Run what was asked for before the kernel was there, once it is.",
      autoStart: true,
      requires: [notebook.INotebookTracker],
      activate: (app, notebooks) => {
        const { NotebookActions } = notebook, waiting = new Set();
        NotebookActions.executed.connect(async (_, { notebook: content, cell }) => {
          const session = notebooks.find((panel) => panel.content === content)?.sessionContext;
          if (!session || session.isReady || cell.model.type !== "code" || waiting.has(cell)) { return; }
          waiting.add(cell);
          cell.setPrompt("*");
          await session.ready;
          waiting.delete(cell);
          if (cell.isDisposed) { return; }
          cell.setPrompt("");
          // One of several presses may have waited by itself.
          if (session.session?.kernel && cell.model.executionState === "idle" && cell.model.executionCount === null) { await NotebookActions.runCells(content, [cell], session); }
        });
      },
    }, {
      id: "challenge-data:desk",
      description: "Keep, join, check and hand in a team's work; present a lesson.",
      autoStart: true,
      requires: [application.ILabShell, notebook.INotebookTracker],
      optional: [application.ILayoutRestorer],
      activate: async (app, shell, notebooks, restorer) => {
        // The panel's place is taken at once, and filled later: a panel that comes on a slow network while no notebook is there yet
        // makes JupyterLab open a Launcher in front of the one that was asked for.
        const { Widget } = await lab("@lumino/widgets");
        const panel = new Widget();
        panel.id = "challenge-data-desk";
        panel.title.label = "Équipe";
        panel.title.caption = "Votre équipe : garder, réunir, vérifier, rendre";
        shell.add(panel, "right", { rank: 10 });
        restorer?.add(panel, panel.id);  // open before a reload, open after it
        // Not awaited: JupyterLab shows itself only once every plugin is active, and the first cell should not wait for the desk.
        const fetchDesk = () => import(new URL("desk.js", here));
        fetchDesk().catch(fetchDesk)  // lost on its way: once more
          .then(async ({ start }) => { desk = await start(app, shell, notebooks, panel, lab); })
          .catch((problem) => { panel.dispose(); console.error("challenge-data: desk", problem); });
      },
    }];
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["challenge-data"] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const list = await plugins();
      return () => ({ __esModule: true, default: list });
    },
  };
})();
