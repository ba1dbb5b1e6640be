import t from 'tap';
import { DamagedText, decode } from '#adapters/redis/codec.ts';

const now = Date.now();
const later = (now + 60_000).toString(36);

t.test('a text that no commit wrote is refused as damaged', async (t) => {
  for (const text of [
    '!',
    '!nonce',
    '!nonce 1',
    '!nonce\n{}',
    '!nonce \n{}',
    '!nonce -\n{}',
    '+nonce',
    '~nonce',
    '@',
    `@${later}`,
    '@\n{}',
    '@ü\n{}',
    '#tag',
    `!nonce ${later}\n@-\n{}`,
    `@${later}\n#tag`,
    '{}\n',
    '{}\nfield',
    '{}\na b\nfield',
    '{}\nfield\na b',
  ]) {
    t.throws(() => decode(text, now), DamagedText, JSON.stringify(text));
  }
});

t.test('what a commit wrote is read', async (t) => {
  const text = `!nonce ${later}\n+made\n@${later}\n#tag\n={}\nfield \nother a b`;
  t.match(decode(text, now), {
    document: { body: '{}', fields: { field: '', other: 'a b' }, consumption: { nonce: 'nonce' } },
    writtenBy: 'made',
    indexEntries: 'tag',
  });
  t.same(decode('', now)?.document, { body: '', fields: {} });
  t.equal(decode(`@${(now - 1).toString(36)}\n{}`, now), undefined, 'an expired document is not returned');
});
