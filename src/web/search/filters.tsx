import { useId } from 'react';
import { useWords } from '../preferences.ts';
import { MODES } from './filter.ts';

const TYPES = ['pdf', 'docx', 'pptx', 'xlsx', 'markdown', 'text', 'html', 'csv', 'eml', 'png', 'jpeg'];
const COUNTS = [10, 20, 50, 100];

/** Fields of the form around them. */
export function Filters({ params }: { params: URLSearchParams }) {
  const { search: words } = useWords();
  const types = useId();
  const value = (name: string) => params.get(name) ?? '';
  return (
    <div className="filters">
      <label>
        <span>{words.in}</span>
        <input name="in" defaultValue={value('in')} placeholder={words.inHint} spellCheck={false} />
      </label>
      <label>
        <span>{words.type}</span>
        <input name="type" defaultValue={value('type')} placeholder={words.typeHint} list={types} spellCheck={false} />
        <datalist id={types}>
          {TYPES.map((type) => (
            <option key={type} value={type} />
          ))}
        </datalist>
      </label>
      <label>
        <span>{words.since}</span>
        <input name="since" type="date" defaultValue={value('since')} />
      </label>
      <label>
        <span>{words.until}</span>
        <input name="until" type="date" defaultValue={value('until')} />
      </label>
      <label>
        <span>{words.tag}</span>
        <input name="tag" defaultValue={value('tag')} placeholder={words.tagHint} pattern="[^=]+=.+" />
      </label>
      <label>
        <span>{words.collection}</span>
        <input name="collection" defaultValue={value('collection')} />
      </label>
      <label>
        <span>{words.mode}</span>
        <select name="mode" defaultValue={value('mode')}>
          {MODES.map((mode) => (
            <option key={mode} value={mode === 'hybrid' ? '' : mode}>
              {words.modes[mode]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.k}</span>
        <select name="k" defaultValue={value('k')}>
          {COUNTS.map((count) => (
            <option key={count} value={count === COUNTS[0] ? '' : count}>
              {count}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
