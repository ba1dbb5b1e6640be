import { type KeyInfo, type Stamps, stageOf } from '../../services/keys/index.ts';

const signs = ({ stage }: KeyInfo): boolean => stage === 'active' || stage === 'next';

/** Keys of a restored store that verify again, because the replaced one had removed them, or that sign again. */
export const returnedKeys = (
  restored: readonly KeyInfo[],
  replaced: ReadonlyMap<string, Stamps>,
  now: number,
): readonly KeyInfo[] =>
  restored.filter((key) => {
    if (key.held === 'remote' || key.stage === 'gone') return false;
    const stamps = replaced.get(key.kid);
    const before = stamps ? stageOf(stamps, now) : 'gone';
    return before === 'gone' || (before === 'retiring' && signs(key));
  });

/** Says what to do if the key is one that leaked. */
export const describeReturned = (key: KeyInfo): string => {
  const series = key.alg ?? key.use;
  const back = signs(key) ? 'signs again' : 'verifies again';
  const rotate = signs(key) && key.use !== 'pairwise' ? `\`postern keys rotate ${series} --now\`, then ` : '';
  return `The key ${key.kid} (${series}) ${back}: the store that was replaced had removed or retired it. If it leaked, run ${rotate}\`postern keys prune --kid ${key.kid}\`.`;
};
