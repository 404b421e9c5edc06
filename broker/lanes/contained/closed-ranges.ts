/**
 * Addresses that a program's names may not lead to: all that are not of the public internet. The sandbox's proxy
 * resolves a name once, drops these, and connects to what is left. IPv4 ranges hold for IPv6 forms that carry an IPv4
 * address, too. An address that a person's line names itself is decided by the gate.
 */
export const CLOSED_RANGES = [
  // This computer, the local network, its provider's.
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.168.0.0/16', '168.63.129.16'],
  // Given out for a purpose of their own, or not at all.
  ...['192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24'],
  ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  // IPv6 has 2000::/3 for the public internet; 64:ff9b::/96 carries IPv4 and is judged by that.
  ...['64:ff9b:1::/48', '100::/8', '200::/7', '400::/6', '800::/5', '1000::/4', '4000::/2', '8000::/1'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'],
]
