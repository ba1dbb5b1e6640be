import type { AddFindings } from './finding.ts';
import { get, objectIn } from './get.ts';

/** Checks that the server is ready, and that its metrics aren't public. */
export const checkServerStatus = async (url: string, { error }: AddFindings): Promise<void> => {
  const ready = await get(`${url}/readyz`).catch(() => undefined);
  if (ready?.status === 503) {
    const checks = (await objectIn(ready))?.['checks'];
    const failed = Array.isArray(checks) ? checks.filter((check) => check instanceof Object) : [];
    const valuesOf = (member: 'reason' | 'fix'): string[] =>
      failed.flatMap((check) => (member in check ? [String(check[member]).replace(/\.$/, '')] : []));
    error(
      'not_ready',
      `The server is not ready: ${valuesOf('reason').join('; ')}.`,
      `${[...new Set(valuesOf('fix')), 'Fix what it names; the server checks twice a second'].join('. ')}.`,
    );
  }
  const metrics = await get(`${url}/metrics`).catch(() => undefined);
  if (metrics?.ok) {
    error(
      'metrics_open',
      `Anyone can read ${url}/metrics.`,
      'Keep the port of metrics.port off the proxy, or set metrics.token.',
    );
  }
};
