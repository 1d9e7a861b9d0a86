import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useWords } from '../preferences.ts';
import { Icon } from './icon.tsx';

interface Props {
  title: string;
  /** Undefined: it cannot be left. */
  close?: (() => void) | undefined;
  children: ReactNode;
}

/** Modal: the browser keeps the focus in it, closes it on Esc, and puts the focus back where it was. */
export function Dialog({ title, close, children }: Props) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current!;
    const before = document.activeElement as HTMLElement | null;
    shown.showModal();
    return () => {
      shown.close();
      before?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close?.();
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        {close && (
          <button type="button" className="icon-button" onClick={close} aria-label={words.close}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {children}
    </dialog>
  );
}
