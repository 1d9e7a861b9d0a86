import axe from 'axe-core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccountServer, accountServer } from '../support/accounts.ts';
import { openBrowser, openTab, type Tab } from '../support/browser.ts';
import { CHROMIUM, POSTGRES, QDRANT, withServices } from '../support/services.ts';

withServices([CHROMIUM, POSTGRES, QDRANT], (path, postgres, qdrant) => {
  let server: AccountServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await accountServer(postgres, qdrant);
    const { access: bearer } = await server.signIn('root', server.admin.password);
    const body = { name: 'mei', role: 'reader', password: 'only here to read' };
    expect((await server.call('POST', '/api/v1/users', { bearer, body })).status).toBe(200);
    const form = new FormData();
    form.append('file', new Blob(['# Tea\n\nGreen tea is stored cold.\n']), 'tea.md');
    expect((await server.call('POST', '/api/v1/documents', { bearer, body: form })).status).toBe(200);
    browser = await openBrowser(path);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const open = (options?: BrowserContextOptions) => openTab(browser, server.url, options);
  const labels = {
    en: { title: 'Sign in', name: 'Name', password: 'Password', wrong: 'wrong name or password', out: 'Sign out' },
    zh: { title: '登录', name: '用户名', password: '密码', wrong: '用户名或密码错误', out: '退出登录' },
  };
  async function signIn({ page }: Tab, name: string, password: string, lang: 'en' | 'zh' = 'en'): Promise<void> {
    const dialog = page.getByRole('dialog', { name: labels[lang].title });
    await dialog.getByLabel(labels[lang].name, { exact: true }).fill(name);
    await dialog.getByLabel(labels[lang].password).fill(password);
    await page.keyboard.press('Enter');
  }

  it('asks who it is, in both languages and themes, and says that it was not right in no more words than needed', async () => {
    for (const [lang, locale, colorScheme] of [
      ['en', 'en-GB', 'light'],
      ['zh', 'zh-CN', 'dark'],
    ] as const) {
      const tab = await open({ locale, colorScheme });
      await signIn(tab, 'root', 'not the password', lang);
      await expect.poll(() => tab.page.getByRole('alert').textContent()).toContain(labels[lang].wrong);
      await tab.page.addScriptTag({ content: axe.source }).catch(() => tab.page.evaluate(axe.source));
      const { violations } = (await tab.page.evaluate('axe.run()')) as { violations: { id: string }[] };
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await tab.page.locator('nav').count()).toBe(0);
      await signIn(tab, 'root', server.admin.password, lang);
      await tab.page.locator('nav').waitFor();
      expect(await tab.page.getByRole('dialog').count()).toBe(0);
      // On one line.
      const out = await tab.page.getByRole('button', { name: labels[lang].out }).boundingBox();
      expect(out!.height).toBeLessThan(40);
      expect(tab.complaints.filter((line) => !/401|script-src|Content.Security/i.test(line))).toEqual([]);
    }
  });

  it('shows a reader nothing that they may not do', async () => {
    const tab = await open();
    const { page } = tab;
    await signIn(tab, 'mei', 'only here to read');
    await page.getByRole('link', { name: 'Documents' }).click();
    await page.getByRole('button', { name: 'Tea', exact: true }).waitFor();
    for (const name of ['Add files', 'Read all again', 'Delete: uploads/tea.md', 'Read again: uploads/tea.md'])
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    await page.getByRole('link', { name: 'Status' }).click();
    await page.getByText('Can be found by meaning').waitFor();
    expect(await page.getByRole('button', { name: 'Measure now' }).count()).toBe(0);
    expect(tab.complaints.filter((line) => !line.includes('401'))).toEqual([]);
    const admin = await open();
    await signIn(admin, 'root', server.admin.password);
    await admin.page.getByRole('link', { name: 'Documents' }).click();
    await admin.page.getByRole('button', { name: 'Delete: uploads/tea.md' }).waitFor();
    expect(await admin.page.getByRole('button', { name: 'Add files' }).count()).toBe(1);
  });

  it('goes on when a token ends, through a reload, until signing out; a session that was ended asks again', async () => {
    const tab = await open();
    const { page } = tab;
    await signIn(tab, 'mei', 'only here to read');
    await page.locator('nav').waitFor();
    const kept = () =>
      page.evaluate(`JSON.parse(sessionStorage.getItem('rag-session'))`) as Promise<{ refresh: string }>;
    const before = await kept();
    // As if the token ended now: several requests at once, and one exchange.
    await page.evaluate(
      `sessionStorage.setItem('rag-session', JSON.stringify({ ...JSON.parse(sessionStorage.getItem('rag-session')), expires: new Date().toISOString() }))`,
    );
    let renewals = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/auth/refresh')) renewals++;
    });
    await page.goto(`${server.url}/#/search?q=green`);
    await page.reload();
    await page.getByText('Green tea is stored cold').first().waitFor();
    expect([renewals, (await kept()).refresh === before.refresh]).toEqual([1, false]);
    const { refresh } = await kept();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(`sessionStorage.getItem('rag-session')`)).toBeNull();
    expect((await server.call('POST', '/api/v1/auth/refresh', { body: { refresh } })).status).toBe(401);
    await signIn(tab, 'mei', 'only here to read');
    await page.getByText('Green tea is stored cold').first().waitFor();
    const { access: bearer } = await server.signIn('root', server.admin.password);
    const body = { name: 'mei', password: 'still only here to read' };
    expect((await server.call('PATCH', '/api/v1/users', { bearer, body })).status).toBe(200);
    await page.getByRole('link', { name: 'Status' }).click();
    await page.reload();
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
  });
});
