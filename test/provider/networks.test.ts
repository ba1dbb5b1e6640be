import t from 'tap';
import { createAddressFilter } from '#src/provider/outgoing/networks.ts';

const reach = (mode: 'production' | 'development', ...allowed_networks: string[]) =>
  createAddressFilter({ mode, security: { outbound: { allowed_networks } } });

const inside = [
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.8.8.8', '172.16.0.1', '172.31.255.255'],
  ...['192.0.0.1', '192.168.0.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1', '5f00::1'],
];

/** The IPv6 forms of an IPv4 address, also deprecated ones. */
const disguises: Readonly<Record<string, (bytes: readonly string[]) => string>> = {
  'mapped (RFC 4291 §2.5.5.2)': ([a, b, c, d]) => `::ffff:${a}${b}:${c}${d}`,
  'compatible (RFC 4291 §2.5.5.1)': ([a, b, c, d]) => `::${a}${b}:${c}${d}`,
  'translated (RFC 2765 §2.1)': ([a, b, c, d]) => `::ffff:0:${a}${b}:${c}${d}`,
  'NAT64 (RFC 6052 §2.1)': ([a, b, c, d]) => `64:ff9b::${a}${b}:${c}${d}`,
  'NAT64 of a network (RFC 8215)': ([a, b, c, d]) => `64:ff9b:1::${a}${b}:${c}${d}`,
  '6to4 (RFC 3056)': ([a, b, c, d]) => `2002:${a}${b}:${c}${d}::1`,
  'Teredo (RFC 4380)': ([a, b, c, d]) => `2001:0:${a}${b}:${c}${d}::1`,
};

const bytesOf = (address: string): readonly string[] =>
  address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));

t.test('in production no private address is allowed (RFC 6890)', async (t) => {
  const within = reach('production');
  for (const address of inside) t.notOk(within(address), address);
  for (const [name, disguised] of Object.entries(disguises)) {
    for (const address of inside.filter((one) => one.includes('.'))) {
      t.notOk(within(disguised(bytesOf(address))), `${address} ${name}`);
    }
  }
  for (const address of ['1.1.1.1', '93.184.215.14', '2606:4700::1111', '2a00:1450::5']) {
    t.ok(within(address), address);
  }
  t.ok(within('64:ff9b::101:101'), 'by NAT64 the Internet is reached where there is no IPv4');
});

t.test('a network that the operator names is allowed, and no other', async (t) => {
  const within = reach('production', '10.20.0.0/16', 'fd00:1::/32', '192.168.7.7');
  for (const address of [
    '10.20.0.1',
    '::ffff:10.20.0.1',
    '64:ff9b::a14:1',
    'fd00:1::5',
    'fd00:1::5%eth0',
    '192.168.7.7',
    '1.1.1.1',
  ]) {
    t.ok(within(address), address);
  }
  for (const address of ['10.21.0.1', '::ffff:10.21.0.1', 'fd00:2::5', '192.168.7.8', '127.0.0.1', '::1']) {
    t.notOk(within(address), address);
  }
});

t.test('a cloud metadata address is allowed only when named exactly, in any mode', async (t) => {
  const metadata = [
    ...['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
    ...['fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fd20:ce::254'],
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'],
  ];
  const wide = ['169.254.0.0/16', '100.64.0.0/10', '168.0.0.0/8', '192.0.0.0/24', 'fe80::/10', 'fd00::/8'];
  for (const within of [reach('production', ...wide), reach('development')]) {
    for (const address of metadata) t.notOk(within(address), address);
  }
  const named = reach('production', '169.254.169.254');
  t.ok(named('169.254.169.254'));
  t.notOk(named('169.254.169.253'));
});

t.test('in development private addresses are allowed', async (t) => {
  for (const address of inside) t.ok(reach('development')(address), address);
});
