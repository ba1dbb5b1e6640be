/**
 * Looks up the hosts that clients name. The operating system looks up two names of a process at a time, and takes up to 20
 * seconds for a name whose server is silent. Two such names would stop all other lookups, also those of the store and of
 * upstreams. So the name servers are asked directly, which takes no thread.
 */
import dns, { type LookupAddress, type LookupAllOptions } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';

export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void;

const millisecondsOfTry = 800;
const tries = 2;
/** A caller has given up by then (fetch.ts). */
const maxWaitMs = 2500;

/** The operator's own names, which no name server has to be asked for. */
const isInHostsFile = async (hostname: string): Promise<boolean> => {
  const lines = (await readFile('/etc/hosts', 'utf8').catch(() => '')).split('\n');
  return lines.some((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1).includes(hostname));
};

const lookUp = (hostname: string): Promise<LookupAddress[]> => lookup(hostname, { all: true });

/** One lookup of the operating system at a time, so that the other thread stays free. */
const createQueue = (): typeof lookUp => {
  let last: Promise<unknown> = Promise.resolve();
  return (hostname) => {
    const deadline = AbortSignal.timeout(maxWaitMs);
    const result = last.then(() => {
      deadline.throwIfAborted();
      return lookUp(hostname);
    });
    last = result.catch(() => undefined);
    return result;
  };
};

/** Undefined when the name servers don't know the name, or can't be reached. Throws when they are too slow. */
const askNameServers = async (hostname: string): Promise<LookupAddress[] | undefined> => {
  const resolver = new Resolver({ timeout: millisecondsOfTry, tries });
  // Those that were set for the process, as by a module of the operator.
  resolver.setServers(dns.getServers());
  const answers = await Promise.allSettled(
    [4, 6].map(async (family) => {
      const addresses = await (family === 4 ? resolver.resolve4(hostname) : resolver.resolve6(hostname));
      return addresses.map((address) => ({ address, family }));
    }),
  );
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found;
  for (const answer of answers) {
    if (answer.status === 'rejected' && answer.reason?.code === 'ETIMEOUT') throw answer.reason;
  }
  return undefined;
};

/** Names that the servers don't know may be known otherwise: by a search domain, or by multicast. */
export const createResolve = (): Resolve => {
  const lookUpInTurn = createQueue();
  const find = async (hostname: string): Promise<LookupAddress[]> => {
    if (await isInHostsFile(hostname)) return lookUp(hostname);
    const isOfNetwork = !hostname.includes('.');
    return (isOfNetwork ? undefined : await askNameServers(hostname)) ?? lookUpInTurn(hostname);
  };
  return (hostname, { family }, callback) => {
    find(hostname).then(
      (found) =>
        callback(
          null,
          found.filter((one) => (family !== 4 && family !== 6) || one.family === family),
        ),
      (error: Error) => callback(error, []),
    );
  };
};
