import { type Address, isWithin, parseBlock } from './ip-address.js';

/** `docs/url-guard.md` says whose they are. */
export const METADATA_ADDRESSES = [
  '169.254.0.0/16',
  'fe80::a9fe:a9fe',
  'fd00:ec2::/32',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:a9fe:a9fe::1',
  'fd00:42::42',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];
const BLOCKS = METADATA_ADDRESSES.map(parseBlock).filter((block) => block !== null);

export const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'api.metadata.cloud.ibm.com',
  'instance-data',
  'instance-data.ec2.internal',
  'rancher-metadata',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]);

/** Whether a cloud or a cluster hands out credentials there: never a webhook's target, whatever is allowed. */
export function isMetadataAddress(address: Address): boolean {
  return BLOCKS.some((each) => isWithin(address, each));
}

/** @param host in lower case, without a dot at its end */
export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host);
}
