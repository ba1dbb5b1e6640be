/**
 * Whether an address has one spelling of each letter (NFKC of Unicode). Names are compared folded, so another spelling,
 * such as full-width letters, would count as the address of another person, while mail may go to two people.
 */
export const isPlainAddress = (address: string): boolean => address === address.normalize('NFKC');
