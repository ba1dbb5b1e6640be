import { array, constantFrom, integer, option, record, tuple } from 'fast-check';
import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { isSameName } from '#src/features/client-authentication/distinguished-name.ts';
import { parseJsonObject } from '#src/http/strict-json.ts';
import { createRecordMaker } from '#src/services/audit/make-records.ts';
import { jsonTexts, texts } from './inputs.ts';
import { fuzz } from './run.ts';

const happenings = array(
  tuple(
    record({
      type: constantFrom('token.refused', 'sign-in', 'passkey.added', 'admin.account.update'),
      outcome: constantFrom<SecurityEvent['outcome']>('ok', 'refused', 'failed'),
      reason: option(constantFrom('invalid_client', 'invalid_grant'), { nil: undefined }),
      client: option(texts, { nil: undefined }),
      account: option(constantFrom('ada'), { nil: undefined }),
      address: option(texts, { nil: undefined }),
    }),
    integer({ min: 0, max: 90_000 }),
  ),
  { maxLength: 60 },
);

t.test('the audit record counts each event once, in any order and at any time', (t) =>
  fuzz(t, tuple(happenings, constantFrom('enough', 'little', 'reserve')), ([happened, left]) => {
    let now = 0;
    let written = 0;
    const merging = createRecordMaker({
      spaceLeft: () => left,
      write({ at, merged }) {
        written += merged?.count ?? 1;
        if (merged && !(merged.first <= merged.last && merged.last <= at))
          throw new Error('times out of order');
      },
    });
    for (const [event, later] of happened) {
      now += later;
      // Absent and undefined mean the same here, and event types allow only absent members.
      merging.record({ at: now, event: event as SecurityEvent });
    }
    merging.closeAll(now);
    if (written !== happened.length) throw new Error(`${written} of ${happened.length}`);
  }),
);

t.test('a JSON object is read as JSON.parse reads it, or refused with a sentence', (t) =>
  fuzz(t, jsonTexts(['redirect_uris', 'jwks', '__proto__', 'a']), (text) => {
    const parsed = parseJsonObject(Buffer.from(text));
    if (typeof parsed === 'string') return;
    if (JSON.stringify(parsed) !== JSON.stringify(JSON.parse(text))) throw new Error('read in another way');
  }),
);

t.test('two certificate names are equal only when they mean the same', (t) =>
  fuzz(t, tuple(texts, texts), ([one, other]) => {
    const escaped = (text: string) => text.replaceAll(/[\\"#+,;<=>\n\r]/g, '\\$&');
    isSameName(one, other);
    if (isSameName(`CN=${escaped(one)}`, `CN=${escaped(`${one}x`)}`)) throw new Error('one of more letters');
  }),
);
