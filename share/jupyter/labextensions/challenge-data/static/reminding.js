// On a lent machine only: « Tout télécharger » offered before it matters, once, and never in the way.
import { times } from "./times.js";

const MARK = "À télécharger · ";  // before the title of the browser's tab

export function start(desk) {
  if (!desk.state.binder) { return; }
  const { Notification } = desk.apputils;
  const { keeping } = desk;
  let gesture = Date.now(), told = { time: Date.now(), stamp: null }, shown = null;
  // A download of an earlier page is not known: the hour begins with the page.
  const opened = Date.now();

  for (const kind of ["pointerdown", "keydown", "wheel"]) {
    document.addEventListener(kind, () => { gesture = Date.now(); }, { capture: true, passive: true });
  }

  function why() {
    const { state } = desk, now = Date.now();
    if (keeping.gone || !state.changed || state.stamp === keeping.downloaded?.stamp) { return null; }
    if (now - gesture >= times.quiet && state.stamp !== told.stamp) {
      return "Une pause ? Après dix minutes de calme, cette machine peut s'éteindre. Téléchargez votre travail avant de partir.";
    }
    if (now - Math.max(keeping.downloaded?.time ?? opened, told.time) >= times.download) {
      return "Votre dernier téléchargement date : gardez une copie de votre travail sur l'ordinateur.";
    }
    return null;
  }

  function remind() {
    const reason = why();
    if (reason) {
      forget();
      told = { time: Date.now(), stamp: desk.state.stamp };
      shown = Notification.emit(reason, "warning", {
        autoClose: false,
        actions: [{ label: "Tout télécharger", callback: () => keeping.downloadAll().catch((problem) => Notification.error(problem.message, { autoClose: false })) }],
      });
      document.title = MARK + document.title;
    }
    setTimeout(remind, Math.min(times.look, times.quiet) / 4);
  }

  function forget() {
    if (shown) { Notification.dismiss(shown); }
    shown = null;
    document.title = document.title.replace(MARK, "");
  }

  keeping.onDownload = forget;
  remind();
}
