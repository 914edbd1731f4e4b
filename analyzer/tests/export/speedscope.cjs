// Opens a profile in speedscope, the package from npm, and prints the table of its "Sandwich": one
// line for each function, with its total, its own fuel and its name.
//
//   node speedscope.cjs CHROMIUM PROFILE

'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const [executablePath, profile] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    // Small, because without a graphics card its flame chart is drawn slowly.
    const page = await browser.newPage({ viewport: { width: 500, height: 300 } });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => {
      throw error;
    });
    const folder = path.dirname(require.resolve('speedscope/package.json'));
    await page.goto(pathToFileURL(path.join(folder, 'dist/release/index.html')).href);
    await page.setInputFiles('input[type=file]', profile);
    await page.getByText('Sandwich').dispatchEvent('click');
    await page.getByText('Symbol Name').waitFor();
    const rows = await page.$$eval('table tr', (rows) =>
      rows.slice(1).map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join('\t')));
    process.stdout.write(rows.join('\n'));
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
