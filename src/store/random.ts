/** A number from 0 up to 1 for pauses and choices of a server. It is predictable, so it must not protect anything. */
export const predictableRandom = (): number => Math.random();
