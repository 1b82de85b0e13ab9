// A sender in `inbound`: so many signed requests, each lane on a connection that it keeps. Plain sockets, so that it takes
// as little of the machine as it can.
import { connect, type Socket } from 'node:net';
import { github } from '@hookline/core';
import { obey, readConfig } from '../../faults/programs/talk.js';
import type { LoadConfig, Loaded, LoadOrder } from './inbound-messages.js';
import { invoiceBody } from './invoice-body.js';
import { now } from './now.js';

const HEAD_END = '\r\n\r\n';

const { secret, path, lanes } = readConfig<LoadConfig>();
const source = github({ secret });
let count = 0;

obey<LoadOrder>(async ({ port, requests }) => {
  const prepared = Array.from({ length: requests }, () => prepare(count++));
  const sockets = await Promise.all(Array.from({ length: lanes }, () => open(port)));
  const times: number[] = [];
  const startedAt = now();
  await Promise.all(sockets.map((socket) => send(socket, prepared, times)));
  const tookMs = now() - startedAt;
  for (const socket of sockets) socket.destroy();
  return { tookMs, times } satisfies Loaded;
});

function prepare(index: number): Buffer {
  const { headers, body } = source.sign({
    id: `delivery-${index}`,
    type: 'invoice',
    body: invoiceBody(index),
  });
  const lines = Object.entries({
    host: 'receiver.example',
    'user-agent': 'sender/1.0',
    accept: '*/*',
    ...headers,
    'content-length': String(body.length),
  }).map((pair) => pair.join(': '));
  return Buffer.concat([Buffer.from([`POST ${path} HTTP/1.1`, ...lines].join('\r\n') + HEAD_END), body]);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket.off('error', reject)));
    socket.once('error', reject);
  });
}

/** One after the other, until all are sent. */
function send(socket: Socket, prepared: Buffer[], times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let answer = '';
    const next = (): void => {
      const request = prepared.pop();
      if (request === undefined) {
        resolve();
        return;
      }
      answer = '';
      sentAt = now();
      socket.write(request);
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      if (!answer.startsWith('HTTP/1.1 202')) reject(new Error(`it was answered ${answer}`));
      times.push(now() - sentAt);
      next();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
    next();
  });
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const length = /^content-length: (\d+)/im.exec(answer)?.[1] ?? '0';
  return answer.length >= headEnd + HEAD_END.length + Number(length);
}
