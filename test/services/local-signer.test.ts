import { generateKeyPairSync, sign, verify } from 'node:crypto';
import t from 'tap';
import { rawSignature } from '#src/services/keys/local-signer.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

t.test('r and s are padded to full width, however short they are (RFC 7518 §3.4)', async (t) => {
  const lengths = new Set<number>();
  for (let i = 0; i < 1500; i++) {
    const data = Buffer.from(`message ${i}`);
    const der = sign('sha256', data, privateKey);
    lengths.add(der.length);
    const raw = rawSignature(der);
    if (raw.length !== 64) t.fail(`${raw.length} bytes`);
    if (!verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw))
      t.fail(der.toString('hex'));
  }
  t.ok(lengths.size >= 3, 'numbers with and without padding, and shorter ones, were among them');
});

t.test('numbers of one byte and of all bytes are right-aligned in their half', async (t) => {
  const small = rawSignature(Buffer.from('3006020101020102', 'hex'));
  t.equal(Buffer.from(small).toString('hex'), `${'00'.repeat(31)}01${'00'.repeat(31)}02`);
  const high = 'ff'.repeat(32);
  const large = rawSignature(Buffer.from(`3046022100${high}022100${high}`, 'hex'));
  t.equal(Buffer.from(large).toString('hex'), high + high);
});

t.test('a signature of another curve is refused', async (t) => {
  for (const text of [
    '',
    '30',
    '3106020101020102',
    '3007020101020102',
    '3006020101030102',
    `3048022200${'ff'.repeat(33)}022100${'ff'.repeat(32)}`,
  ]) {
    t.throws(() => rawSignature(Buffer.from(text, 'hex')), /signature/, text);
  }
});
