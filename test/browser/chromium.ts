import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that was opened, with everything it complained about or asked the network for. */
export interface Opened {
  page: Page;
  complaints: string[];
  requests: string[];
}

/** A browser and a folder for pages; both are gone after `close`. */
export class PageReader {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'openbell-browser-'));
  #pages = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts Chromium; fails with what to do where there is none. */
  static async start(): Promise<PageReader> {
    if (!existsSync(executable)) {
      throw new Error(
        `expected Chromium at ${executable}, found nothing: install it (Debian: apt-get install -y chromium) or name it in the variable CHROMIUM`,
      );
    }
    return new PageReader(await chromium.launch({ executablePath: executable, args: quiet }));
  }

  /** Opens the HTML as a file, as a reader would. */
  async open(html: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(this.#folder, `page-${(this.#pages += 1)}.html`);
    writeFileSync(file, html);
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const opened: Opened = { page, complaints: [], requests: [] };
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') opened.complaints.push(message.text());
    });
    page.on('pageerror', (error) => opened.complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      opened.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith('data:') && url !== pathToFileURL(file).href) opened.requests.push(url);
    });
    await page.goto(pathToFileURL(file).href);
    if (options.javaScriptEnabled !== false)
      await page.waitForSelector('html[data-drawn]', { state: 'attached' });
    return opened;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
