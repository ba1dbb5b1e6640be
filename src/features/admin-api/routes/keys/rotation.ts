import Type from 'typebox';
import { rotatable } from '../../../../services/keys/index.ts';

/** What is rotated, and when. */
export const rotation = {
  series: Type.Optional(
    Type.Enum([...rotatable], {
      description: 'The algorithm, or what the secret is for. All that rotate when absent.',
    }),
  ),
  at_once: Type.Optional(
    Type.Boolean({
      description:
        'Sign with the new key at once, as after a leak. Applications that have cached the keys refuse tokens until they fetch them again.',
    }),
  ),
};
