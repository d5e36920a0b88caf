// Tables and images that depend on a key only are made once; the last few are kept.

const LIMIT = 60, store = new Map();

export function kept(key, make) {
  if (store.has(key)) return store.get(key);
  if (store.size >= LIMIT) store.delete(store.keys().next().value);
  const made = make();
  store.set(key, made);
  return made;
}
