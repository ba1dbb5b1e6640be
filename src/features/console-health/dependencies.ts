import type { Config, EffectiveValue } from '#config';
import type { Audit } from '../../services/audit/index.ts';
import type { Readiness } from '../../services/readiness/index.ts';

export const healthPath = '/admin/health';

export interface ConsoleHealthDependencies {
  readonly config: Pick<Config, 'issuer' | 'mode'>;
  readonly readiness: Pick<Readiness, 'check'>;
  readonly audit: Pick<Audit, 'state'>;
  readonly version: string;
  /** The effective configuration, with secrets masked. */
  readonly settings: () => readonly EffectiveValue[];
}
