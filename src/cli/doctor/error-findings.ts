import type { ConfigurationError } from '#config';
import { Failure } from '#src/errors.ts';
import type { Finding } from '#src/services/doctor/index.ts';
import { InvalidStoreUrl, StoreNotFound, StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';

export const badConfiguration = 'bad_configuration';

export const configurationFindings = ({ problems }: ConfigurationError): readonly Finding[] =>
  problems.map(({ path, message, suggestion, where }) => ({
    about: 'configuration',
    severity: 'error',
    code: badConfiguration,
    message: `${path === '' ? '' : `${path}: `}${message}${where === undefined ? '' : ` (${where})`}`,
    fix: suggestion === undefined ? 'See docs/configuration.md.' : `Did you mean ${suggestion}?`,
  }));

const storeCode = (error: Failure): string => {
  if (error instanceof StoreNotFound) return 'store_missing';
  return error instanceof StoreUnavailable || error instanceof StoreUnusable ? 'store_unusable' : error.code;
};

/** The findings for a store that can't be opened, or not read to its end. Any other error is thrown again. */
export const storeFindings = (error: unknown): readonly Finding[] => {
  if (error instanceof InvalidStoreUrl || (error instanceof Failure && error.code === badConfiguration)) {
    const { message } = error;
    const fix = 'Correct it; nothing of the store was looked at.';
    return [{ about: 'configuration', severity: 'error', code: badConfiguration, message, fix }];
  }
  if (error instanceof Failure) {
    const { message } = error;
    const fix = 'Nothing else of the store was looked at.';
    return [{ about: 'store', severity: 'error', code: storeCode(error), message, fix }];
  }
  throw error;
};
