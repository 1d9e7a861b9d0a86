/** Seconds by name, on the wall and of the processor (all threads): the second is what other work on the machine leaves alone. */
export function clock() {
  const seconds = { text: 0, vectors: 0 };
  const busy = { text: 0, vectors: 0 };
  return {
    seconds,
    busy,
    async timed(name, work) {
      const started = performance.now();
      const before = process.cpuUsage();
      const result = await work();
      const { user, system } = process.cpuUsage(before);
      seconds[name] += (performance.now() - started) / 1000;
      busy[name] += (user + system) / 1e6;
      return result;
    },
  };
}
