import { execFileSync } from 'node:child_process';
import t from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { openCommandFolder } from '../support/setup/index.ts';

/** The words that a shell makes of a line. */
const wordsOf = (line: string): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');

t.test(
  'the note behind a page can be pasted into a shell, also on Redis, whose cursors have a space',
  async (t) => {
    const redis = await ensureRedis();
    t.teardown(() => redis.close());
    const { runInProcess: run } = await openCommandFolder(t, redis.url);
    const prefix = ['--set', `store.prefix=${freshPrefix()}`];
    for (const name of ['one', 'two', 'three'])
      t.equal((await run([...prefix, 'group', 'add', name])).exit, 0);
    const first = await run([...prefix, 'group', 'list', '--limit', '2']);
    const [, flags = ''] = /^More with (.+)$/m.exec(first.err) ?? [];
    const [flag, cursor = '', ...others] = wordsOf(flags);
    t.same([flag, others], ['--cursor', []], flags);
    t.match(cursor, ' ');
    const second = await run([...prefix, 'group', 'list', '--limit', '2', '--cursor', cursor, '--json']);
    t.match(JSON.parse(second.out), { items: [{ name: 'three' }], next: undefined });
  },
);
