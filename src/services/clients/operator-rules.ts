import { type Config, selfFilledClaims, selfFilledSources, unknownScopes } from '#config';
import { plainAudiences } from '../../provider/access-tokens/plain-audiences.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import type { Store } from '../../store/port.ts';
import { createHasAccount } from '../accounts/index.ts';
import type { Groups } from '../groups/index.ts';
import { readStoredList } from '../upstreams/stored-record.ts';
import type { ClientMetadata } from './client.ts';
import { idTokenClaimProblems } from './id-token-claims.ts';
import { ClientRefused, type Problem } from './problem.ts';
import { reservedIdProblems } from './reserved-ids.ts';
import { clientProblems, shapeProblems } from './validate.ts';

interface Checked {
  /** Ways to sign in that the client may name. */
  readonly ways: readonly string[];
  /** What the client names already is no mistake of this change, even if it is no longer there. */
  readonly former?: ClientMetadata;
}

/** Rules for a client that an operator adds or changes. Each throws `ClientRefused` with all problems that it finds. */
export interface OperatorRules {
  /** The other checks, and the defaults, rely on the shapes. */
  requireShapes(metadata: ClientMetadata): void;
  check(metadata: ClientMetadata, checked: Checked): void;
  /** RFC 9068 §5: an API would take a token that the client got for itself for one of the person. */
  requireNoAccount(id: string): Promise<void>;
  /** `names` is the value of `allowed_groups`. One of another shape is refused with the rest of the metadata. */
  requireGroups(names: unknown): Promise<void>;
  readonly waysOfConfiguration: readonly string[];
  /** The ways of the configuration, and those of the store if the client names one of these. Few clients do. */
  findWays(metadata: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
}

interface Dependencies {
  readonly config: Pick<
    Config,
    'accounts' | 'claims' | 'pages' | 'profile' | 'resources' | 'security' | 'upstreams'
  >;
  readonly store: Store;
  readonly grantTypes: readonly GrantType[];
  readonly groups: Pick<Groups, 'unknown'>;
}

const namesIn = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

export const createOperatorRules = ({ config, store, grantTypes, groups }: Dependencies): OperatorRules => {
  const hasAccount = createHasAccount({ config, store });
  const waysOfConfiguration: readonly string[] = ['local', ...config.upstreams.map(({ id }) => id)];

  const scopeProblems = (scope: string, former: string): readonly Problem[] =>
    unknownScopes(config, scope)
      .filter((unknown) => !former.split(' ').includes(unknown.scope))
      .map(({ scope: unknown, suggestion }) => ({
        field: 'scope',
        message: `${unknown} is a scope of no resource, and not defined under claims${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
      }));

  /** A rule of the configuration, for clients that are added later (config/checks/resources.ts). */
  const idProblems = (id: string): readonly Problem[] =>
    plainAudiences(config).has(id)
      ? [{ field: 'client_id', message: 'is the audience of a resource with token_typ: JWT' }]
      : [];

  /** Otherwise people could give themselves a role. For clients of the configuration, its checks see to it. */
  const claimSourceProblems = ({ claims }: ClientMetadata): readonly Problem[] =>
    selfFilledSources(claims, selfFilledClaims(config)).map((claim) => ({
      field: 'claims',
      message: `decides by ${claim}, which people fill in themselves (at the sign-up, profile.editable, profile.fields); use groups, or a claim that only you set`,
    }));

  const unknownNames = (field: string, metadata: ClientMetadata, { ways, former }: Checked) => {
    const known: readonly unknown[] = [
      ...namesIn(former?.[field]),
      ...(field === 'required_acr' ? config.security.acr_values : ways),
    ];
    return namesIn(metadata[field]).filter((name) => !known.includes(name));
  };

  /** People could never sign in to such a client. The configuration has the same rules. */
  const signInProblems = (metadata: ClientMetadata, checked: Checked): readonly Problem[] => [
    ...unknownNames('required_acr', metadata, checked).map((name) => ({
      field: 'required_acr',
      message: `${String(name)} is not among security.acr_values`,
    })),
    ...unknownNames('allowed_upstreams', metadata, checked).map((name) => ({
      field: 'allowed_upstreams',
      message: `there is no upstream ${String(name)}`,
    })),
  ];

  const refuse = (problems: readonly Problem[]): void => {
    if (problems.length > 0) throw new ClientRefused(problems);
  };

  return {
    requireShapes: (metadata) => refuse(shapeProblems(metadata)),
    check: (metadata, checked) =>
      refuse([
        ...clientProblems(metadata, 'operator', grantTypes),
        ...idProblems(metadata.client_id),
        ...(checked.former === undefined ? reservedIdProblems(metadata.client_id) : []),
        ...idTokenClaimProblems(config, metadata['id_token_claims']),
        ...claimSourceProblems(metadata),
        ...signInProblems(metadata, checked),
        ...scopeProblems(metadata.scope ?? '', checked.former?.scope ?? ''),
      ]),
    async requireNoAccount(id) {
      if (await hasAccount(id))
        refuse([{ field: 'client_id', message: 'is the id of an account; choose another one' }]);
    },
    async requireGroups(names) {
      const unknown = await groups.unknown(Array.isArray(names) ? names.map(String) : []);
      refuse(
        unknown.map((name) => ({
          field: 'allowed_groups',
          message: `there is no group ${name}; \`group add\` makes one`,
        })),
      );
    },
    waysOfConfiguration,
    async findWays({ allowed_upstreams: named }) {
      const isKnown = namesIn(named ?? undefined).every((name) =>
        waysOfConfiguration.some((way) => way === name),
      );
      if (isKnown) return waysOfConfiguration;
      const { upstreams } = await readStoredList(store);
      return [...waysOfConfiguration, ...upstreams.map(({ id }) => id)];
    },
  };
};
