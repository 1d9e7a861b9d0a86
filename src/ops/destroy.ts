import { RagError } from '../errors.ts';
import type { Facts } from './inspect.ts';
import { command, type Step } from './step.ts';
import { stopStep } from './up.ts';

/**
 * The only plan that deletes data. `name` must be the project's; throws RagError('refused') for another one, and without a verified
 * backup unless told to do without.
 */
export function planDestroy(facts: Facts, name: string, withoutBackup: boolean): Step[] {
  if (name !== facts.project)
    throw new RagError('refused', `this stack is ${facts.project}, not ${name}: nothing was deleted`, {
      hint: `rag stack destroy --data ${facts.project}`,
      zh: `此 stack 名为 ${facts.project}，不是 ${name}：没有删除任何内容`,
    });
  const there = [...facts.volumes].filter(([, exists]) => exists).map(([volume]) => volume);
  if (!withoutBackup)
    throw new RagError('refused', `no verified backup of ${name} is known: nothing was deleted`, {
      hint: 'make one, or say that none is wanted: --without-backup',
      zhHint: '请先备份，或用 --without-backup 表示不需要',
      zh: `没有 ${name} 的已验证备份：没有删除任何内容`,
      details: { volumes: there },
    });
  return [
    stopStep(facts, { title: 'stop everything', zh: '停止全部服务' }),
    ...there.map((volume) =>
      command({ title: `delete the volume ${volume}`, zh: `删除数据卷 ${volume}` }, ['docker', 'volume', 'rm', volume]),
    ),
  ];
}
