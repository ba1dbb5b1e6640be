import type { Config } from '#config';
import { foldUsername } from '../accounts/index.ts';
import { siteOf } from './network.ts';
import type { Throttle } from './throttle.ts';
import { allowed, type Verdict } from './verdict.ts';

interface MessageTo {
  readonly email: string;
  /** Where the request comes from. */
  readonly address: string;
}

const hour = 3_600_000;
/** In an hour a site causes as many messages as this many minutes allow. */
const fullMinutes = 6;

/**
 * Counts a message from one site to a mail domain. All addresses of a domain may lead to one mailbox, so a limit for each
 * address alone would be none. The domains that the operator lists are those of the people who sign up, often from one
 * network.
 */
export const takeMessageToDomain = async (
  throttle: Pick<Throttle, 'take'>,
  config: Pick<Config, 'security' | 'sign_up'>,
  { email, address }: MessageTo,
): Promise<Verdict> => {
  if (config.sign_up.email_domains.length > 0) return allowed;
  const { mail_request_per_address: perMinute } = config.security.throttle;
  const domain = foldUsername(email.slice(email.lastIndexOf('@') + 1));
  const who = JSON.stringify([domain, siteOf(address)]);
  const inMinute = await throttle.take('mail domain in a minute', who, perMinute);
  return inMinute.allowed ? throttle.take('mail domain', who, perMinute * fullMinutes, hour) : inMinute;
};
