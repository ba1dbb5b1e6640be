import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Owner } from './setup/index.ts';

export interface LyingRedis {
  readonly url: string;
  /** What is answered to these commands from now on, as RESP. All others go on to the real server. */
  lies: Readonly<Record<string, string>>;
}

/** The names of the commands in one packet. Clients send whole commands, as lists of texts with their lengths. */
const commandsIn = (packet: Buffer): readonly string[] => {
  const names: string[] = [];
  for (let at = 0; at < packet.length; ) {
    const readNumber = (): number => {
      const end = packet.indexOf('\r\n', at);
      const number = Number(packet.toString('latin1', at + 1, end));
      at = end + 2;
      return number;
    };
    const parts = Array.from({ length: readNumber() }, () => {
      const length = readNumber();
      const text = packet.toString('utf8', at, at + length);
      at += length + 2;
      return text;
    });
    names.push((parts[0] ?? '').toLowerCase());
  }
  return names;
};

/** A server in front of a Redis on this port, which gives wrong answers to some commands. */
export const startLyingRedis = async (owner: Owner, port: number): Promise<LyingRedis> => {
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1').on('error', () => {});
    redis.pipe(client);
    client
      .on('error', () => {})
      .on('close', () => redis.destroy())
      .on('data', (packet) => {
        const told = Object.keys(lying.lies).length === 0 ? [] : commandsIn(packet);
        if (!told.some((name) => lying.lies[name] !== undefined)) redis.write(packet);
        else client.write(told.map((name) => lying.lies[name] ?? '+OK\r\n').join(''));
      });
  }).listen(0, '127.0.0.1');
  owner.teardown(() => void server.close());
  await once(server, 'listening');
  const lying: LyingRedis = { url: `redis://127.0.0.1:${Object(server.address()).port}`, lies: {} };
  return lying;
};
