import { createHash } from 'node:crypto';
import { scriptTexts } from './script-texts.ts';

const texts = new Map<string, string>();

const load = (name: keyof typeof scriptTexts): string => {
  const text = scriptTexts[name];
  const sha = createHash('sha1').update(text).digest('hex');
  texts.set(sha, text);
  return sha;
};

/** The SHA-1 of each script, for EVALSHA. */
export const scripts = {
  commit: load('commit'),
  undo: load('undo'),
  increment: load('increment'),
  prune: load('prune'),
} as const;

export const scriptText = (sha: string): string => {
  const text = texts.get(sha);
  if (text === undefined) throw new Error('no such script');
  return text;
};
