import type { Container, Facts, Service } from './inspect.ts';

export const containersOf = ({ containers }: Facts, { name }: Service): Container[] =>
  containers.filter(({ service }) => service === name);

export const isUp = ({ state, health }: Container): boolean =>
  state === 'running' && (health === 'healthy' || health === 'none');

/** Whether a container is what the files and the images of now would make. */
export function isCurrent({ images }: Facts, service: Service, container: Container): boolean {
  return container.hash === service.hash && container.image === images.get(service.image);
}

/** One-shots are never up; whether they must run depends on the others. */
export function isDone(facts: Facts, service: Service): boolean {
  const own = containersOf(facts, service);
  return (
    own.length === service.replicas && own.every((container) => isUp(container) && isCurrent(facts, service, container))
  );
}
