import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The pages whose commands are run. */
export const pages: readonly string[] = [
  'README.md',
  ...globSync('{docs,examples}/**/*.md', { cwd: root }).toSorted(),
];

/** A fence marked `sh`, with what the comments right above it say about running it. */
export interface CommandBlock {
  readonly page: string;
  readonly line: number;
  readonly script: string;
  /** `<!-- run by: … -->`: a test file or an npm script that runs it. */
  readonly runBy: string | undefined;
  /** `<!-- not run: … -->`: why nothing runs it. */
  readonly notRun: string | undefined;
  /** `<!-- run in: … -->`: the folder, if it is not that of the server. */
  readonly folder: string | undefined;
}

const fence = /^(?<indent> *)```(?<language>\w+)\n(?<script>[\s\S]*?)^ *```$/gm;
const comment = /^ *<!-- (.+) -->$/;

/** The comments in the lines directly above a fence. */
const commentsAbove = (text: string): readonly string[] => {
  const lines = text.split('\n').slice(0, -1);
  const first = lines.findLastIndex((line) => !comment.test(line)) + 1;
  return lines.slice(first).map((line) => comment.exec(line)?.[1] ?? '');
};

const textAfter = (comments: readonly string[], name: string): string | undefined =>
  comments.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2);

export const blocksIn = (page: string): readonly CommandBlock[] => {
  const source = readFileSync(join(root, page), 'utf8');
  return [...source.matchAll(fence)].flatMap(({ groups = {}, index }) => {
    const { indent = '', language = '', script = '' } = groups;
    if (['bash', 'shell', 'console'].includes(language))
      throw new Error(`${page}: a fence of ${language}; mark it sh`);
    if (language !== 'sh') return [];
    const above = source.slice(0, index);
    const comments = commentsAbove(above);
    return [
      {
        page,
        line: above.split('\n').length + 1,
        script: script.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
        runBy: textAfter(comments, 'run by'),
        notRun: textAfter(comments, 'not run'),
        folder: textAfter(comments, 'run in'),
      },
    ];
  });
};

/** The blocks of a page that name a runner, for that runner. */
export interface TakenBlocks {
  /** The block that contains this text. */
  take(text: string): string;
  /** The blocks that were not taken; the runner fails when there are any. */
  left(): readonly string[];
}

export const blocksRunBy = (runner: string, page: string): TakenBlocks => {
  const blocks = blocksIn(page).filter(({ runBy }) => runBy === runner);
  const taken = new Set<CommandBlock>();
  return {
    take(text) {
      const [block, ...others] = blocks.filter(({ script }) => script.includes(text));
      if (block === undefined || others.length > 0)
        throw new Error(
          `${page}: ${block === undefined ? 'no block' : 'several blocks'} of ${runner} with ${text}`,
        );
      taken.add(block);
      return block.script;
    },
    left: () => blocks.filter((block) => !taken.has(block)).map(({ line }) => `${page}:${line}`),
  };
};
