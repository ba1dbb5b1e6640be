import t from 'tap';
import { importedFile, importsOf } from './import-graph.ts';
import { matchesIn, shippedSources } from './sources.ts';

/** The files that use the clock of the machine, each with its reason. All others receive a clock as an argument. */
const reasons: Readonly<Record<string, string>> = {
  'src/serve.ts': 'It passes the clock to the server.',
  'src/rehearse-start.ts': 'It passes the clock to the app that it builds.',
  'src/cli/installation.ts': 'It passes the clock to commands.',
  'src/cli/audit/query.ts': 'Commander passes only the text to a parser of an option.',
  'src/services/doctor/outside.ts':
    'It compares the clock of the machine with the Date header of the server.',
  'src/features/store-copy/commands/copy-and-compare.ts': 'It passes the clock to the stores.',
  'src/features/client-authentication/assertion.ts':
    'oidc-provider compares assertions with the clock of the machine.',
  'src/features/sender-constraint/proofs.ts': 'oidc-provider compares proofs with the clock of the machine.',
  'src/features/signed-requests/index.ts': 'oidc-provider compares requests with the clock of the machine.',
  'src/provider/access-tokens/access-token-verifier.ts':
    'oidc-provider compares tokens with the clock of the machine.',
  'src/provider/settings/lifetimes.ts': 'oidc-provider dates sessions by the clock of the machine.',
};

const clock = 'src/store/clock.ts';
const sources = shippedSources().filter(({ file }) => !file.startsWith('src/testing/') && file !== clock);

t.test('the time of the machine comes from one module', async (t) => {
  t.same(matchesIn(sources, /\bDate\.now\b|new Date\(\)|(?:[(,=] ?|clock: )Date[,;)]/), []);
});

t.test('and that module is used with a reason only', async (t) => {
  const users = sources.filter((source) =>
    importsOf(source).some((specifier) => importedFile(source.file, specifier) === clock),
  );
  t.same(users.map(({ file }) => file).sort(), Object.keys(reasons).sort());
});
