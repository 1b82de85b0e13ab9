import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HostsFile } from '../../../../packages/core/src/adapters/undici/hosts-file.js';

describe('the hosts file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookline-hosts-'));
  const path = join(folder, 'hosts');
  let now = 0;

  after(() => rmSync(folder, { recursive: true }));

  const addressesOf = (hosts: HostsFile, name: string) =>
    hosts.addressesOf(name)?.map(({ address, family }) => `${address}/${family}`);

  it('has every name of a line, in lower case, and every line of a name', () => {
    const lines = [
      '# a comment',
      '127.0.0.1\tApp.test  alias.test# and more',
      '   ::1 app.test',
      '#10.0.0.1 off.test',
      'nonsense odd.test',
      '192.0.2.1',
      '',
    ];
    for (const end of ['\n', '\r\n']) {
      writeFileSync(path, lines.join(end));
      const hosts = new HostsFile(path);
      expect(addressesOf(hosts, 'app.test')).to.deep.equal(['127.0.0.1/4', '::1/6']);
      expect(addressesOf(hosts, 'alias.test')).to.deep.equal(['127.0.0.1/4']);
      for (const name of ['off.test', 'odd.test', '', 'and', 'constructor']) {
        expect(addressesOf(hosts, name), name).to.equal(undefined);
      }
    }
  });

  it('is read again five seconds later, where it has changed', () => {
    writeFileSync(path, '192.0.2.1 app.test\n');
    const hosts = new HostsFile(path, () => now);
    expect(addressesOf(hosts, 'app.test')).to.deep.equal(['192.0.2.1/4']);
    writeFileSync(path, '192.0.2.22 app.test\n');
    now += 4_999;
    expect(addressesOf(hosts, 'app.test')).to.deep.equal(['192.0.2.1/4']);
    now += 1;
    expect(addressesOf(hosts, 'app.test')).to.deep.equal(['192.0.2.22/4']);
    rmSync(path);
    now += 5_000;
    expect(addressesOf(hosts, 'app.test')).to.equal(undefined);
  });

  it('may be missing', () => {
    expect(addressesOf(new HostsFile(join(folder, 'none')), 'app.test')).to.equal(undefined);
  });
});
