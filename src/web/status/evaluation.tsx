import { useState } from 'react';
import { call, stream } from '../api.ts';
import type { Event, Run, SetResult, Worse } from '../api-types.ts';
import { useLoaded } from '../loaded.ts';
import { Problem } from '../parts/problem.tsx';
import { usePreferences, useWords } from '../preferences.ts';
import type { Words } from '../words.ts';
import { Chart, Sparkline } from './chart.tsx';
import { comparable, historyOf, METRICS, overall } from './series.ts';

/** How well the home's own questions are answered, and how that went over time. */
export function Evaluation() {
  const { status: words } = useWords();
  const { value, error, reload } = useLoaded((signal) => call('GET /api/v1/eval', { signal }), '');
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const [failure, setFailure] = useState<Error>();
  const [worse, setWorse] = useState<Worse[]>();
  async function measure(): Promise<void> {
    setFailure(undefined);
    setWorse(undefined);
    setProgress({ done: 0, total: 0 });
    const report = (event: Event) => event.type === 'progress' && setProgress(event);
    try {
      setWorse((await stream('POST /api/v1/eval', { body: {} }, report)).worse);
      reload();
    } catch (error) {
      setFailure(error as Error);
    }
    setProgress(undefined);
  }
  const runs = comparable(value?.runs ?? []);
  return (
    <div className="evaluation">
      <div className="view-head">
        <h2>{words.quality}</h2>
        <button type="button" className="button" onClick={() => void measure()} disabled={progress !== undefined}>
          {words.measure}
        </button>
      </div>
      <p className="quiet">{words.qualitySay}</p>
      {progress && (
        <p className="measuring">
          <progress value={progress.done} max={progress.total || 1} aria-label={words.measure} />
          <span>{words.measuring(progress.done, progress.total)}</span>
        </p>
      )}
      {failure && <Problem error={failure} retry={() => void measure()} />}
      {error && <Problem error={error} retry={reload} />}
      <p role="status" className={worse && worse.length > 0 ? 'warning' : 'quiet'}>
        {worse && (worse.length === 0 ? words.steady : worse.map((one) => fall(words, one)).join('; '))}
      </p>
      {runs.length > 0 ? <Measured runs={runs} /> : value && !progress && <p className="quiet">{words.noRuns}</p>}
    </div>
  );
}

function fall(words: Words['status'], { name, metric, before, now }: Worse): string {
  return words.worse(name, words.metrics[metric as keyof Words['status']['metrics']] ?? metric, before, now);
}

/** Of sets whose questions have reference answers. */
function Answers({ sets }: { sets: SetResult[] }) {
  const { status: words } = useWords();
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return (
    <ul className="quiet answer-figures">
      {sets.map(
        ({ name, answers }) =>
          answers && (
            <li key={name}>
              {words.answers(name, percent(answers.first), percent(answers.answered))}
              {answers.refused !== undefined && words.refused(percent(answers.refused))}
            </li>
          ),
      )}
    </ul>
  );
}

function Measured({ runs }: { runs: Run[] }) {
  const { status: words } = useWords();
  const { lang } = usePreferences();
  const date = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  const lines = METRICS.map((metric) => ({
    name: words.metrics[metric],
    values: runs.map((run) => overall(run, metric)),
  }));
  const label = (name: string, values: number[]) =>
    values.length === 1
      ? words.chartOne(name, values[0]!.toFixed(3))
      : words.chart(name, values[0]!.toFixed(3), values.at(-1)!.toFixed(3));
  const last = runs.at(-1)!;
  const [from, to] = [new Date(runs[0]!.at), new Date(last.at)];
  const oneDay = from.toDateString() === to.toDateString();
  const end = new Intl.DateTimeFormat(lang, oneDay ? { timeStyle: 'short' } : { month: 'short', day: 'numeric' });
  return (
    <>
      <Chart
        label={lines.map(({ name, values }) => label(name, values)).join('; ')}
        lines={lines}
        dates={runs.map(({ at }) => date.format(new Date(at)))}
        ends={[end.format(from), end.format(to)]}
      />
      <table className="sets">
        <thead>
          <tr>
            <th scope="col">{words.set}</th>
            <th scope="col">{words.trend}</th>
            {METRICS.map((metric) => (
              <th key={metric} scope="col" className="number">
                {words.metrics[metric]}
              </th>
            ))}
            <th scope="col" className="number">
              {words.time}
            </th>
            <th scope="col" className="number">
              {words.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {last.sets.map((set) => {
            const past = historyOf(runs, set.name).map(({ ndcg10 }) => ndcg10);
            return (
              <tr key={set.name}>
                <th scope="row">{set.name}</th>
                <td>
                  <Sparkline values={past} label={label(words.metrics.ndcg10, past)} />
                </td>
                {METRICS.map((metric) => (
                  <td key={metric} className="number">
                    {set[metric].toFixed(3)}
                  </td>
                ))}
                <td className="number">{set.p50ms.toFixed(0)} ms</td>
                <td className="number">{set.queries}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Answers sets={last.sets} />
    </>
  );
}
