import { expect } from 'chai';
import { readArguments } from './arguments.js';
import { benches } from './benches/all.js';

const read = (...argv: string[]) => readArguments(argv, '/profiles');

describe('Arguments of npm run bench', () => {
  it('choose benches by name, or all', () => {
    expect(read('latency', 'delivery').chosen.map(({ name }) => name)).to.deep.equal(['latency', 'delivery']);
    expect(read('all').chosen).to.deep.equal(benches);
    expect(read('--list').chosen).to.deep.equal([]);
  });

  it('become the settings of the benches', () => {
    const argv = [
      'delivery',
      '--short',
      '--rounds',
      '5',
      '--only',
      'hookline',
      '--concurrency',
      '25',
      '--prof',
    ];
    expect(read(...argv).settings).to.deep.equal({
      size: 'short',
      rounds: 5,
      concurrency: 25,
      only: ['hookline'],
      profileFolder: '/profiles',
    });
    expect(read('delivery').settings).to.deep.equal({ size: 'full' });
  });

  it('are refused with the usage and the names of the benches', () => {
    expect(() => read()).to.throw(/Which bench\?[\s\S]*Usage: [\s\S]*Benches: delivery, latency/);
    expect(() => read('speed')).to.throw('There is no bench speed.');
    expect(() => read('delivery', '--rounds', '0')).to.throw('--rounds takes a whole number from 1, not 0.');
  });

  it('do not let figures be kept that are not those of a whole bench', () => {
    expect(() => read('delivery', '--write', '--short')).to.throw('--write keeps figures');
    expect(() => read('delivery', '--write', '--only', 'hookline')).to.throw('--write keeps figures');
    expect(read('delivery', '--write').isWriting).to.equal(true);
  });
});
