import { useRef } from 'react';
import { Icon } from './icon.tsx';

interface Props {
  label: string;
  add(files: File[]): void;
  primary?: boolean;
}

export function FileButton({ label, add, primary }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={primary ? 'button primary' : 'button'} onClick={() => input.current!.click()}>
        <Icon name="add" />
        {label}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}
