import { generateKeyPairSync, sign, verify } from 'node:crypto';
import t from 'tap';
import { toDer } from '#src/provider/keys/ecdsa-der.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

t.test('OpenSSL verifies every converted signature', async (t) => {
  const failed: string[] = [];
  for (let i = 0; i < 500; i++) {
    const data = Buffer.from(`text ${i}`);
    const signature = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const der = toDer(signature);
    if (!der || !verify('sha256', data, publicKey, der)) failed.push(signature.toString('hex'));
  }
  t.strictSame(failed, []);
});

t.test('integers are as short as possible and not negative', async (t) => {
  const half = (...last: number[]): Buffer =>
    Buffer.concat([Buffer.alloc(32 - last.length), Buffer.from(last)]);
  for (const [r, s, der] of [
    [half(1), half(0x7f), '300602010102017f'],
    [half(0x80), half(0xff, 0), '30080202008002 0300ff00'],
    [half(), half(), '3006020100020100'],
  ] as const) {
    const expected = der.replaceAll(' ', '');
    t.ok(
      toDer(Buffer.concat([r, s]))
        ?.toString('hex')
        .endsWith(expected.slice(4)),
      expected,
    );
  }
});

t.test('a signature of another length is not converted', async (t) => {
  for (const length of [0, 63, 65, 72]) t.equal(toDer(Buffer.alloc(length, 1)), undefined, `${length} bytes`);
});
