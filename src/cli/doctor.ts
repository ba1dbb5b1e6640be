import { InvalidArgumentError } from 'commander';
import { type Config, ConfigurationError } from '#config';
import type { Command, CommandContext } from '#src/command.ts';
import { type ExitCode, exitCode, Failure } from '#src/errors.ts';
import type { Ailment } from '#src/features/doctor/index.ts';
import { Misnamed, Missing, Unavailable, Unusable } from '#src/store/errors.ts';
import { openFitting } from './fitting.ts';
import { type Installation, onStore } from './installation.ts';

const origin = (text: string): string => {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin;
  throw new InvalidArgumentError('Expected the address that clients use, as https://id.example.com.');
};

const mistake = 'bad_configuration';

const configuration = (error: ConfigurationError): Ailment[] =>
  error.problems.map(({ path, message, suggestion, where }) => ({
    about: 'configuration',
    severity: 'error',
    code: mistake,
    message: `${path === '' ? '' : `${path}: `}${message}${where === undefined ? '' : ` (${where})`}`,
    fix: suggestion === undefined ? 'See docs/configuration.md.' : `Did you mean ${suggestion}?`,
  }));

interface Examined {
  readonly ailments: readonly Ailment[];
  /** For the look from outside. */
  readonly kids?: readonly string[];
  readonly visitor?: { readonly id: string; readonly redirectUri: string };
}

const unopened = (error: unknown): Ailment[] => {
  if (error instanceof Misnamed || (error instanceof Failure && error.code === mistake)) {
    const { message } = error;
    const fix = 'Correct it; nothing of the store was looked at.';
    return [{ about: 'configuration', severity: 'error', code: mistake, message, fix }];
  }
  if (error instanceof Failure || error instanceof Unavailable || error instanceof Unusable) {
    const ofStore = error instanceof Missing ? 'store_missing' : 'store_unusable';
    const code = error instanceof Failure ? error.code : ofStore;
    return [
      {
        about: 'store',
        severity: 'error',
        code,
        message: error.message,
        fix: 'Nothing else of the store was looked at.',
      },
    ];
  }
  throw error;
};

const contentsOf = async (installation: Installation): Promise<Examined> => {
  const [{ allClients, lookAtClients, lookAtKeys }, { createKeys }, { createClients }] = await Promise.all([
    import('#src/features/doctor/index.ts'),
    import('#src/features/keys/index.ts'),
    import('#src/features/clients/index.ts'),
  ]);
  const { config, clock } = installation;
  const keys = await createKeys({ ...installation, maintain: false });
  const clients = createClients({ ...installation, secretBox: keys.box });
  const fitting = await openFitting(installation, keys);
  try {
    const ofClients = await lookAtClients(clients, config, clock, fitting.misfit);
    const ailments = [...lookAtKeys(keys, config, clock), ...ofClients];
    const published = keys.list().length === 0 ? [] : keys.current().publicJwks.keys;
    const kids = published.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
    for await (const { id, metadata } of allClients(clients)) {
      const [redirectUri] = metadata.redirect_uris ?? [];
      const grants = metadata.grant_types ?? ['authorization_code'];
      const plain = !metadata.require_pushed_authorization_requests && metadata['profile'] !== 'fapi2';
      if (redirectUri === undefined || !plain || !grants.includes('authorization_code')) continue;
      return { ailments, kids, visitor: { id, redirectUri } };
    }
    return { ailments, kids };
  } finally {
    await fitting.close();
    clients.close();
    await keys.close();
  }
};

const insideOf = (config: Config): Promise<Examined> =>
  onStore({ config }, async (installation) => {
    const { lookAtStore } = await import('#src/features/doctor/index.ts');
    const ofStore = await lookAtStore(installation.store, installation.clock);
    const sick = ofStore.some(({ severity }) => severity === 'error');
    const contents = await contentsOf(installation).catch(
      // What keeps the store from being read was named above, with what to do about it.
      (error: unknown): Examined => ({ ailments: unopened(error).slice(sick ? 1 : 0) }),
    );
    return { ...contents, ailments: [...ofStore, ...contents.ailments] };
  });

const inMemory: Ailment = {
  about: 'store',
  severity: 'warning',
  code: 'not_kept',
  message: 'The store is in memory: it is forgotten when the server stops, and out of reach from here.',
  fix: 'Set store.url to sqlite:PATH or a Redis.',
};

const examine = async ({ load }: CommandContext, url: string | undefined): Promise<readonly Ailment[]> => {
  let config: Config;
  try {
    config = load().config;
  } catch (error) {
    if (error instanceof ConfigurationError) return configuration(error);
    throw error;
  }
  const { lookAtSettings, lookFromOutside } = await import('#src/features/doctor/index.ts');
  const inside: Examined = config.store.url.startsWith('memory:')
    ? { ailments: [inMemory] }
    : await insideOf(config).catch((error: unknown) => ({ ailments: unopened(error) }));
  const { kids, visitor } = inside;
  return [
    ...lookAtSettings(config),
    ...inside.ailments,
    ...(await lookFromOutside({ config, url: url ?? config.issuer, kids, visitor })),
  ];
};

const exitOf = (errors: readonly Ailment[]): ExitCode => {
  if (errors.some(({ code }) => code === mistake)) return exitCode.configuration;
  const away = new Set(['unreachable', 'store_away', 'store_unusable']);
  return errors.every(({ code }) => away.has(code)) ? exitCode.unavailable : exitCode.failure;
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export const doctor: Command = (program, context) => {
  program
    .command('doctor')
    .argument('[url]', 'where clients come to, when it is not the issuer', origin)
    .option('--strict', 'a warning is a failure too')
    .description('look at configuration, store, keys, clients and the running server, and say what to mend')
    .action(async (url: string | undefined, { strict }: { readonly strict?: true }) => {
      const ailments = await examine(context, url);
      const errors = ailments.filter(({ severity }) => severity === 'error');
      const warnings = ailments.length - errors.length;
      const lines = ailments.map(
        ({ severity, about, code, message, fix }) => `${severity}  ${about}: ${message} [${code}]\n  ${fix}`,
      );
      const summary = `${count(errors.length, 'error')}, ${count(warnings, 'warning')}`;
      context.output.answer(
        { ok: errors.length === 0, errors: errors.length, warnings, findings: ailments },
        [...lines, ailments.length === 0 ? 'Everything is fine.' : summary].join('\n'),
      );
      if (errors.length === 0 && !(strict && warnings > 0)) return;
      throw new Failure({
        code: 'unwell',
        message: `The doctor found ${summary}.`,
        exit: errors.length === 0 ? exitCode.failure : exitOf(errors),
      });
    });
};
