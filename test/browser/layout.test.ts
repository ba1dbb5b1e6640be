import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { launchChromium } from '../support/chromium.ts';
import { startInProcess } from '../support/setup/index.ts';
import { newTab } from './browser-test.ts';

t.setTimeout(300_000);

const svg = (width: number, height: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#175"/></svg>`;

/** Serves /320x60.svg and the like. */
const serveLogos = async (t: Test): Promise<string> => {
  const server = createServer((request, response) => {
    const [, width, height] = /(\d+)x(\d+)/.exec(request.url ?? '') ?? [];
    response.setHeader('content-type', 'image/svg+xml').end(svg(Number(width), Number(height)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
};

const logos = await serveLogos(t);
const chromium = await launchChromium();
t.teardown(() => chromium.close());

for (const [size, least, most] of [
  ['320x60', 150, 192],
  ['1200x60', 180, 192],
  ['64x64', 32, 32],
  ['40x120', 8, 32],
] as const) {
  t.test(`a logo of ${size} keeps its shape in the header`, async (t) => {
    const postern = await startInProcess(t, { pages: { logo: `${logos}/${size}.svg` } });
    const context = await chromium.newContext();
    t.teardown(() => context.close());
    const complaints: string[] = [];
    const tab = await newTab(context, complaints);
    for (const width of [1280, 360]) {
      await tab.setViewportSize({ width, height: 800 });
      await tab.goto(`${postern.issuer}/errors/invalid_grant`);
      const box = await tab.locator('.brand img').boundingBox();
      if (!box) throw new Error('no logo');
      t.ok(box.height <= 32.5 && box.height > 8, `${box.height} px high at ${width}`);
      t.ok(box.width >= least && box.width <= most + 0.5, `${box.width} px wide at ${width}`);
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      t.equal(await tab.evaluate<number>(overflow), 0);
    }
    t.strictSame(complaints, []);
  });
}

t.test('the description of the JSON token endpoint breaks no code', async (t) => {
  const postern = await startInProcess(t);
  const context = await chromium.newContext();
  t.teardown(() => context.close());
  const tab = await newTab(context, []);
  for (const width of [1280, 768, 360]) {
    await tab.setViewportSize({ width, height: 800 });
    await tab.goto(`${postern.issuer}/api/v1/docs`);
    const lines = await tab.evaluate<readonly (readonly [string, number])[]>(`
      [...document.querySelectorAll('main code')].map((code) => {
        const range = document.createRange();
        range.selectNodeContents(code);
        return [code.textContent, new Set([...range.getClientRects()].map(({ top }) => top)).size];
      })`);
    t.ok(lines.length > 15);
    t.strictSame(
      lines.filter(([, count]) => count !== 1),
      [],
      `at ${width} px`,
    );
  }
});
