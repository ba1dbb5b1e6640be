import { readFileSync } from 'node:fs';
import type { AssetName } from '../../views/page.ts';

const read = (file: string): Buffer => readFileSync(new URL(file));

/** The content of each asset. In the bundle packaging/bundle-seams.ts replaces this module. */
export const contents: Readonly<Record<AssetName, Buffer>> = {
  'pico.css': read(import.meta.resolve('@picocss/pico/css/pico.min.css')),
  'postern.css': read(import.meta.resolve('./postern.css')),
  'console.css': read(import.meta.resolve('./console.css')),
  'postern.js': read(import.meta.resolve('./postern.js')),
  'passkeys.js': read(import.meta.resolve('./passkeys.js')),
  'icon.svg': read(import.meta.resolve('./icon.svg')),
};
