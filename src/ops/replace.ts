import { setTimeout as pause } from 'node:timers/promises';
import { RagError } from '../errors.ts';
import { healthOf } from './health.ts';
import type { Facts, Service } from './inspect.ts';
import { containersOf } from './state.ts';
import { type Runner, type Step, shown, type Titled } from './step.ts';

/** Until nginx has read its files and looked names up again. */
const FOUND_MS = 1500;
const POLL_MS = 500;
/** As long as `rag serve` lets requests end, and some more. */
const DRAIN_SECONDS = 30;

/**
 * New replicas beside the old ones, healthy before any of those is stopped. If a new one is not, it is taken away and the old ones
 * go on serving.
 */
export function replaceSteps(facts: Facts, service: Service, wait: number): Step[] {
  const { name, replicas } = service;
  const old = containersOf(facts, service);
  const { folder: cwd, project } = facts;
  const scale = [
    'docker',
    'compose',
    'up',
    '--detach',
    '--no-deps',
    '--no-recreate',
    '--quiet-pull',
    '--scale',
    `${name}=${old.length + replicas}`,
    name,
  ];
  const list = [
    'docker',
    'ps',
    '--all',
    '--quiet',
    '--no-trunc',
    '--filter',
    `label=com.docker.compose.project=${project}`,
    '--filter',
    `label=com.docker.compose.service=${name}`,
    '--filter',
    'label=com.docker.compose.oneoff=False',
  ];
  const added = async (runner: Runner) =>
    (await runner.run(list)).out.split('\n').filter((id) => id !== '' && !old.some((container) => container.id === id));

  return [
    {
      title: `start ${replicas} new ${name} beside ${old.length} old`,
      zh: `在 ${old.length} 个旧的 ${name} 旁启动 ${replicas} 个新的`,
      detail: shown(scale),
      do: async (runner, io) => void (await runner.run(scale, { cwd, signal: io.signal })),
      async undo(runner) {
        const made = await added(runner);
        if (made.length > 0) await runner.run(['docker', 'rm', '--force', '--volumes', ...made]);
      },
    },
    {
      title: `wait until the new ${name} are healthy`,
      zh: `等待新的 ${name} 健康`,
      detail: `${shown(list)}, then docker inspect, at most ${wait} s`,
      async do(runner, io) {
        const end = performance.now() + wait * 1000;
        for (;;) {
          const ids = await added(runner);
          const health = await healthOf(runner, ids);
          if (ids.length > 0 && health.every((state) => state === 'healthy')) return;
          if (health.includes('unhealthy') || health.includes('exited') || performance.now() > end)
            throw new RagError(
              'unavailable',
              `a new ${name} is not healthy (${health.join(', ') || 'none was made'}); the old ones go on`,
              {
                zh: `新的 ${name} 不健康，旧副本继续服务`,
                hint: `rag stack logs ${name}`,
              },
            );
          await pause(POLL_MS, undefined, { signal: io.signal });
        }
      },
    },
    ...findAgain(facts, { title: 'let nginx find them', zh: '让 nginx 发现新副本' }),
    ...old.map(({ id, name: container }) => ({
      title: `let ${container} end its requests, and take it away`,
      zh: `让 ${container} 处理完请求后移除`,
      detail: `docker stop --time ${DRAIN_SECONDS} ${container} && docker rm --volumes ${container}`,
      async do(runner: Runner) {
        await runner.run(['docker', 'stop', '--time', String(DRAIN_SECONDS), id]);
        await runner.run(['docker', 'rm', '--volumes', id]);
      },
    })),
    ...findAgain(facts, { title: 'let nginx forget the old ones', zh: '让 nginx 忘记旧副本' }),
  ];
}

/** nginx reads its files anew and looks replicas up; requests under way go on. It would find them by itself, seconds later. */
function findAgain(facts: Facts, titled: Titled): Step[] {
  const doors = facts.services.filter(
    (service) => service.stage === 'edge' && containersOf(facts, service).some(({ state }) => state === 'running'),
  );
  return doors.map(({ name }) => {
    const argv = ['docker', 'compose', 'kill', '--signal', 'HUP', name];
    return {
      ...titled,
      detail: shown(argv),
      async do(runner, io) {
        await runner.run(argv, { cwd: facts.folder, signal: io.signal });
        await pause(FOUND_MS, undefined, { signal: io.signal });
      },
    };
  });
}
