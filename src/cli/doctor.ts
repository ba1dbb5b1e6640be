import { InvalidArgumentError } from 'commander';
import { type Config, ConfigurationError } from '#config';
import type { Command, CommandContext } from '#src/command.ts';
import { type ExitCode, exitCode, Failure } from '#src/errors.ts';
import type { Finding } from '#src/features/doctor/index.ts';
import { InvalidStoreUrl, StoreNotFound, StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';
import { createClientChecker } from './client-checker.ts';
import { type Installation, withInstallation } from './installation.ts';

const origin = (text: string): string => {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin;
  throw new InvalidArgumentError('Expected the address that clients use, as https://id.example.com.');
};

const badConfiguration = 'bad_configuration';

const configurationFindings = (error: ConfigurationError): Finding[] =>
  error.problems.map(({ path, message, suggestion, where }) => ({
    about: 'configuration',
    severity: 'error',
    code: badConfiguration,
    message: `${path === '' ? '' : `${path}: `}${message}${where === undefined ? '' : ` (${where})`}`,
    fix: suggestion === undefined ? 'See docs/configuration.md.' : `Did you mean ${suggestion}?`,
  }));

interface Examination {
  readonly findings: readonly Finding[];
  /** For the look from outside. */
  readonly kids?: readonly string[];
  readonly sampleClient?: { readonly id: string; readonly redirectUri: string };
}

const storeFindingCode = (error: Failure): string => {
  if (error instanceof StoreNotFound) return 'store_missing';
  return error instanceof StoreUnavailable || error instanceof StoreUnusable ? 'store_unusable' : error.code;
};

const storeFindings = (error: unknown): Finding[] => {
  if (error instanceof InvalidStoreUrl || (error instanceof Failure && error.code === badConfiguration)) {
    const { message } = error;
    const fix = 'Correct it; nothing of the store was looked at.';
    return [{ about: 'configuration', severity: 'error', code: badConfiguration, message, fix }];
  }
  if (error instanceof Failure) {
    return [
      {
        about: 'store',
        severity: 'error',
        code: storeFindingCode(error),
        message: error.message,
        fix: 'Nothing else of the store was looked at.',
      },
    ];
  }
  throw error;
};

const examineContents = async (installation: Installation): Promise<Examination> => {
  const [{ allClients, checkClients, checkKeys }, { grantTypesOf }, { createKeys }, { createClients }] =
    await Promise.all([
      import('#src/features/doctor/index.ts'),
      import('#src/features/declarations.ts'),
      import('#src/services/keys/index.ts'),
      import('#src/services/clients/index.ts'),
    ]);
  const { config, clock } = installation;
  const grantTypes = grantTypesOf();
  const keys = await createKeys({ ...installation, maintain: false });
  const clients = createClients({ ...installation, secretCipher: keys.cipher, grantTypes });
  const checker = await createClientChecker(installation, keys);
  try {
    const { incompatibility } = checker;
    const ofClients = await checkClients({ clients, config, clock, grantTypes, incompatibility });
    const findings = [...checkKeys(keys, config, clock), ...ofClients];
    const published = keys.list().length === 0 ? [] : keys.current().publicJwks.keys;
    const kids = published.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
    for await (const { id, metadata } of allClients(clients)) {
      const [redirectUri] = metadata.redirect_uris ?? [];
      const grants = metadata.grant_types ?? ['authorization_code'];
      const plain = !metadata.require_pushed_authorization_requests && metadata['profile'] !== 'fapi2';
      if (redirectUri === undefined || !plain || !grants.includes('authorization_code')) continue;
      return { findings, kids, sampleClient: { id, redirectUri } };
    }
    return { findings, kids };
  } finally {
    await checker.close();
    clients.close();
    await keys.close();
  }
};

const examineStore = (config: Config): Promise<Examination> =>
  withInstallation({ config }, async (installation) => {
    const { checkStore } = await import('#src/features/doctor/index.ts');
    const ofStore = await checkStore(installation.store, installation.clock);
    const hasErrors = ofStore.some(({ severity }) => severity === 'error');
    const contents = await examineContents(installation).catch(
      // What keeps the store from being read was named above, with what to do about it.
      (error: unknown): Examination => ({ findings: storeFindings(error).slice(hasErrors ? 1 : 0) }),
    );
    return { ...contents, findings: [...ofStore, ...contents.findings] };
  });

const memoryStoreFinding: Finding = {
  about: 'store',
  severity: 'warning',
  code: 'not_kept',
  message: 'The store is in memory: it is forgotten when the server stops, and out of reach from here.',
  fix: 'Set store.url to sqlite:PATH or a Redis.',
};

const examine = async ({ load }: CommandContext, url: string | undefined): Promise<readonly Finding[]> => {
  let config: Config;
  try {
    config = load().config;
  } catch (error) {
    if (error instanceof ConfigurationError) return configurationFindings(error);
    throw error;
  }
  const { checkSettings, checkFromOutside } = await import('#src/features/doctor/index.ts');
  const inside: Examination = config.store.url.startsWith('memory:')
    ? { findings: [memoryStoreFinding] }
    : await examineStore(config).catch((error: unknown) => ({ findings: storeFindings(error) }));
  const { kids, sampleClient } = inside;
  return [
    ...checkSettings(config),
    ...inside.findings,
    ...(await checkFromOutside({ config, url: url ?? config.issuer, kids, sampleClient })),
  ];
};

const exitCodeFor = (errors: readonly Finding[]): ExitCode => {
  if (errors.some(({ code }) => code === badConfiguration)) return exitCode.configuration;
  const unavailableCodes = new Set(['unreachable', 'store_away', 'store_unusable']);
  return errors.every(({ code }) => unavailableCodes.has(code)) ? exitCode.unavailable : exitCode.failure;
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export const doctor: Command = (program, context) => {
  program
    .command('doctor')
    .argument('[url]', 'where clients come to, when it is not the issuer', origin)
    .option('--strict', 'a warning is a failure too')
    .description('look at configuration, store, keys, clients and the running server, and say what to mend')
    .action(async (url: string | undefined, { strict }: { readonly strict?: true }) => {
      const findings = await examine(context, url);
      const errors = findings.filter(({ severity }) => severity === 'error');
      const warnings = findings.length - errors.length;
      const lines = findings.map(
        ({ severity, about, code, message, fix }) => `${severity}  ${about}: ${message} [${code}]\n  ${fix}`,
      );
      const summary = `${count(errors.length, 'error')}, ${count(warnings, 'warning')}`;
      context.output.answer(
        { ok: errors.length === 0, errors: errors.length, warnings, findings: findings },
        [...lines, findings.length === 0 ? 'Everything is fine.' : summary].join('\n'),
      );
      if (errors.length === 0 && !(strict && warnings > 0)) return;
      throw new Failure({
        code: 'unwell',
        message: `The doctor found ${summary}.`,
        exit: errors.length === 0 ? exitCode.failure : exitCodeFor(errors),
      });
    });
};
