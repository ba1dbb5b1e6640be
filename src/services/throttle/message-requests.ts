import { siteOf } from './network.ts';
import type { Throttle } from './throttle.ts';

interface MessageRequest {
  /** What the message is for. */
  readonly what: string;
  /** The name that was typed, folded. It is counted whether or not an account has it. */
  readonly name: string;
  readonly address: string;
  /** The person is at a browser that the account signed in with. */
  readonly isKnownDevice: boolean;
  /** 0: no limit. */
  readonly perHour: number;
}

const hour = 3_600_000;

/**
 * Counts a request for a message to the owner of a name. One network gets half of what strangers get, so it can't use up
 * all of it. A known device has a share of its own.
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
