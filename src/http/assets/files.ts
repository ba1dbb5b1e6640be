import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { AssetName } from '#src/views/page.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly hash: string;
  readonly content: Buffer;
}

const read = (name: AssetName, file: string): Asset => {
  const content = readFileSync(new URL(file));
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  const extension = extname(name);
  const type = contentTypes[extension];
  if (type === undefined) throw new Error(`no content type for ${name}`);
  return { path: `/assets/${name.slice(0, -extension.length)}.${hash}${extension}`, type, hash, content };
};

export const assets: Readonly<Record<AssetName, Asset>> = {
  'pico.css': read('pico.css', import.meta.resolve('@picocss/pico/css/pico.min.css')),
  'postern.css': read('postern.css', import.meta.resolve('./postern.css')),
  'postern.js': read('postern.js', import.meta.resolve('./postern.js')),
  'passkeys.js': read('passkeys.js', import.meta.resolve('./passkeys.js')),
  'icon.svg': read('icon.svg', import.meta.resolve('./icon.svg')),
};
