// A worker in a process of its own, to be killed. Run by test/contract/queue.test.ts: node queue-worker.mjs BUNDLE URL PREFIX
const [, , bundle, url, prefix] = process.argv;
const { openRedis } = await import(bundle);
const queue = openRedis({ url, prefix, tries: 3, backoffMs: 10, stalledMs: 1000 });
await queue.work(
  {
    async slow() {
      console.log('begun');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return { by: process.pid };
    },
    async deadly() {
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    },
  },
  { concurrency: 1 },
);
