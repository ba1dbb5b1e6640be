import { createHmac } from 'node:crypto';
import { type Browser, formOf, type Page } from './setup/index.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const fromBase32 = (text: string): Buffer => {
  const bits = [...text.replaceAll(' ', '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** An authenticator app on a phone: it knows nothing but the key that the page shows and the time (RFC 6238). */
export const codeAt = (key: string, milliseconds: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(milliseconds / 30_000)));
  const digest = createHmac('sha1', fromBase32(key)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
};

export const wrongCode = (code: string): string =>
  String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');

/** The key that a page shows for a new app. */
export const keyIn = ({ body }: Page): string => {
  const key = /id="secret"[^>]*value="([A-Z2-7 ]+)"/.exec(body)?.[1];
  if (key === undefined) throw new Error(`no key in: ${body.slice(0, 400)}`);
  return key;
};

export const recoveryCodesIn = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/g)].map(([, code = '']) => code);

/** Adds the app of a set-up page, and returns its key and the page after it. */
export const setUpApp = async (
  browser: Browser,
  page: Page,
  now: number,
): Promise<{ readonly key: string; readonly page: Page }> => {
  const key = keyIn(page);
  const { pending = '' } = formOf(page.body).hidden;
  return { key, page: await browser.submit(page, { pending, code: codeAt(key, now) }) };
};
