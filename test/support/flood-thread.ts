import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Flood } from './flood.ts';

const { port, count, requests, addresses, connections = 8, pipelined = 5 }: Flood = workerData;

const statusLine = /HTTP\/1\.1 (\d{3}) /g;

/** Reads the start lines of `expected` responses. A line may be split between two chunks. */
const readStatuses = async (socket: Socket, expected: number): Promise<number[]> => {
  const statuses: number[] = [];
  let rest = '';
  while (statuses.length < expected) {
    const [chunk] = await once(socket, 'data');
    rest += chunk.toString('latin1');
    let end = 0;
    for (const match of rest.matchAll(statusLine)) {
      statuses.push(Number(match[1]));
      end = match.index + match[0].length;
    }
    rest = rest.slice(Math.max(end, rest.length - 16));
  }
  return statuses;
};

const addressOf = (number: number): string =>
  typeof addresses === 'number'
    ? `10.${(number % addresses) >> 16}.${((number % addresses) >> 8) & 255}.${(number % addresses) & 255}`
    : (addresses[number % addresses.length] ?? '');

const requestOf = (number: number): string =>
  (requests[number % requests.length] ?? '').replace('{address}', addressOf(number));

const statuses: Record<number, number> = {};
let sent = 0;

const work = async (): Promise<void> => {
  const socket = connect(port, '127.0.0.1');
  while (sent < count) {
    const first = sent;
    sent = Math.min(count, sent + pipelined);
    socket.write(Array.from({ length: sent - first }, (_, at) => requestOf(first + at)).join(''));
    for (const status of await readStatuses(socket, sent - first))
      statuses[status] = (statuses[status] ?? 0) + 1;
  }
  socket.destroy();
};

await Promise.all(Array.from({ length: connections }, work));
parentPort?.postMessage(statuses);
