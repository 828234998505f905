// What the page knows about itself; everyone who shows "saved" or a banner listens here.
const listeners = new Set();
export const state = {
  online: true, // the server answered within its limit
  kernelAlive: true,
  signedIn: true,
  someoneElse: false, // signed in here, in another tab
  secondsLeft: null,
  unsaved: 0, // answers given but not acknowledged by the service
  trouble: "", // a sentence from the service about answers it would not keep
};

export function change(news) {
  const changed = Object.keys(news).some((name) => state[name] !== news[name]);
  Object.assign(state, news);
  if (changed) listeners.forEach((listener) => listener({ ...state }));
}

export function onState(listener) {
  listeners.add(listener);
  listener({ ...state });
  return () => listeners.delete(listener);
}
