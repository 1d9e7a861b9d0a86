const PATHS = {
  ask: 'M4 5h16v11H10l-4 4v-4H4z',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5 20 20',
  documents: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  status: 'M4 20h16M7 20v-7M12 20V5M17 20v-10',
  close: 'M6 6l12 12M18 6 6 18',
  up: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  back: 'M15 5l-7 7 7 7',
  forth: 'M9 5l7 7-7 7',
  add: 'M12 5v14M5 12h14',
  again: 'M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  save: 'M12 4v11M7 10l5 5 5-5M5 20h14',
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
