import { randomInt } from 'node:crypto';
import type { UpstreamIdentity } from './identity.ts';

/** A name has an @ only where it is the verified address of the account, so the part before it is taken. */
const nameBefore = (text: string): string => text.split('@')[0] ?? '';

/**
 * User names for a new account, the best first. The person never types them to sign in by an upstream, but sees them on
 * pages. A name that is taken gets four digits, and the last one is always free.
 */
export function* userNamesFor({ email, profile, upstream }: UpstreamIdentity): Generator<string> {
  const wanted = [profile['preferred_username'], email?.address, profile['given_name'], profile['name']]
    .flatMap((text) => text ?? [])
    .map(nameBefore)
    // A user name has none of them, also where a name needs one.
    .map((text) => text.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, ''))
    .map((text) => text.trim().slice(0, 60))
    .filter((text) => text.length > 1);
  const names = [...new Set(wanted)];
  yield* names;
  for (const name of [...names, upstream]) yield `${name}-${randomInt(1000, 10_000)}`;
  yield `${upstream}-${randomInt(2 ** 40, 2 ** 47)}`;
}
