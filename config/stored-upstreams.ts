import { upstreamsDiffer } from './checks/duplicates.ts';
import type { Rule } from './checks/rule.ts';
import { upstreamDomainsDiffer, upstreamsMakeSense } from './checks/upstreams.ts';
import { formatPath, isTree, isUnsafe, type Path } from './path.ts';
import { nodeOf, text } from './schema/build.ts';
import type { Node } from './schema/node.ts';
import type { Config, UpstreamConfig } from './sections/index.ts';
import { upstream } from './sections/upstream.ts';
import { complete } from './validate/complete.ts';
import type { Mistake } from './validate/mistake.ts';

/**
 * Upstreams that are kept in the store have the keys of those of the configuration, and the same rules. Two things differ:
 * an id says that it is one of the store, so that no upstream of the configuration can have it, and the networks that this
 * server may reach are decided in the configuration only.
 */
const { allowed_networks: _, ...keys } = nodeOf(upstream).properties ?? {};

const node: Node = {
  ...nodeOf(upstream),
  properties: {
    ...keys,
    id: nodeOf(
      text(
        'Identifier of the upstream, as store.acme. It is a part of its redirect URI and of the key of every linked account.',
        { format: 'stored-upstream-id' },
      ),
    ),
  },
};

/** As an operator wrote it: keys with a default may be missing. */
export type StoredUpstreamSettings = Readonly<Record<string, unknown>>;

interface Checked {
  /** With defaults. Undefined when there are problems. */
  readonly upstream?: UpstreamConfig;
  readonly problems: readonly { readonly field: string; readonly message: string }[];
}

const rules: readonly Rule[] = [upstreamsDiffer, upstreamsMakeSense, upstreamDomainsDiffer];

const sentence = ({ message, suggestion }: Mistake): string =>
  suggestion === undefined ? message : `${message} Did you mean ${suggestion}?`;

/** Assigning to them would change the prototype of all objects. */
const hasUnsafeName = (value: unknown): boolean =>
  isTree(value) && Object.entries(value).some(([key, one]) => isUnsafe(key) || hasUnsafeName(one));

/** Checks an upstream as the start checks those of the configuration. `others` are those that it must differ from. */
export const checkStoredUpstream = (
  settings: StoredUpstreamSettings,
  config: Config,
  others: readonly UpstreamConfig[],
): Checked => {
  const problems: { field: string; message: string }[] = [];
  const report = (path: Path, mistake: Mistake): void => {
    problems.push({ field: formatPath(path), message: sentence(mistake) });
  };
  if (hasUnsafeName(settings)) report([], { message: 'Has a name that is not allowed, such as __proto__.' });
  const completed = problems.length > 0 ? undefined : complete({ root: node, report }, node, settings, []);
  if (problems.length > 0 || !isTree(completed)) return { problems };
  // `complete` checked every key against the schema of the type.
  const checked = {
    ...completed,
    allowed_networks: config.security.outbound.allowed_networks,
  } as unknown as UpstreamConfig;
  // The rules say something about these others only.
  const rivals = others.filter(
    ({ id, domains }) => id === checked.id || domains.some((domain) => checked.domains.includes(domain)),
  );
  const upstreams = [...rivals, checked];
  const own = ['upstreams', String(rivals.length)];
  for (const { check } of rules)
    for (const { path, ...mistake } of check({ ...config, upstreams }, { isFromFile: () => true }))
      if (path[0] === own[0] && path[1] === own[1]) report(path.slice(2), mistake);
  return problems.length > 0 ? { problems } : { upstream: checked, problems };
};

/** Formats are those of the configuration. Their patterns, and the check above, say the same. */
const plain = ({ format: __, items, properties, additionalProperties, anyOf, ...rest }: Node): Node => ({
  ...rest,
  ...(items && { items: plain(items) }),
  ...(anyOf && { anyOf: anyOf.map(plain) }),
  ...(properties && {
    properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, plain(one)])),
  }),
  ...(additionalProperties !== undefined && {
    additionalProperties: additionalProperties && plain(additionalProperties),
  }),
});

/** JSON Schema of the settings, for the description of the API and its first check. */
export const storedUpstreamSchema: Node = plain(node);
