import { RagError } from '../errors.ts';
import { type Runner, type Step, shown, type Titled } from './step.ts';

/** Of each container: `healthy` (also if nothing checks it and it runs), `starting`, `unhealthy`, or why it does not run. */
export async function healthOf(runner: Runner, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const format = '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';
  const { out } = await runner.run(['docker', 'inspect', '--format', format, ...ids]);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [state, health] = line.trim().split(' ');
      return state === 'running' ? (health ?? 'healthy') : (state ?? '');
    });
}

/**
 * Has Compose start services and wait for their health, and then looks: now and then `up --wait` ends with 0 although time ran out.
 * `argv`: all but the names.
 */
export function startHealthy(titled: Titled, argv: string[], names: string[], cwd: string): Step {
  const whole = [...argv, ...names];
  return {
    ...titled,
    detail: shown(whole),
    async do(runner, io) {
      await runner.run(whole, { cwd, signal: io.signal });
      const { out } = await runner.run(['docker', 'compose', 'ps', '--all', '--quiet', ...names], { cwd });
      const health = await healthOf(runner, out.split('\n').filter(Boolean));
      const sick = health.filter((state) => state !== 'healthy');
      if (sick.length > 0 || health.length < names.length)
        throw new RagError('unavailable', `not all of it is healthy (${sick.join(', ') || 'something was not made'})`, {
          hint: 'rag stack status',
          zh: `并非全部健康（${sick.join('、') || '有服务未创建'}）`,
        });
    },
  };
}
