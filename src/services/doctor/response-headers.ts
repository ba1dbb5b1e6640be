import type { Config } from '#config';
import type { AddFindings } from './finding.ts';

const skew = { warnMs: 5_000, failMs: 60_000 };

interface Exchange {
  readonly config: Config;
  readonly url: string;
  /** When the request was sent and its response arrived, by the clock of this machine. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Checks the clock of the server by the Date header, and that HSTS arrives. */
export const checkResponseHeaders = (
  response: Response,
  { config, url, sentAt, receivedAt }: Exchange,
  { error, warning }: AddFindings,
): void => {
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds, and the response took a while to arrive.
  const apart = Math.max(0, Math.abs(date - sentAt) - 1000 - (receivedAt - sentAt));
  if (apart > skew.warnMs) {
    (apart > skew.failMs ? error : warning)(
      'clock_skew',
      `The clock of the server at ${url} and of this machine are ${Math.round(apart / 1000)} seconds apart: tokens seem expired, or not yet valid.`,
      'Synchronize the clocks of both machines by NTP.',
    );
  }
  if (config.issuer.startsWith('https:') && response.headers.get('strict-transport-security') === null) {
    warning(
      'no_hsts',
      'The answer has no Strict-Transport-Security header, which the server sets: the proxy drops it.',
      'Let the proxy forward response headers.',
    );
  }
};
