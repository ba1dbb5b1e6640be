import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { clientKey } from '#src/services/clients/record.ts';
import { startServerProcess, usualConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.test(
  'a record of a newer version is refused by server and commands, and the message names the fix',
  async (t) => {
    const server = await startServerProcess(t, {
      config: { ...usualConfig, store: { url: 'sqlite:store.db' } },
    });
    const store = await openStore(`sqlite:${join(server.cwd, 'store.db')}`, { clock: { now: Date.now } });
    t.teardown(() => store.close());
    const put = (id: string, body: string) => store.commit([{ op: 'put', key: clientKey(id), body }]);
    await put('newer', '{"v":2,"settings":[]}');
    await put('damaged', '{"metadata":{}}');

    const authorize = async (id: string) => {
      const query = { client_id: id, redirect_uri: 'https://shop.example.com/cb', response_type: 'code' };
      const response = await fetch(`${server.url}/oauth/authorize?${new URLSearchParams(query)}`, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
      });
      return { status: response.status, body: await response.json() };
    };
    const show = (id: string) => server.command(['client', 'show', id, '--json']);
    for (const [id, code, words] of [
      ['newer', 'record_newer', 'was written by a newer version of Postern: use that version'],
      ['damaged', 'record_damaged', 'is damaged: restore the store'],
    ] as const) {
      const { exit, err } = await show(id);
      t.equal(exit, 1);
      const { error } = JSON.parse(err);
      t.equal(error.code, code);
      t.match(error.message, `a record of kind client ${words}`);
      const { status, body } = await authorize(id);
      t.equal(status, 500);
      t.equal(body.error, 'server_error');
      t.notMatch(JSON.stringify(body), 'kind client', 'clients learn nothing of the store');
      // The answer may be there before the line.
      await waitFor('the line of the log', () => server.log().includes(`a record of kind client ${words}`));
    }
  },
);
