/**
 * Whether an address has one spelling of each letter (NFKC of Unicode). Names are compared folded, so another spelling, as in
 * full-width letters, would stand for the address of another person, while mail to the two may go to two people.
 */
export const isPlainAddress = (address: string): boolean => address === address.normalize('NFKC');
