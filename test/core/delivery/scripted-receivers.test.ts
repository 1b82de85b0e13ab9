import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createHub } from '@hookline/core';
import { expect } from 'chai';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SCRIPTED_RECEIVERS, type Script, type ScriptedReceiver } from '../../support/scripted-receivers.js';

const TIMEOUT_MS = 300;
const MAX_BYTES = 16_384;

async function serve(script: Script) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    script(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/hook`, sockets, close };
}

/** One attempt, and what is recorded of it. */
async function attempt({ script }: ScriptedReceiver) {
  const receiver = await serve(script);
  const hub = createHub({
    logger: new RecordingLogger(),
    retry: [],
    delivery: { allowAddresses: ['127.0.0.0/8'], timeoutMs: TIMEOUT_MS },
  });
  try {
    await hub.webhooks.create({ url: receiver.url, subscriptions: ['*'] });
    await hub.dispatch('order.paid', { id: 1 });
    await hub.drain();
    const [delivery] = await hub.deliveries.list();
    const [recorded, ...others] = await hub.deliveries.attempts(String(delivery?.id));
    return { delivery, recorded, others };
  } finally {
    await hub.close();
    await receiver.close();
  }
}

describe('a receiver that', () => {
  for (const scripted of SCRIPTED_RECEIVERS) {
    const { does, state, reason, status } = scripted;
    it(`${does}: ${state}${reason === null ? '' : `, ${reason}`}`, async () => {
      const { delivery, recorded, others } = await attempt(scripted);
      expect({
        state: delivery?.state,
        reason: recorded?.failureReason,
        status: recorded?.responseStatus,
        others,
      }).to.deep.equal({ state, reason, status, others: [] });
      expect(Buffer.byteLength(recorded?.responseBody ?? '')).to.be.at.most(3 * MAX_BYTES);
      expect(recorded?.responseBody ?? '').to.not.include('\0');
      expect(recorded?.durationMs).to.be.at.most(TIMEOUT_MS + 100);
    });
  }

  it('stands in the table of outcomes', () => {
    const page = readFileSync(new URL('../../../docs/outcomes.md', import.meta.url), 'utf8');
    const rows = SCRIPTED_RECEIVERS.map(
      ({ does, state, reason, status }) => `| ${does} | ${state} | ${reason ?? ''} | ${status ?? ''} |`,
    );
    expect(
      page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| The receiver')),
    ).to.deep.equal(rows);
  });
});
