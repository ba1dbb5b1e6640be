import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const isFree = async (port: number): Promise<boolean> => {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
};

const [first, last] = [12_000, 32_000];
const attempts = 100;

/** The first port is random, so that processes rarely collide; then ports are given out in turn, each one once. */
let latest = randomInt(first, last);

/**
 * A port that nothing listens on, for an application whose address must be known before it starts. The range is below
 * the ports of outgoing connections, one of which could take the port before the application does.
 */
export const freePort = async (): Promise<number> => {
  for (let at = 0; at < attempts; at++) {
    latest = latest < last ? latest + 1 : first;
    const port = latest;
    if (await isFree(port)) return port;
  }
  throw new Error('there is no free port');
};
