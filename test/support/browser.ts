import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Nothing of the machine's own: no profile, no traffic but ours. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A real Chromium with a new profile. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Tab {
  page: Page;
  /** What the console and the content policy complained about. */
  complaints: string[];
}

/** A window of its own: nothing is kept from one to the next. */
export async function openTab(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

/** The element that has the focus, by its name. What runs in the page is a string: this program knows no DOM. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(
    `(() => { const e = document.activeElement; return e.getAttribute('aria-label') ?? e.textContent.trim(); })()`,
  );
}
