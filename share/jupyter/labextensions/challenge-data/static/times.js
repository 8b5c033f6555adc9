// How long things wait, in milliseconds: one object, which every tool reads anew each time.
export const times = {
  look: 60_000,          // between two looks at what the team changed
  typing: 3_000,         // from the last key to the copy of an unsaved notebook
  probe: 5_000,          // between two calls to a machine that does not answer
  silence: 30_000,       // before a short question is taken for lost
  patience: 3 * 60_000,  // before a longer one is: files go and come, cells run
  quiet: 6 * 60_000,     // without a gesture: Binder takes its machine back after ten minutes of calm
  download: 45 * 60_000, // since the last download, on a lent machine
};
