/**
 * The modules that read a file beside them. A bundle has no files beside it, so each gets another text here, which holds
 * what the file has. Such a module does nothing else and names this file. One that is missing in this list makes the
 * build fail, because `import.meta` is empty in CommonJS.
 */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export const target = 'node24';

/** The JavaScript of a replaced module, made of the files of the checkout. */
type Replacement = (root: string) => Promise<string>;

const text = async (path: string): Promise<string> => JSON.stringify(await readFile(path, 'utf8'));

const thread = async (file: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target,
  });
  return JSON.stringify(outputFiles[0]?.text);
};

const startThread =
  (name: string, file: string): Replacement =>
  async (root) =>
    `
    import { Worker } from 'node:worker_threads';
    export const ${name} = (workerData) => new Worker(${await thread(join(root, file))}, { eval: true, workerData });`;

const texts =
  (name: string, files: Readonly<Record<string, string>>, wrap: string): Replacement =>
  async (root) => {
    const entries = await Promise.all(
      Object.entries(files).map(
        async ([key, file]) => `${JSON.stringify(key)}: ${wrap}(${await text(join(root, file))})`,
      ),
    );
    return `export const ${name} = { ${entries.join(', ')} };`;
  };

const script = (name: string): string => `adapters/redis/scripts/${name}.lua`;

/** Packages that only the texts below come from. */
export const packagesOfSeams = ['@picocss/pico', '@zxcvbn-ts/language-common', 'bcryptjs'];

export const seams: Readonly<Record<string, Replacement>> = {
  'src/http/assets/contents.ts': (root) => {
    const own = globSync('src/http/assets/*.{css,js,svg}', { cwd: root }).map((file) => [
      basename(file),
      file,
    ]);
    const files = { 'pico.css': 'node_modules/@picocss/pico/css/pico.min.css', ...Object.fromEntries(own) };
    return texts('contents', files, 'Buffer.from')(root);
  },
  'adapters/redis/script-texts.ts': texts(
    'scriptTexts',
    {
      commit: script('commit'),
      undo: script('undo'),
      increment: script('increment'),
      prune: script('prune'),
    },
    '',
  ),
  'adapters/embedded/checkpoint-thread.ts': startThread(
    'startCheckpointThread',
    'adapters/embedded/checkpoint-worker.ts',
  ),
  'src/services/accounts/password/start-bcrypt-thread.ts': startThread(
    'startBcryptThread',
    'src/services/accounts/password/bcrypt-thread.ts',
  ),
  // Words without quotes and commas, which would be a quarter of the text.
  'src/services/accounts/password/common-passwords.ts': async (root) => {
    const list = join(root, 'node_modules/@zxcvbn-ts/language-common/src/passwords.json');
    const words: readonly string[] = JSON.parse(await readFile(list, 'utf8'));
    const spaced = words.find((word) => word.includes(' '));
    if (spaced !== undefined) throw new Error(`${list} has a word with a space: ${spaced}`);
    return `export const readCommonPasswords = () => ${JSON.stringify(words.join(' '))}.split(' ');`;
  },
  // The whole package.json would get in.
  'src/version.ts': async (root) => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    return `export const version = ${JSON.stringify(version)};`;
  },
  'src/workers/entry-file.ts': async () => 'export const entryFile = () => __filename;',
  'src/pretty-stream.ts': async () => "export const loadPrettyStream = () => require('pino-pretty');",
  'config/load/yaml-package.ts': async () => "export const loadYaml = () => require('yaml');",
};
