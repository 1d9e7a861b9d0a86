import type { Facts } from './inspect.ts';
import { command, type Step } from './step.ts';
import { pullStep } from './up.ts';

/** All images of the stack in one file, for a machine without a registry: `docker load -i FILE` there. Missing ones are pulled first. */
export function planVendor(facts: Facts, file: string): Step[] {
  const images = [...new Set(facts.services.map(({ image }) => image))].sort();
  return [
    ...images.filter((image) => !facts.images.has(image)).map(pullStep),
    command({ title: `write ${images.length} images into ${file}`, zh: `把 ${images.length} 个镜像写入 ${file}` }, [
      'docker',
      'save',
      '--output',
      file,
      ...images,
    ]),
  ];
}
