import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { DashboardServer } from '../../src/dashboard/server.js';
import { findChromium } from './chromium.js';

/** A dashboard that runs in this process, and a browser to look at it: opened before a file's tests, closed after them. */
export class PageUnderTest {
  /** What the browser complained of: scripts that threw, what the policy for content refused. */
  readonly complaints: string[] = [];

  private constructor(
    readonly server: DashboardServer,
    /** For its databases, until it is closed. */
    readonly folder: string,
    private readonly browser: Browser,
  ) {}

  /** @param makeDatabases in a folder that is made for them; gives their files */
  static async start(makeDatabases: (folder: string) => readonly string[]): Promise<PageUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'convoy-page-'));
    const files = makeDatabases(folder);
    const server = await DashboardServer.start({ files, place: { host: '127.0.0.1', port: 0 } });
    const executablePath = findChromium()!;
    // Its own sandbox does not work as root, nor in every container.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    return new PageUnderTest(server, folder, browser);
  }

  /**
   * Opens the page in a window of its own.
   *
   * @param hash what it is to show: `#/runs?filter=...`
   */
  async open(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await this.browser.newContext(options)).newPage();
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    await page.goto(`${this.server.url}${hash}`);
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
