/** Every way to flip one bit. */
export function* flips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    yield flipped;
  }
}

const ODD = [
  '',
  ' ',
  ',',
  ', ',
  ',,,,',
  '=',
  '==',
  't=',
  'v1=',
  'v1,',
  't=,v1=',
  't=1,t=2,v1=00',
  'v1',
  '.',
  '\u0000',
  '\t',
  'null',
  'undefined',
  '[object Object]',
  'Infinity',
  'NaN',
  '1e3',
  ' 12',
  '-1',
  '+1',
  '0x10',
  '1_000',
  '٣',
  '９',
  '99999999999999999999',
  '1700000000;',
  '1700000000\u00a0',
  '♥',
  '\ud800',
  '%00',
  '__proto__',
  'sha256=',
  'sha1=',
  'sha256==',
  'sha512=00',
  'v1a,AAAA',
  'v1,AAAA v1a,',
  '=v1',
  ',v1',
  'x'.repeat(16_000),
  'v1=,'.repeat(4_000),
  't=1,'.repeat(4_000),
  'v1, '.repeat(4_000),
];

/** Values no sender would write, some made out of the right one; the same every time. */
export function* oddValues(original: string): Generator<string> {
  yield* ODD;
  yield* [
    `${original}, ${original}x`,
    `x${original}`,
    `${original}x`,
    original.slice(1),
    original.slice(0, -1),
  ];
  yield* [original.split('').reverse().join(''), `"${original}"`];
  let seed = 42;
  const random = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % limit;
  };
  for (let i = 0; i < 500; i++) {
    yield Array.from({ length: random(80) }, () => String.fromCharCode(random(256))).join('');
  }
}
