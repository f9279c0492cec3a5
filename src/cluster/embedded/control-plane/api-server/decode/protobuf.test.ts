import { expect, test } from 'vitest';
import { fromProtobuf } from './protobuf.ts';

/** A field that holds bytes: text, or a message made of fields. */
function field(number: number, ...parts: (string | Buffer)[]): Buffer {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
}

function numeric(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function message(apiVersion: string, kind: string, ...fields: Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, field(1, apiVersion), field(2, kind)),
    field(2, ...fields),
  ]);
}

test('a Service: nested messages, lists, maps, numbers, ports by number or name', () => {
  const ports = [
    field(1, field(1, 'http'), numeric(3, 80), field(4, numeric(1, 0), numeric(2, 8080)), numeric(5, 0)),
    field(1, field(1, 'admin'), numeric(3, 81), field(4, numeric(1, 1), field(3, 'adm'))),
  ];
  const bytes = message(
    'v1',
    'Service',
    field(1, field(1, 'web'), field(2, ''), field(8), field(11, field(1, 'app'), field(2, 'web'))),
    field(2, ...ports, field(2, field(1, 'app'), field(2, 'web')), numeric(13, 0)),
  );
  expect(fromProtobuf(bytes)).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'admin', port: 81, targetPort: 'adm' },
      ],
      selector: { app: 'web' },
    },
  });
});

test('pointers keep their zero, bytes become base64, inline structs disappear', () => {
  const replicas = message('apps/v1', 'Deployment', field(2, numeric(1, 0)));
  expect(fromProtobuf(replicas)).toMatchObject({ spec: { replicas: 0 } });
  const secret = message('v1', 'Secret', field(2, field(1, 'k'), field(2, 'value')));
  expect(fromProtobuf(secret)).toMatchObject({ data: { k: Buffer.from('value').toString('base64') } });
  const volume = field(1, field(1, 'v'), field(2, field(19, field(1, field(1, 'settings')))));
  const pod = message('v1', 'Pod', field(2, volume));
  expect(fromProtobuf(pod)).toMatchObject({
    spec: { volumes: [{ name: 'v', configMap: { name: 'settings' } }] },
  });
});

test('what is no such object is refused', () => {
  expect(() => fromProtobuf(Buffer.from('{}'))).toThrow('does not appear to be a protobuf message');
  expect(() => fromProtobuf(message('example.com/v1', 'Thing'))).toThrow('no kind "Thing" is registered');
  expect(() => fromProtobuf(message('v1', 'Pod', field(1, 'x')).subarray(0, -1))).toThrow('unexpected EOF');
});
