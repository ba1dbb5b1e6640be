import type { Config } from '#config';
import { systemClock } from '../../store/clock.ts';
import { checkCookies, type SampleClient } from './cookies.ts';
import { checkMetadata, fetchMetadata } from './discovery.ts';
import { collectFindings, type Finding } from './finding.ts';
import { checkPublishedKeys } from './published-keys.ts';
import { checkResponseHeaders } from './response-headers.ts';
import { checkServerStatus } from './server-status.ts';

/** What the server should look like from outside. */
export interface ExpectedServer {
  readonly config: Config;
  /** The address that clients use: the issuer, unless the operator names another one. */
  readonly url: string;
  /** The ids of the published keys; undefined when the store couldn't be read. */
  readonly kids: readonly string[] | undefined;
  /** Its authorization request shows the cookies of a sign-in. */
  readonly sampleClient: SampleClient | undefined;
}

/** Examines the server as clients reach it, through its proxy. */
export const checkFromOutside = async (expected: ExpectedServer): Promise<readonly Finding[]> => {
  const { config, url, kids, sampleClient } = expected;
  const { found, ...findings } = collectFindings('outside');
  const sentAt = systemClock.now();
  const discovery = await fetchMetadata(url, findings);
  const receivedAt = systemClock.now();
  if (!discovery) return found;
  checkMetadata(discovery, expected, findings);
  checkResponseHeaders(discovery.response, { config, url, sentAt, receivedAt }, findings);
  await checkPublishedKeys(url, kids, findings);
  await checkServerStatus(url, findings);
  if (sampleClient) await checkCookies(url, config, sampleClient, findings);
  return found;
};
