// Opens the pages that `html.rs` made, and does what a reader does.
//
//   node browser.cjs CHROMIUM FOLDER
//
// Exits with 1 when anything is not as it should be. WF_SCREENSHOTS names a folder for pictures.

'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const [executablePath, folder] = process.argv.slice(2);
const pictures = process.env.WF_SCREENSHOTS;
const HOSTILE = '</script><img src=x onerror=alert(1)>';

/** Opens the page `name`; `faults` are what it must not do. */
async function open(browser, name, { width = 1280, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (/^(file|data):/.test(url)) return route.continue();
    faults.push(`a request: ${url}`);
    return route.abort();
  });
  const url = pathToFileURL(path.join(folder, `${name}.html`)).href;
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  assert.deepEqual(requests, [url], 'the page asks for nothing but itself');
  return {
    page,
    async close() {
      assert.deepEqual(faults, [], `${name} has faults`);
      await context.close();
    },
  };
}

const digits = (text) => BigInt(text.replace(/[^\d]/g, '') || '0');

async function column(page, section, at) {
  return page.$$eval(`#${section} tbody tr td:nth-child(${at})`,
    (cells) => cells.map((cell) => cell.textContent));
}

function isSorted(values, sign) {
  return values.every((value, at) => at === 0 || sign * (value < values[at - 1] ? -1 : 1) >= 0 ||
    value === values[at - 1]);
}

async function heading(page, section, label) {
  return page.locator(`#${section} th button`, { hasText: new RegExp(`^${label}$`) });
}

const checks = {
  async 'the summary has exact numbers'(page) {
    const total = digits(await page.textContent('.total b'));
    assert.ok(total > 2n ** 64n, String(total));
    const self = (await column(page, 'functions', 3)).map(digits);
    assert.equal(self.reduce((sum, fuel) => sum + fuel, 0n), total);
    assert.equal(await page.textContent('.badge'), 'exact');
    assert.match(await page.textContent('.facts'), /fuel a second/);
  },

  async 'a name is text whatever it says'(page) {
    assert.equal(await page.locator('img').count(), 0);
    const names = await column(page, 'functions', 1);
    assert.ok(names.some((name) => name.includes(HOSTILE)));
  },

  async 'a column sorts in both directions'(page) {
    const calls = await heading(page, 'functions', 'Calls');
    await calls.click();
    const head = calls.locator('..');
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    assert.ok(isSorted((await column(page, 'functions', 6)).map(digits), -1));
    await calls.press('Enter');
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    assert.ok(isSorted((await column(page, 'functions', 6)).map(digits), 1));
    await (await heading(page, 'functions', 'Self %')).click();
  },

  async 'a search filters'(page) {
    const box = page.getByRole('searchbox', { name: 'Search functions' });
    const all = (await column(page, 'functions', 1)).length;
    await box.fill('MEMCHR::');
    await page.waitForFunction((all) =>
      document.querySelectorAll('#functions tbody tr').length < all, all);
    const found = await column(page, 'functions', 1);
    assert.ok(found.length > 0 && found.every((name) => name.includes('memchr::')), `${found}`);
    assert.match(await page.textContent('#functions .tally'), /^2 of \d+ functions$/);
    await box.fill('/^mem(cpy|set)$/');
    await box.press('Enter');
    assert.deepEqual((await page.$$eval('#functions .name', (names) =>
      names.map((name) => name.textContent))).sort(), ['memcpy', 'memset']);
    await box.fill('/(/');
    await box.press('Enter');
    assert.equal(await box.getAttribute('aria-invalid'), 'true');
    await box.press('Escape');
    assert.equal((await column(page, 'functions', 1)).length, all);
  },

  async 'the keyboard zooms in and out'(page) {
    const status = () => page.textContent('#flame-status');
    const chain = () => page.locator('#flame-path li').count();
    await page.focus('canvas');
    assert.match(await status(), /all calls.*100\.0\s% of all/);
    for (let level = 0; level < 7; level += 1) await page.keyboard.press('ArrowDown');
    const before = await status();
    assert.doesNotMatch(before, /of the frame in view/);
    await page.keyboard.press('Enter');
    assert.match(await status(), /100\.0\s% of the frame in view/);
    await page.keyboard.press('ArrowDown');
    const child = await status();
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await status(), child);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await status(), child);
    assert.ok(await chain() > 1);
    await page.keyboard.press('Escape');
    assert.equal(await chain(), 1);
    assert.doesNotMatch(await status(), /of the frame in view/);
  },

  async 'the mouse zooms in, the path leads back'(page) {
    const canvas = page.locator('canvas');
    await canvas.scrollIntoViewIfNeeded();
    const hover = { position: { x: 200, y: 20 * 6 + 8 } };
    await canvas.hover(hover);
    assert.ok(await page.locator('.tip').isVisible());
    const share = (text) => /\(([\d.]+)\s% of all/.exec(text)[1];
    const before = share(await page.textContent('#flame-status'));
    await canvas.click(hover);
    const status = await page.textContent('#flame-status');
    assert.match(status, /100\.0\s% of the frame in view/);
    assert.equal(share(status), before);
    await page.locator('#flame-path button').first().click();
    assert.equal(await page.locator('#flame-path li').count(), 1);
  },

  async 'a search says what it matches of the fuel'(page) {
    const box = page.getByRole('searchbox', { name: 'Search the flame graph' });
    await box.fill('markdown::main');
    await box.press('Enter');
    assert.match(await page.textContent('#flame-matched'), /^1 frame: [\d.]+\s% of all fuel$/);
    await box.press('Escape');
    assert.equal(await page.textContent('#flame-matched'), '');
  },

  async 'a function leads to its frames and to its code'(page) {
    await page.locator('#functions tbody .name').first().click();
    assert.match(await page.textContent('#flame-matched'), /^\d+ frames?: [\d.]+\s% of all fuel$/);
    await page.keyboard.press('Escape');
    await page.locator('#functions tbody .code-link').nth(1).click();
    assert.equal(await page.locator('details.code[open]').count(), 2);
  },

  async 'code opens, the rest of long code on demand'(page) {
    const block = page.locator('details.code').last();
    await block.locator('summary').click();
    const rows = block.locator('tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 400);
    await block.locator('.more').click();
    assert.equal(await rows.count(), 800);
    assert.match(await page.textContent('details.code .source'), /^tokens\.rs:\d+$/);
  },

  async 'the chart reads out'(page) {
    await page.focus('.chart svg');
    const before = await page.textContent('#time-status');
    assert.match(before, /on average/);
    await page.keyboard.press('ArrowRight');
    assert.match(await page.textContent('#time-status'), /fuel; [\d.]+\s% spent by then/);
    await page.keyboard.press('End');
    assert.match(await page.textContent('#time-status'), /100\.0\s% spent by then/);
    await page.getByLabel('Sum so far').check();
    assert.equal(await page.locator('.chart .sum').count(), 1);
    await page.getByLabel('Sum so far').uncheck();
  },

  async 'the chart shows one stream'(page) {
    const status = () => page.textContent('#time-status');
    const [both, area] = [await status(), await page.getAttribute('.chart .area', 'd')];
    assert.match(both, /2 streams added up/);
    await page.getByLabel('Show').selectOption('stream 1');
    assert.doesNotMatch(await status(), /streams/);
    assert.notEqual(await page.getAttribute('.chart .area', 'd'), area);
    await page.getByLabel('Show').selectOption('all streams');
    assert.equal(await status(), both);
  },

  async 'code has the share of all fuel that its function has'(page) {
    const share = await page.textContent('details.code .sum');
    const [own] = await column(page, 'functions', 2);
    assert.equal(share, `${own} of all fuel`);
  },

  async 'the theme toggles'(page) {
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await back();
    await page.click('#theme');
    assert.notEqual(await back(), light);
    assert.equal(await page.getAttribute('#theme', 'aria-label'), 'Light theme');
    await page.click('#theme');
    assert.equal(await back(), light);
  },

  async 'a slash goes to a search box'(page) {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.type), 'search');
  },
};

/** No element is wider than the window, except within what scrolls by itself. */
async function fits(page) {
  const [content, window] = await page.evaluate(() =>
    [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${content} pixels in a window of ${window}`);
}

async function picture(page, name, full = true) {
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: full });
}

async function main() {
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const exact = await open(browser, 'exact');
    for (const [name, check] of Object.entries(checks)) {
      await check(exact.page).catch((error) => {
        throw new Error(`${name}: ${error.stack}`);
      });
      process.stdout.write(`ok  ${name}\n`);
    }
    await exact.close();

    for (const name of ['exact', 'estimate', 'empty']) {
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [1280, 360]) {
          const { page, close } = await open(browser, name, { width, colorScheme });
          await fits(page);
          await picture(page, `${name}-${colorScheme}-${width}`);
          await close();
        }
      }
      process.stdout.write(`ok  ${name} fits in both themes\n`);
    }

    const opened = Date.now();
    const large = await open(browser, 'large');
    const started = Date.now();
    process.stdout.write(`ok  large, shown within ${started - opened} ms\n`);
    await (await heading(large.page, 'functions', 'Function')).click();
    assert.equal(await large.page.locator('#functions tbody tr').count(), 200);
    await large.page.locator('#functions .more').click();
    assert.equal(await large.page.locator('#functions tbody tr').count(), 1200);
    await large.page.focus('canvas');
    for (let level = 0; level < 300; level += 1) await large.page.keyboard.press('ArrowDown');
    assert.match(await large.page.textContent('#flame-status'), /deeper|smaller/);
    await large.page.keyboard.press('Enter');
    await large.page.keyboard.press('Escape');
    await picture(large.page, 'large', false);
    process.stdout.write(`ok  large, used within ${Date.now() - started} ms\n`);
    await large.close();

    const printed = await open(browser, 'exact');
    await printed.page.emulateMedia({ media: 'print' });
    await printed.page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await picture(printed.page, 'print');
    assert.ok((await printed.page.pdf()).length > 0);
    await printed.close();
    process.stdout.write('ok  prints\n');
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
