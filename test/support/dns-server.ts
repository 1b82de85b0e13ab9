import { createSocket, type RemoteInfo } from 'node:dgram';
import type { AddressInfo } from 'node:net';

const A = 1;
const AAAA = 28;
const REPLY = 0x8180;
const NO_SUCH_NAME = 3;

/** What the server says of a name: its addresses, that there is no such name, a response code, or nothing at all. */
export interface DnsScript {
  readonly a?: readonly string[] | 'hang' | 'unknown' | number;
  readonly aaaa?: readonly string[] | 'hang' | 'unknown' | number;
}

export interface DnsServer {
  /** As `Resolver.setServers` takes it. */
  readonly address: string;
  /** What was asked for, as `name A` and `name AAAA`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

interface Query {
  readonly id: Buffer;
  readonly question: Buffer;
  readonly name: string;
  readonly type: number;
}

/** A DNS server (RFC 1035) on UDP, for A and AAAA alone. A name that the script does not know does not exist. */
export async function startDnsServer(script: (name: string) => DnsScript | undefined): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message: Buffer, from: RemoteInfo) => {
    const query = parse(message);
    questions.push(`${query.name} ${query.type === A ? 'A' : 'AAAA'}`);
    const { a = [], aaaa = [] } = script(query.name) ?? { a: 'unknown', aaaa: 'unknown' };
    const outcome = query.type === A ? a : aaaa;
    if (outcome !== 'hang') socket.send(replyTo(query, outcome), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
  return { address, questions, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

function parse(message: Buffer): Query {
  const end = message.indexOf(0, 12) + 5;
  const labels: string[] = [];
  for (let at = 12; at < end - 5; at += (message[at] ?? 0) + 1) {
    labels.push(message.toString('latin1', at + 1, at + 1 + (message[at] ?? 0)));
  }
  return {
    id: message.subarray(0, 2),
    question: message.subarray(12, end),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(end - 4),
  };
}

function replyTo({ id, question, type }: Query, outcome: readonly string[] | 'unknown' | number): Buffer {
  const addresses = typeof outcome === 'object' ? outcome : [];
  const code = outcome === 'unknown' ? NO_SUCH_NAME : typeof outcome === 'number' ? outcome : 0;
  const counts = Buffer.alloc(10);
  counts.writeUInt16BE(REPLY | code, 0);
  counts.writeUInt16BE(1, 2);
  counts.writeUInt16BE(addresses.length, 4);
  const records = addresses.map((address) =>
    recordOf(type === AAAA ? bytesOf6(address) : bytesOf4(address), type),
  );
  return Buffer.concat([id, counts, question, ...records]);
}

/** The name is a pointer to that of the question; no time to live. */
function recordOf(address: Buffer, type: number): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length]);
  return Buffer.concat([head, address]);
}

function bytesOf4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** With at most one `::`, and no IPv4 inside. */
function bytesOf6(address: string): Buffer {
  const [left = '', right] = address.split('::');
  const front = left.split(':').filter((group) => group !== '');
  const back = (right ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return Buffer.from([...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
