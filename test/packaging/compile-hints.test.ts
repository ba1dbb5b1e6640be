import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { addCompileHints } from '../../packaging/compile-hints.ts';

/** A small program that starts as the bundle does. The functions `early` and `late` run before and after discovery answers. */
const program = ({ issuerInAnswer = 'issuer', atTheEnd = '' } = {}): string => `
const early = () => 1;
const late = () => 2;
const never = () => 3;
const issuer = process.argv.find((arg) => arg.startsWith('issuer=')).slice(7);
early();
const server = require('node:http').createServer((_, response) => {
  response.end(JSON.stringify({ issuer: ${issuerInAnswer} }));
});
server.listen(Number(new URL(issuer).port), () => setTimeout(() => {
  late();
  process.stderr.write('Postern is listening on ' + issuer + ' (development).');
}, 300));
process.on('SIGTERM', () => { ${atTheEnd}; process.exit(); });
`;

const hintsFor = async (t: Test, text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-hints-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'program.cjs');
  await writeFile(file, text);
  return addCompileHints(file);
};

t.test('functions that a start calls get parentheses, also behind an early answer', async (t) => {
  const text = await hintsFor(t, program());
  t.match(text, 'early = (() => 1);');
  t.match(text, 'late = (() => 2);', 'the start went on after discovery answered');
  t.match(text, 'never = () => 3;');
});

t.test('hints of a start that failed are refused', async (t) => {
  const cases = {
    'ended with 3 at its start: no port': "process.stderr.write('no port'); process.exitCode = 3;",
    'names the issuer http://other.example': program({ issuerInAnswer: "'http://other.example'" }),
    'ended with 4': program({ atTheEnd: 'process.exitCode = 4' }),
    'ended with SIGKILL': program({ atTheEnd: "process.kill(process.pid, 'SIGKILL')" }),
    '0 of 0 threads ran the bundle': program({ atTheEnd: "require('node:v8').stopCoverage()" }),
  };
  for (const [message, text] of Object.entries(cases))
    await t.rejects(hintsFor(t, text), { message: new RegExp(message) }, message);
});
