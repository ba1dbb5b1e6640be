import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { AssetName } from '../../views/page.ts';
import { contents } from './contents.ts';

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

const describe = (name: AssetName): Asset => {
  const content = contents[name];
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  const extension = extname(name);
  const type = contentTypes[extension];
  if (type === undefined) throw new Error(`no content type for ${name}`);
  return { path: `/assets/${name.slice(0, -extension.length)}.${hash}${extension}`, type, hash, content };
};

export const assets: Readonly<Record<AssetName, Asset>> = {
  'pico.css': describe('pico.css'),
  'postern.css': describe('postern.css'),
  'console.css': describe('console.css'),
  'postern.js': describe('postern.js'),
  'passkeys.js': describe('passkeys.js'),
  'icon.svg': describe('icon.svg'),
};
