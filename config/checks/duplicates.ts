import type { Path } from '../path.ts';
import type { Finding, Rule } from './rule.ts';

interface Named {
  readonly name: string | undefined;
  readonly path: Path;
}

const repeated = (all: readonly Named[], what: string): Finding[] => {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const { name, path } of all) {
    if (name === undefined) continue;
    if (seen.has(name)) findings.push({ path, message: `There is another ${what} with this name.` });
    seen.add(name);
  }
  return findings;
};

export const clientsDiffer: Rule = {
  needs: ['clients'],
  check: ({ clients }) => [
    ...repeated(
      clients.map(({ client_id }, index) => ({
        name: client_id,
        path: ['clients', String(index), 'client_id'],
      })),
      'client',
    ),
    ...clients.flatMap(({ secrets = [] }, index) =>
      repeated(
        secrets.map(({ name }, position) => ({
          name,
          path: ['clients', String(index), 'secrets', String(position), 'name'],
        })),
        'secret of this client',
      ),
    ),
  ],
};

/** People type their user name in any case, so two names that differ only in case would be one at the login. */
export const accountsDiffer: Rule = {
  needs: ['accounts'],
  check: ({ accounts }) => [
    ...repeated(
      accounts.map(({ username }, index) => ({
        name: username.normalize('NFKC').toLowerCase().normalize('NFKC').trim(),
        path: ['accounts', String(index), 'username'],
      })),
      'account',
    ),
    ...repeated(
      accounts.map(({ sub }, index) => ({ name: sub, path: ['accounts', String(index), 'sub'] })),
      'account',
    ),
  ],
};

export const groupsDiffer: Rule = {
  needs: ['groups'],
  check: ({ groups }) =>
    repeated(
      groups.map(({ name }, index) => ({ name, path: ['groups', String(index), 'name'] })),
      'group',
    ),
};

export const resourcesDiffer: Rule = {
  needs: ['resources'],
  check: ({ resources }) =>
    repeated(
      resources.map(({ audience }, index) => ({
        name: audience,
        path: ['resources', String(index), 'audience'],
      })),
      'resource',
    ),
};

export const upstreamsDiffer: Rule = {
  needs: ['upstreams'],
  check: ({ upstreams }) =>
    repeated(
      upstreams.map(({ id }, index) => ({ name: id, path: ['upstreams', String(index), 'id'] })),
      'upstream',
    ),
};
