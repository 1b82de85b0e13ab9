import { expect } from 'chai';
import { readContent } from '../../../packages/core/src/inbound/request-content.js';
import { expectError } from '../../support/expect-error.js';

const FORM = 'application/x-www-form-urlencoded';
const read = (text: string | Buffer, type: string | null) => readContent(Buffer.from(text), type);

describe('the content of a request', () => {
  for (const [what, text, type, data] of [
    ['JSON as its sender wrote it', '{"a": 1}', 'application/json; charset=utf-8', { a: 1 }],
    ['JSON under any type', '{"a":1}', 'text/plain', { a: 1 }],
    ['JSON of a number', '17', null, 17],
    ['a form as an object', 'a=1&b=2&b=3', FORM, { a: '1', b: ['2', '3'] }],
    ['the JSON in the payload of a form', `payload=${encodeURIComponent('{"a":1}')}&x=1`, FORM, { a: 1 }],
    ['the JSON in the only field of a form', `data=${encodeURIComponent(' [1]')}`, FORM, [1]],
    ['a form with JSON among other fields as it is', 'data=%5B1%5D&x=1', FORM, { data: '[1]', x: '1' }],
    ['a form whose only field is no JSON', 'data=%5B1', FORM, { data: '[1' }],
    ['text', 'hello', 'text/plain', 'hello'],
    ['text that begins like JSON', "{'a':1}", null, "{'a':1}"],
    ['nothing', '', 'application/json', null],
  ] as const) {
    it(`is ${what}`, () => {
      const content = read(text, type);
      expect(content.data).to.deep.equal(data);
      expect(JSON.parse(content.json)).to.deep.equal(data);
    });
  }

  it('is the sender’s own text where that is JSON', () => {
    expect(read('{"a":1.0, "a":2}', 'application/json').json).to.equal('{"a":1.0, "a":2}');
    expect(read(`x=${encodeURIComponent('{"a":1.0}')}`, FORM).json).to.equal('{"a":1.0}');
  });

  it('is base64 where it is no text', () => {
    expect(read(Buffer.from([0xff]), null).data).to.deep.equal({ base64: '/w==' });
  });

  it('is the fields of a multipart form, or the bytes of what is none', () => {
    const type = 'multipart/form-data; boundary=b';
    const form = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--';
    expect(read(form, type).data).to.deep.equal({ x: '1' });
    expect(read('--b', type).data).to.equal('--b');
  });

  for (const [text, type] of [
    ['{"a":', 'application/json'],
    ["{'a':1}", 'application/cloudevents+json'],
    [`${'['.repeat(1_001)}${']'.repeat(1_001)}`, 'application/json'],
    ['payload=%7B', FORM],
  ] as const) {
    it(`is refused where it says that it is JSON and is not: ${text.slice(0, 10)}`, async () => {
      await expectError('PAYLOAD_NOT_JSON', () => read(text, type));
    });
  }
});
