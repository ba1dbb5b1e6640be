import { randomBytes } from 'node:crypto';
import t from 'tap';
import { toBase32 } from '#src/services/factors/base32.ts';
import { keyUri, qrCodeOf } from '#src/services/factors/key-uri.ts';
import { hashOfRecoveryCode, newRecoveryCodes } from '#src/services/factors/recovery-codes.ts';
import { codeOfStep, findStep, stepAt } from '#src/services/factors/totp.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';
import { codeAt } from '../support/authenticator.ts';

const secret = Buffer.from('12345678901234567890');

t.test('codes are those of RFC 6238 Appendix B, in six digits', async (t) => {
  for (const [seconds, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const) {
    t.equal(codeOfStep(secret, stepAt(seconds * 1000)), code.slice(2), String(seconds));
    t.equal(codeAt(toBase32(secret), seconds * 1000), code.slice(2), 'and of the app of the tests');
  }
});

t.test('a code is accepted in its step, the one before and the one after', async (t) => {
  const now = 1_700_000_000_000;
  for (const [offset, accepted] of [
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ] as const) {
    const step = stepAt(now) + offset;
    t.equal(findStep(secret, codeOfStep(secret, step), now), accepted ? step : undefined, String(offset));
  }
  const code = codeOfStep(secret, stepAt(now));
  t.equal(findStep(secret, ` ${code.slice(0, 3)}-${code.slice(3)} `, now), stepAt(now));
  for (const typed of ['', '0', `${code}0`, code.slice(1), 'abcdef', '１２３４５６'])
    t.equal(findStep(secret, typed, now), undefined, typed);
});

t.test('keys are written as in RFC 4648 §10', async (t) => {
  for (const [text, base32] of [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const)
    t.equal(toBase32(Buffer.from(text)), base32);
});

t.test('the key URI survives any name of the service and of the account', async (t) => {
  const uri = keyUri(secret, { issuer: 'Acme: Sign in & more', account: 'ada:b@example.com' });
  t.equal(
    uri,
    'otpauth://totp/Acme%20%20Sign%20in%20%26%20more:ada%20b%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%20Sign%20in%20%26%20more',
  );
  t.notMatch(uri, /\+|%3A/i);
  const { size, path } = await qrCodeOf(uri);
  t.ok(size > 41);
  t.match(path, /^M4 4h7v1h-7z/, 'a quiet zone of four, then a finder pattern');
});

t.test('recovery codes have no letters that look alike, and belong to one account', async (t) => {
  const codes = newRecoveryCodes();
  t.equal(new Set(codes).size, 10);
  for (const code of codes) t.match(code, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  const key = randomBytes(32);
  const hash = (account: string, typed: string, of = key): string =>
    hashOfRecoveryCode(createSecretCipher(of), account, typed);
  t.equal(hash('ada', 'ab0c1-def23'), hash('ada', ' ABoCl dEF23'));
  t.not(hash('ada', 'AB0C1-DEF23'), hash('bob', 'AB0C1-DEF23'));
  t.not(hash('ada', 'AB0C1-DEF23'), hash('ada', 'AB0C1-DEF23', randomBytes(32)), 'the hash has a key');
});
