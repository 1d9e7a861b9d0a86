// Health check of a container without curl: leaves with 0 if the address answers with success.
const [, , address] = process.argv;
fetch(address, { signal: AbortSignal.timeout(4000) }).then(
  (response) => {
    process.exitCode = response.ok ? 0 : 1;
    return response.text();
  },
  () => {
    process.exitCode = 1;
  },
);
