import fc from "fast-check";
import { expect, test } from "vitest";
import { concat, string, uint32, WireReader } from "../../src/keys/wire.ts";

test("what is written is read, to the last byte", () => {
  const property = (number: number, text: Uint8Array, byte: number, tail: Uint8Array) => {
    const reader = new WireReader(concat(uint32(number), string(text), Uint8Array.of(byte), tail));
    expect(reader.uint32()).toBe(number);
    expect(Buffer.from(reader.string())).toEqual(Buffer.from(text));
    expect(reader.uint8()).toBe(byte);
    expect(reader.ended()).toBe(tail.length === 0);
    expect(Buffer.from(reader.rest())).toEqual(Buffer.from(tail));
    expect(reader.ended()).toBe(true);
  };
  const numbers = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(numbers, fc.uint8Array(), fc.nat(255), fc.uint8Array(), property));
});

test("numbers are big-endian and unsigned", () => {
  expect([...uint32(0xfedcba98)]).toEqual([0xfe, 0xdc, 0xba, 0x98]);
  expect(new WireReader(Uint8Array.of(0xfe, 0xdc, 0xba, 0x98)).uint32()).toBe(0xfedcba98);
});

test("a string is its length and its UTF-8 bytes", () => {
  expect([...string("né")]).toEqual([0, 0, 0, 3, 0x6e, 0xc3, 0xa9]);
});

test("every cut of a message is noticed, and a read past the end takes nothing", () => {
  const whole = concat(uint32(7), string("ssh-ed25519"));
  for (let length = 0; length < whole.length; length += 1) {
    const reader = new WireReader(whole.subarray(0, length));
    reader.uint32();
    reader.string();
    expect(reader.ended()).toBe(false);
  }
});

test("a length beyond the end gives no bytes and does not recover", () => {
  const reader = new WireReader(concat(uint32(0xffffffff), Uint8Array.of(1, 2, 3)));
  expect(reader.string()).toHaveLength(0);
  expect(reader.uint8()).toBe(0);
  expect(reader.rest()).toHaveLength(0);
  expect(reader.ended()).toBe(false);
});

test("a name keeps bytes apart that are no ASCII", () => {
  expect(new WireReader(string(Uint8Array.of(0x73, 0xff))).name()).toBe("s\u00ff");
});
