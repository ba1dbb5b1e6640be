import type { Config } from '#config';
import type { Output } from '../../../command.ts';
import { Failure } from '../../../errors.ts';
import { systemClock } from '../../../store/clock.ts';
import type { Store } from '../../../store/port.ts';
import type { Comparison } from '../compare.ts';

const progressIntervalMs = 2_000;

const formatCount = (number: number): string => number.toLocaleString('en');

const reportProgress = (output: Output): ((entries: number) => void) => {
  let reportedAt = performance.now();
  return (entries) => {
    if (performance.now() - reportedAt < progressIntervalMs) return;
    reportedAt = performance.now();
    output.note(`${formatCount(entries)} entries copied …`);
  };
};

const formatComparison = ({ documents, listed }: Comparison): string => {
  const rows = Object.entries(documents).map(([kind, count]) => `  ${kind.padEnd(14)}${formatCount(count)}`);
  return ['The same in both, by kind:', ...rows, `  ${'in lists'.padEnd(14)}${formatCount(listed)}`].join(
    '\n',
  );
};

const copyDiffers = ({ missing, different, extra, unlisted }: Comparison): Failure =>
  new Failure({
    code: 'copy_differs',
    message: `${formatCount(missing)} documents are missing, ${formatCount(different)} differ, ${formatCount(extra)} are in the target alone and ${formatCount(unlisted)} are not in their lists: stop all servers on the source and copy again with --overwrite.`,
  });

interface Copy {
  readonly source: Store;
  readonly target: Store;
  /** The URL of the source. */
  readonly from: string;
  readonly overwrite: boolean;
  readonly output: Output;
}

/** Opens a store at another URL than the configured one, with all other settings of the configuration. */
export const openStoreAt = async (config: Config, url: string, mustExist: boolean): Promise<Store> => {
  const { openStore, withLongTimeouts } = await import('../../../open-store.ts');
  return openStore(withLongTimeouts({ ...config, store: { ...config.store, url } }), systemClock, {
    mustExist,
  });
};

/** Copies a whole store into another one, and says what both hold. */
export const copyAndCompare = async ({ source, target, from, overwrite, output }: Copy): Promise<void> => {
  const { compareStores, completeCopy, copyStore } = await import('../index.ts');
  const copied = await copyStore({ source, target, from, overwrite, onProgress: reportProgress(output) });
  if (copied.resumed > 0) output.note(`Went on after ${formatCount(copied.resumed)} entries.`);
  output.note('Comparing both …');
  const compared = await compareStores(source, target, systemClock);
  const ok = compared.missing + compared.different + compared.unlisted + compared.extra === 0;
  output.answer({ ok, ...copied, ...compared }, formatComparison(compared));
  if (!ok) throw copyDiffers(compared);
  await completeCopy(target);
  for (const { message, fix } of await target.inspect()) output.note(`Note: ${message} ${fix}`);
};
