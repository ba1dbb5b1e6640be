import { toBase32 } from './base32.ts';

interface Label {
  /** What the service is called. */
  readonly issuer: string;
  /** The name of the account. */
  readonly account: string;
}

/** Apps split the label at a colon, also at an encoded one. */
const withoutColons = (text: string): string => text.replaceAll(':', ' ').trim();

/** What the QR code holds: the Key URI Format that authenticator apps share. */
export const keyUri = (secret: Uint8Array, { issuer, account }: Label): string => {
  const name = encodeURIComponent(withoutColons(issuer));
  return `otpauth://totp/${name}:${encodeURIComponent(withoutColons(account))}?secret=${toBase32(secret)}&issuer=${name}`;
};

/** A square of modules as one SVG path, with the quiet zone that the standard wants. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

/** The dark modules of a row, as runs: half as long as module by module. */
const runsOf = (row: readonly boolean[], y: number): string => {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x] || row[x - 1]) continue;
    let end = x;
    while (row[end]) end += 1;
    path += `M${x} ${y}h${end - x}v1h-${end - x}z`;
  }
  return path;
};

/** The encoder is loaded when someone sets up an app for the first time. */
export const qrCodeOf = async (text: string): Promise<QrCode> => {
  const { encode } = await import('uqr');
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  return { size, path: data.map(runsOf).join('') };
};
