import type { WriteOptions } from '../../store/staged-writes.ts';

/**
 * The writes of one resume: the end of the interaction, and the sign-in that was its result. Both are kept when the
 * authorization request is refused afterwards, as for an `acr` that the sign-in doesn't reach. Of two resumes of one
 * interaction only the first one signs in.
 */
export const resume: WriteOptions = { batch: 'resume', commitOnRefusal: true };
