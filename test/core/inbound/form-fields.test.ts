import { expect } from 'chai';
import { collectFields, multipartFields } from '../../../packages/core/src/inbound/form-fields.js';

const TYPE = 'multipart/form-data; boundary=frontier';

function formOf(
  parts: readonly (readonly [head: string, value: string | Buffer])[],
  end = '--frontier--\r\n',
) {
  const pieces = parts.flatMap(([head, value]) => [
    Buffer.from(`--frontier\r\n${head}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(end)]);
}

const named = (name: string) => `Content-Disposition: form-data; name="${name}"`;

describe('the fields of a form', () => {
  it('are a list where one is repeated, whatever it is called', () => {
    const fields = collectFields([
      ['a', '1'],
      ['__proto__', 'x'],
      ['a', '2'],
    ]);
    expect(Object.entries(fields)).to.deep.equal([
      ['a', ['1', '2']],
      ['__proto__', 'x'],
    ]);
  });

  it('are read from multipart bodies with their exact text', () => {
    const body = formOf([
      [named('json'), '{"a":"é\r\n"}'],
      [named('empty'), ''],
    ]);
    expect(multipartFields(body, TYPE)).to.deep.equal({ json: '{"a":"é\r\n"}', empty: '' });
  });

  it('are files with their bytes, where they have a file name or are no text', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a]);
    const body = formOf([
      [`${named('attachment')}; filename="a.bin"\r\nContent-Type: application/octet-stream`, bytes],
      [named('odd'), bytes],
    ]);
    const base64 = bytes.toString('base64');
    expect(multipartFields(body, TYPE)).to.deep.equal({
      attachment: { filename: 'a.bin', contentType: 'application/octet-stream', base64 },
      odd: { filename: '', contentType: null, base64 },
    });
  });

  it('takes a boundary in quotes, and text in front of the first one', () => {
    const body = Buffer.concat([Buffer.from('preamble\r\n'), formOf([[named('a'), '1']])]);
    expect(multipartFields(body, 'Multipart/Form-Data; charset=utf-8; boundary="frontier"')).to.deep.equal({
      a: '1',
    });
  });

  for (const [what, body, type] of [
    ['no multipart', Buffer.from('a=1'), 'text/plain; boundary=frontier'],
    ['a type without a boundary', formOf([[named('a'), '1']]), 'multipart/form-data'],
    ['a body that is cut off', formOf([[named('a'), '1']], ''), TYPE],
    ['another boundary', formOf([[named('a'), '1']]), 'multipart/form-data; boundary=other'],
    ['a part without a name', formOf([['Content-Disposition: form-data', '1']]), TYPE],
    ['a part without a head', Buffer.from('--frontier\r\nvalue\r\n--frontier--'), TYPE],
    [
      'a part that does not begin on a line of its own',
      Buffer.from('--frontierx\r\n\r\n\r\n--frontier--'),
      TYPE,
    ],
    [
      'more parts than any form has',
      formOf(Array.from({ length: 1_001 }, () => [named('a'), '1'] as const)),
      TYPE,
    ],
    ['an empty body', Buffer.alloc(0), TYPE],
  ] as const) {
    it(`are none of ${what}`, () => expect(multipartFields(body, type)).to.equal(null));
  }
});
