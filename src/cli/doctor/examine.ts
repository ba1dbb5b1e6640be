import { type Config, ConfigurationError, type Loaded } from '#config';
import type { CommandContext, Installation } from '#src/command.ts';
import type { Finding } from '#src/services/doctor/index.ts';
import { createClientChecker } from './client-checker.ts';
import { configurationFindings, storeFindings } from './error-findings.ts';

interface Examination {
  readonly findings: readonly Finding[];
  /** Identifiers of the published keys, to compare with what the server publishes. */
  readonly kids?: readonly string[];
  /** A client that can start a sign-in, to see its cookies. */
  readonly sampleClient?: { readonly id: string; readonly redirectUri: string };
}

const examineKeysAndClients = async (installation: Installation): Promise<Examination> => {
  const [
    { allClients, checkClients, checkKeys, checkUpstreams },
    { grantTypesOf },
    { createKeys },
    { createClients },
  ] = await Promise.all([
    import('#src/services/doctor/index.ts'),
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
    const ofUpstreams = await checkUpstreams({ ...installation, cipher: keys.cipher });
    const findings = [...checkKeys(keys, config, clock), ...ofClients, ...ofUpstreams];
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

const examineAccounts = async (installation: Installation): Promise<readonly Finding[]> => {
  const [{ checkAccounts }, { createAccounts }] = await Promise.all([
    import('#src/services/doctor/index.ts'),
    import('#src/services/accounts/index.ts'),
  ]);
  const accounts = createAccounts(installation);
  try {
    return await checkAccounts(accounts);
  } finally {
    accounts.close();
  }
};

const examineStore = async (installation: Installation): Promise<Examination> => {
  const { checkRecords, checkStore, checkWaitingMail } = await import('#src/services/doctor/index.ts');
  const { store, clock } = installation;
  const ofServer = await checkStore(store, clock);
  const ofStore = [...ofServer, ...(await checkRecords(store))];
  const hasErrors = ofStore.some(({ severity }) => severity === 'error');
  const contents = await examineKeysAndClients(installation).catch(
    // The check of the store has named the reason already, with what to do about it.
    (error: unknown): Examination => ({ findings: storeFindings(error).slice(hasErrors ? 1 : 0) }),
  );
  const ofAccounts = hasErrors ? [] : await examineAccounts(installation);
  const ofMail = hasErrors ? [] : await checkWaitingMail(store);
  return { ...contents, findings: [...ofStore, ...ofAccounts, ...contents.findings, ...ofMail] };
};

/** The rules of the engine are found with the clients of a store. Without one, only a rehearsal finds them. */
const examineWithoutStore = async (config: Config): Promise<Examination> => {
  const { rehearseStart } = await import('#src/rehearse-start.ts');
  try {
    await rehearseStart(config);
  } catch (error) {
    return { findings: [memoryStoreFinding, ...storeFindings(error)] };
  }
  return { findings: [memoryStoreFinding] };
};

const memoryStoreFinding: Finding = {
  about: 'store',
  severity: 'warning',
  code: 'not_kept',
  message: 'The store is in memory: it is forgotten when the server stops, and out of reach from here.',
  fix: 'Set store.url to sqlite:PATH or a Redis.',
};

/** Looks at configuration, store, keys and clients, then at the running server at `url`. */
export const examine = async (
  { load, withInstallation }: CommandContext,
  url: string | undefined,
): Promise<readonly Finding[]> => {
  let loaded: Loaded;
  try {
    const { configurationRules } = await import('#src/configuration-rules.ts');
    loaded = load({}, configurationRules);
  } catch (error) {
    if (error instanceof ConfigurationError) return configurationFindings(error);
    throw error;
  }
  const { config, secretFiles } = loaded;
  const [{ checkSettings, checkFromOutside, checkMailServer }, { findExposures }] = await Promise.all([
    import('#src/services/doctor/index.ts'),
    import('#src/exposures.ts'),
  ]);
  const inside: Examination = config.store.url.startsWith('memory:')
    ? await examineWithoutStore(config)
    : await withInstallation(examineStore, { config }).catch((error: unknown) => ({
        findings: storeFindings(error),
      }));
  const { kids, sampleClient } = inside;
  return [
    ...checkSettings(config),
    ...(await findExposures(config, secretFiles)),
    ...inside.findings,
    ...(await checkMailServer(config)),
    ...(await checkFromOutside({ config, url: url ?? config.issuer, kids, sampleClient })),
  ];
};
