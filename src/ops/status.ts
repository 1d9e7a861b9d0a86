import type { Facts } from './inspect.ts';
import { containersOf, isCurrent, isUp } from './state.ts';

export interface Row {
  service: string;
  container: string;
  image: string;
  state: string;
  health: string;
  restarts: number;
  /** ISO time; empty where nothing runs. */
  since: string;
  /** Another image or other settings than the files say now. */
  drift: boolean;
  ok: boolean;
}

/** One row a container; a service that should run and has none, or too few, is a row, too. One-shots are none. Pure. */
export function statusOf(facts: Facts): Row[] {
  return facts.services
    .filter(({ stage }) => stage !== 'prepare')
    .flatMap((service) => {
      const own = containersOf(facts, service);
      const missing = Math.max(0, service.replicas - own.length);
      const { name, image } = service;
      return [
        ...own.map((container) => {
          const drift = !isCurrent(facts, service, container);
          const { state, health, restarts, started } = container;
          return {
            ...{ service: name, container: container.name, image, state, health, restarts, drift },
            ...{ since: state === 'running' ? started : '', ok: isUp(container) && !drift },
          };
        }),
        ...Array.from({ length: missing }, () => ({
          ...{ service: name, container: '', image, state: 'missing', health: 'none', restarts: 0, since: '' },
          ...{ drift: false, ok: false },
        })),
      ];
    });
}
