import { BlockList, isIP } from 'node:net';
import type { Config } from '#config';

/** An IPv4 block also covers `::ffff:…`, and the NAT64 addresses that lead to it (RFC 6052 §2.1). */
const blockListOf = (blocks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', bits] = block.split('/');
    if (network.includes(':')) {
      list.addSubnet(network, Number(bits ?? 128), 'ipv6');
    } else {
      list.addSubnet(network, Number(bits ?? 32), 'ipv4');
      list.addSubnet(`64:ff9b::${network}`, 96 + Number(bits ?? 32), 'ipv6');
    }
  }
  return list;
};

const parseBlocks = (...lines: readonly string[]): BlockList => blockListOf(lines.join(' ').split(' '));

/** For IPv6 only global unicast (RFC 4291 §2.4), so no address that is another form of an IPv4 address. */
const globalUnicast = parseBlocks('0.0.0.0/0 2000::/3');

/** The entries of the IANA special-purpose registries that lie within global unicast. */
const specialPurpose = parseBlocks(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24',
  '203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 2001::/23 2001:db8::/32 2002::/16 3fff::/20',
);

/** The local link, and the addresses where clouds hand out credentials to any caller on the machine. */
const linkLocalAndMetadata = parseBlocks(
  '169.254.0.0/16 fe80::/10 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254',
);

export interface OutboundConfig {
  readonly mode: Config['mode'];
  readonly security: Pick<Config['security'], 'outbound'>;
}

/** Decides which addresses the server may connect to for a client: the Internet, and networks that the operator lists. */
export const createAddressFilter = ({ mode, security }: OutboundConfig): ((address: string) => boolean) => {
  const { allowed_networks: allowed } = security.outbound;
  const listedAddresses = blockListOf(allowed.filter((network) => !network.includes('/')));
  const allowedBlocks = blockListOf(allowed);
  return (written) => {
    // RFC 4007 §11: a zone identifier is not part of the address.
    const [address = ''] = written.split('%');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const is = (list: BlockList): boolean => list.check(address, family);
    if (is(linkLocalAndMetadata)) return is(listedAddresses);
    return mode === 'development' || is(allowedBlocks) || (is(globalUnicast) && !is(specialPurpose));
  };
};
