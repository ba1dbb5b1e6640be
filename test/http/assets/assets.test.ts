import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify from 'fastify';
import t from 'tap';
import { assets, assetUrl } from '#src/http/assets/index.ts';

const app = Fastify();
app.register(assets);
t.teardown(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

t.test('an asset is named by its content, and browsers may cache it forever', async (t) => {
  t.match(assetUrl('postern.css'), /^\/assets\/postern\.[\w-]{12}\.css$/);
  const answer = await get(assetUrl('postern.css'));
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, {
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
  });
  t.equal(answer.headers['content-encoding'], undefined);
  t.match(answer.body, '.sheet');
});

t.test('an asset is compressed as the browser accepts', async (t) => {
  const plain = (await get(assetUrl('pico.css'))).rawPayload;
  const brotli = await get(assetUrl('pico.css'), { 'accept-encoding': 'gzip, deflate, br' });
  t.equal(brotli.headers['content-encoding'], 'br');
  t.ok(brotliDecompressSync(brotli.rawPayload).equals(plain));
  const gzip = await get(assetUrl('pico.css'), { 'accept-encoding': 'br;q=0, gzip;q=0.5' });
  t.equal(gzip.headers['content-encoding'], 'gzip');
  t.ok(gunzipSync(gzip.rawPayload).equals(plain));
  const none = await get(assetUrl('pico.css'), { 'accept-encoding': 'brx, gzip;q=0.000' });
  t.equal(none.headers['content-encoding'], undefined);
});

t.test('RFC 9110 §13.1.2: an unchanged asset is not sent again', async (t) => {
  const { etag } = (await get(assetUrl('postern.js'))).headers;
  const again = await get(assetUrl('postern.js'), { 'if-none-match': String(etag) });
  t.equal(again.statusCode, 304);
  t.equal(again.body, '');
  t.equal((await get(assetUrl('postern.js'), { 'if-none-match': 'W/"other"' })).statusCode, 200);
});

t.test('another hash, a name without hash and a path outside are not served', async (t) => {
  for (const url of [
    '/assets/postern.css',
    '/assets/postern.000000000000.css',
    '/assets/',
    '/assets/../package.json',
    '/assets/files.ts',
  ])
    t.equal((await get(url)).statusCode, 404, url);
});
