import { RagError } from '../errors.ts';
import type { Labels } from '../jobs.ts';
import { isSpaced, spaceOf } from '../space.ts';
import { type Call, withStore } from './call.ts';

/** Where documents go that name no collection; undefined where the caller has to name one. */
function fallback({ caller: { collections }, deps }: Call, named: string | undefined): string | undefined {
  const usual = named ?? deps.context.config.values.COLLECTION;
  if (collections === null || collections.includes(usual)) return usual;
  return collections.length === 1 ? collections[0] : undefined;
}

/** Which collection new documents go to, for a caller who may not write to all. Throws RagError('forbidden' | 'usage'). */
export function labelled(call: Call, labels: Labels): Labels {
  const { collections } = call.caller;
  if (collections === null) return labels;
  const { collection } = labels;
  if (collection !== undefined && !collections.includes(collection))
    throw new RagError('forbidden', `you may not write to the collection ${collection}`, {
      zh: `您无权写入集合 ${collection}`,
    });
  const defaultCollection = fallback(call, labels.defaultCollection);
  if (collection === undefined && defaultCollection === undefined)
    throw new RagError('usage', `name the collection: ${collections.join(', ')}`, { hint: '--collection NAME' });
  return { ...labels, within: collections, ...(defaultCollection === undefined ? {} : { defaultCollection }) };
}

/** What the names of new files begin with; undefined for who sees all, or for who has to name a collection. */
export function spaceFor(call: Call, { collection, defaultCollection }: Labels): string | undefined {
  const target = collection ?? fallback(call, defaultCollection);
  return call.caller.collections === null || target === undefined ? undefined : spaceOf(target);
}

/**
 * The names under which a caller's files are kept. Who sees only some collections writes into the space of the one that the files go to, or
 * over what they see under that name: what others have makes no difference. Throws RagError('usage') for a name in the space of another
 * collection.
 */
export async function namesFor(call: Call, paths: string[], labels: Labels): Promise<string[]> {
  const { deps, caller } = call;
  if ((await deps.context.services()) === undefined) return paths;
  const { collection, defaultCollection = deps.context.config.values.COLLECTION } = labels;
  const target = collection ?? defaultCollection;
  const space = spaceOf(target);
  const foreign = paths.find((path) => isSpaced(path) && !path.startsWith(space));
  if (foreign !== undefined)
    throw new RagError('usage', `${foreign} is a name of another collection than ${target}`, {
      hint: '--collection NAME, with the collection before the colon',
      zhHint: '--collection NAME，即冒号之前的集合',
      zh: `${foreign} 是 ${target} 之外另一集合的名称`,
    });
  if (caller.collections === null) return paths;
  return withStore(deps, async (store) => {
    const seen = new Set<string>();
    for (const source of (await store.stamps()).keys()) seen.add(source).add(source.split('!/')[0]!);
    return paths.map((path) => {
      if (path.startsWith(space)) return path;
      return !seen.has(space + path) && seen.has(path) ? path : space + path;
    });
  });
}
