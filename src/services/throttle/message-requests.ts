import { siteOf } from './network.ts';
import type { Throttle } from './throttle.ts';

interface MessageRequest {
  /** What the message is for. */
  readonly what: string;
  /** What is counted: the name that was typed, folded, whether or not an account has it; an address; or an account. */
  readonly name: string;
  readonly address: string;
  /** The person is at a browser that the account signed in with. */
  readonly isKnownDevice: boolean;
  /** 0: no limit. */
  readonly perHour: number;
}

const hour = 3_600_000;

/**
 * Counts a request for a message to one recipient. One network gets half of what strangers get, so it can't use up all of
 * it. A known device has a share of its own. A person has several names to ask by, so the account is counted as well when
 * the message is written.
 */
export const takeMessage = async (
  throttle: Pick<Throttle, 'take'>,
  { what, name, address, isKnownDevice, perHour }: MessageRequest,
): Promise<boolean> => {
  if (isKnownDevice) return (await throttle.take(`${what} known device`, name, perHour, hour)).allowed;
  const site = JSON.stringify([name, siteOf(address)]);
  const ofSite = await throttle.take(`${what} site`, site, Math.ceil(perHour / 2), hour);
  return ofSite.allowed && (await throttle.take(what, name, perHour, hour)).allowed;
};
