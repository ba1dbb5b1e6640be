import t from 'tap';
import { matchesIn, shippedSources } from './sources.ts';

/** The files that read the system clock, each with its reason. All others receive a clock as an argument. */
const reasons: Readonly<Record<string, string>> = {
  'src/cli/audit/query.ts': 'A command reads the clock once.',
  'src/features/store-copy/commands/migrate.ts': 'It limits how often progress is printed.',
  'src/features/client-authentication/assertion.ts':
    'oidc-provider compares assertions with the system clock.',
  'src/features/doctor/outside.ts': 'It measures a request.',
  'src/features/sender-constraint/proofs.ts': 'oidc-provider compares proofs with the system clock.',
  'src/features/tracing/index.ts': 'A span starts at a wall-clock time.',
  'src/provider/access-token-verifier.ts': 'oidc-provider compares tokens with the system clock.',
};

t.test('time comes in as an argument', async (t) => {
  const read = shippedSources().filter(({ file }) => !(file in reasons) && !file.startsWith('src/testing/'));
  t.same(matchesIn(read, /\bDate\.now\(|new Date\(\)/), []);
});

t.test('every exception is needed', async (t) => {
  const used = matchesIn(shippedSources(), /\bDate\.now\(|new Date\(\)/);
  t.same(
    Object.keys(reasons).filter((file) => !used.some((line) => line.startsWith(`${file}:`))),
    [],
  );
});
