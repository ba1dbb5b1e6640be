import type { Pages } from '../../http/pages/pages.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { UpstreamLinks, Upstreams } from '../../services/upstreams/index.ts';
import type { SignInMethod } from '../../views/pages/account-sign-in-methods.ts';

export interface SignInMethodsDependencies {
  readonly pages: Pages;
  readonly factors: Pick<Factors, 'of'>;
  readonly passkeys: Pick<Passkeys, 'list' | 'isEnabled'>;
  readonly links: Pick<UpstreamLinks, 'listOf'>;
  readonly upstreams: Pick<Upstreams, 'all' | 'nameOf'>;
  /** The pages that remove one. */
  readonly removePaths: Readonly<Record<SignInMethod['kind'], (id: string) => string>>;
}
