import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { identity } from '../../packaging/identity.ts';
import { releaseNotes, sectionOf } from '../../packaging/release-notes.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const { version, scripts } = JSON.parse(read('package.json'));
const workflows = globSync('.github/workflows/*.yml');

t.test('a tag that is not the version of the manifest is refused', async (t) => {
  await t.rejects(releaseNotes('v99.0.0'), { message: `but package.json has version ${version}` });
  await t.rejects(releaseNotes(version), /the tag is/);
});

t.test('the notes of a release are its section of the changelog', async (t) => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0 (2026-11-29)\n\n- two\n\n## 0.1.0\n\n- one\n';
  t.equal(sectionOf(changelog, '0.2.0'), '- two');
  t.equal(sectionOf(changelog, '0.1.0'), '- one');
  t.equal(sectionOf(changelog, '0.2'), undefined);
});

t.test('workflows have no rights but those a job names, and use actions by hash', async (t) => {
  t.ok(workflows.length >= 3);
  for (const file of workflows) {
    const { permissions, jobs } = parse(read(file));
    t.same(permissions, {}, file);
    for (const [name, job] of Object.entries<{ 'timeout-minutes'?: number }>(jobs))
      t.ok(job['timeout-minutes'], `${file}: ${name} ends`);
    const used = [...read(file).matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    t.ok(used.length > 0);
    t.same(
      used.filter((action) => !/@[0-9a-f]{40}$/.test(action)),
      [],
      file,
    );
  }
});

t.test('workflows run scripts of the manifest that exist', async (t) => {
  const named = workflows.flatMap((file) =>
    [...read(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
  );
  t.ok(named.length > 3);
  t.same(
    named.filter((name) => !(name in scripts)),
    [],
  );
});

t.test('nothing but the placeholder names the repository', async (t) => {
  const files = globSync('{.github/**/*.yml,*.md,docs/**/*.md}');
  const others = files.flatMap((file) =>
    [...read(file).matchAll(/https:\/\/github\.com\/postern[\w-]*\/postern/g)]
      .map(([url]) => url)
      .filter((url) => url !== identity.repository),
  );
  t.same(others, []);
});
