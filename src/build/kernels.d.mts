export function targetOf(folder: string): string;
export function kernelsModule(folder: string): Promise<string>;
