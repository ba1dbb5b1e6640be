import Type from 'typebox';
import { adminOperation, timeText } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text, time } from '../../schemas.ts';
import { rotation } from './rotation.ts';

const preview = Type.Object({
  series: text('The algorithm, or what the secret is for.'),
  replaces: Type.Array(Type.String(), { description: 'The keys that would retire.' }),
  signs_from: time('When the new key would begin to sign.'),
  former_until: time('The former keys verify until then.'),
});

export const previewRotation = ({ keys }: Pick<AdminApiDependencies, 'keys'>) =>
  adminOperation({
    summary: 'Say what a rotation would do',
    query: Type.Object(rotation, closed),
    answer: Type.Object({ items: Type.Array(preview) }),
    status: 200,
    async handle({ query: { series, at_once: now = false } }) {
      const items = keys
        .previewRotation(series, { now })
        .map(({ series: name, replaces, signsFrom, formerUntil }) => ({
          series: name,
          replaces,
          signs_from: timeText(signsFrom),
          former_until: timeText(formerUntil),
        }));
      return { body: { items } };
    },
  });
