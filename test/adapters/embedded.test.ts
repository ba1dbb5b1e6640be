import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openEmbedded } from '#adapters/embedded/index.ts';
import type { Store } from '#src/store/port.ts';
import { sharedStoreContract, storeContract } from '../contract/store.ts';

const clock = { now: () => Date.now() };
const folder = mkdtempSync(join(tmpdir(), 'postern-embedded-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const freshPath = (): string => join(folder, `${files++}.db`);
const open = (path: string): Promise<Store> => openEmbedded({ path, clock });

t.test('in memory', (t) => storeContract(t, () => open(':memory:')));

t.test('in a file', (t) => storeContract(t, () => open(freshPath())));

t.test('in a file that two connections share', (t) =>
  sharedStoreContract(t, async () => {
    const path = freshPath();
    return Promise.all([open(path), open(path)]);
  }),
);
