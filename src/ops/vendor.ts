import type { Facts } from './inspect.ts';
import { command, type Step } from './step.ts';

/** All images of the stack in one file, for a machine without a registry: `docker load -i FILE` there. Missing ones are pulled first. */
export function planVendor(facts: Facts, file: string): Step[] {
  const images = [...new Set(facts.services.map(({ image }) => image))].sort();
  return [
    ...images
      .filter((image) => !facts.images.has(image))
      .map((image) => command(`pull ${image}`, ['docker', 'pull', '--quiet', image])),
    command(`write ${images.length} images into ${file}`, ['docker', 'save', '--output', file, ...images]),
  ];
}
