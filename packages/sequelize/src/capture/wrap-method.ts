export type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Makes a method another one. Answers the function that takes this back. */
export function wrapMethod(owner: object, name: string, wrapper: (original: Method) => Method): () => void {
  const inherited = Object.getOwnPropertyDescriptor(owner, name);
  const original = Reflect.get(owner, name) as Method;
  const wrapped = wrapper(original);
  let isBound = true;
  const method: Method = function (...args) {
    return (isBound ? wrapped : original).apply(this, args);
  };
  Object.defineProperty(owner, name, { value: method, writable: true, configurable: true });
  return () => {
    isBound = false;
    // Whoever wrapped it after us keeps their wrapper, and ours in it passes everything on.
    if (Reflect.get(owner, name) !== method) return;
    if (inherited) Object.defineProperty(owner, name, inherited);
    else Reflect.deleteProperty(owner, name);
  };
}
