export const TARGET: string;
export function kernelsModule(): Promise<string>;
