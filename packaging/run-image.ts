/**
 * Runs commands in the files of an image as a container runs them: as its user, with its variables, on a root that is
 * read-only, with an empty /tmp and a volume at /data. It needs root, and no daemon.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { runTool } from './run-tool.ts';

/** What the image says, in the words of Docker. */
interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly WorkingDir: string;
}

interface Options {
  /** Where the files of the image are. */
  readonly files: string;
  /** The folder in place of the volume; it is made. */
  readonly data: string;
  readonly config: ImageConfig;
  /** Variables beside those of the image. */
  readonly variables: readonly string[];
}

export interface RunImage {
  /** Returns what the command prints to both outputs. */
  run(command: readonly string[], how?: { readonly isRootWritable?: boolean }): Promise<string>;
  /** The process is that of the command itself, so it gets the signals. */
  start(...command: readonly string[]): ChildProcess;
}

/** The mounts end with the process, since they are in a namespace of its own. */
const script = `
files=$1 data=$2 root=$3 user=$4 folder=$5
shift 5
touch "$files/etc/hosts"
mount --bind "$files" "$files"
mount --bind /etc/hosts "$files/etc/hosts"
mount -t proc proc "$files/proc"
mount --rbind /dev "$files/dev"
mount -t tmpfs tmpfs "$files/tmp"
mount --bind "$data" "$files/data"
test "$root" = writable || mount -o remount,bind,ro "$files"
exec chroot --userspec="$user" "$files" env --ignore-environment --chdir="$folder" "$@"
`;

export const openImage = async ({ files, data, config, variables }: Options): Promise<RunImage> => {
  const [user = 0, group = 0] = config.User.split(':').map(Number);
  await mkdir(data, { mode: 0o700 });
  await chown(data, user, group);
  const argumentsFor = (command: readonly string[], root: string): string[] => [
    ...['--mount', 'sh', '-euc', script, 'sh', files, data, root, config.User, config.WorkingDir],
    ...config.Env,
    ...variables,
    ...command,
  ];
  return {
    async run(command, { isRootWritable = false } = {}) {
      const args = argumentsFor(command, isRootWritable ? 'writable' : 'read-only');
      const { stdout, stderr } = await runTool('unshare', args, '/');
      return (stdout + stderr).trim();
    },
    start: (...command) => spawn('unshare', argumentsFor(command, 'read-only'), { stdio: 'inherit' }),
  };
};
