import type { Worker } from 'node:cluster';

/** A connection that the primary has accepted. Node has no type for it. */
interface Connection {
  close(...args: unknown[]): void;
}

const isConnection = (value: unknown): value is Connection =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';

/**
 * The primary accepts each connection and hands it to a worker. Node closes the primary's copy when the worker confirms
 * it, so the connection to a worker that is killed before that would stay open for good, with a client that waits for an
 * answer. Here it is closed when the worker ends: the client may ask again.
 */
export const createHandedOver = () => {
  const unconfirmed = new Map<Connection, Worker>();

  const track = (connection: Connection, worker: Worker): void => {
    const isKnown = unconfirmed.has(connection);
    // A worker that shuts down refuses connections, and Node hands them to another one.
    unconfirmed.set(connection, worker);
    if (isKnown) return;
    const { close } = connection;
    connection.close = (...args) => {
      unconfirmed.delete(connection);
      close.apply(connection, args);
    };
  };

  return {
    watch(worker: Worker): void {
      const { process: child } = worker;
      // It has four shapes, and all arguments are passed on as they are.
      const send = child.send.bind(child) as (...args: unknown[]) => boolean;
      child.send = (...args: unknown[]) => {
        const [, connection] = args;
        if (isConnection(connection)) track(connection, worker);
        return send(...args);
      };
      worker.once('exit', () => {
        for (const [connection, holder] of unconfirmed) if (holder === worker) connection.close();
      });
    },
  };
};
