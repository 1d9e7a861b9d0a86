/**
 * Shared between the pool and its workers: which of them are inside native code. onnxruntime takes the whole process down
 * if its thread is ended there, which is what `process.exit` and an uncaught error do to threads.
 */
export type Gate = Int32Array;

const CLOSED = 0;
const INSIDE = 1;

/** Workers count as inside from their start, as they load their model first. */
export function newGate(inside: number): Gate {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  gate[INSIDE] = inside;
  return gate;
}

/** False once the gate is closed. */
export function enter(gate: Gate): boolean {
  Atomics.add(gate, INSIDE, 1);
  if (Atomics.load(gate, CLOSED) === 0) return true;
  leave(gate);
  return false;
}

export function leave(gate: Gate): void {
  Atomics.sub(gate, INSIDE, 1);
  Atomics.notify(gate, INSIDE);
}

export function close(gate: Gate): void {
  Atomics.store(gate, CLOSED, 1);
}

/** Blocks this thread until nobody is inside, at most `ms`. A text takes up to half a second. */
export function closeAndWait(gate: Gate, ms: number): void {
  close(gate);
  const end = Date.now() + ms;
  for (let inside = Atomics.load(gate, INSIDE); inside > 0; inside = Atomics.load(gate, INSIDE)) {
    if (Atomics.wait(gate, INSIDE, inside, end - Date.now()) === 'timed-out') return;
  }
}
