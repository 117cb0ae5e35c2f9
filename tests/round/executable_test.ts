// Guards that a file which is no program of this machine is told before a shell would run it as its script.
import assert from "node:assert/strict";
import fc from "fast-check";
import { machineFault } from "../../src/round/executable.ts";

function elf(
  machine: number,
  options: { readonly type?: number; readonly isBig?: boolean; readonly length?: number } = {},
) {
  const head = new Uint8Array(options.length ?? 64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, options.isBig ? 2 : 1, 1]);
  const put = (at: number, value: number) =>
    head.set(options.isBig ? [value >> 8, value & 255] : [value & 255, value >> 8], at);
  put(16, options.type ?? 2);
  put(18, machine);
  return head;
}

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("machineFault() passes programs of this machine, also position independent and 32-bit ones", () => {
  assert.equal(machineFault(elf(62), "x86_64"), null);
  assert.equal(machineFault(elf(62, { type: 3 }), "x86_64"), null);
  assert.equal(machineFault(elf(3), "x86_64"), null);
  assert.equal(machineFault(elf(183), "aarch64"), null);
  assert.equal(machineFault(elf(40), "aarch64"), null);
});

Deno.test("machineFault() names the machine a program was built for", () => {
  assert.equal(machineFault(elf(183), "x86_64"), "is built for aarch64, and this machine is x86_64");
  assert.equal(machineFault(elf(62), "aarch64"), "is built for x86_64, and this machine is aarch64");
  assert.equal(machineFault(elf(243), "x86_64"), "is built for machine type 243, and this machine is x86_64");
  assert.equal(
    machineFault(elf(22, { isBig: true }), "x86_64"),
    "is built for machine type 22, and this machine is x86_64",
  );
});

Deno.test("machineFault() refuses damaged programs and those that are none", () => {
  assert.match(machineFault(elf(62, { length: 40 }), "x86_64")!, /damaged/);
  assert.match(machineFault(elf(62, { type: 1 }), "x86_64")!, /no executable/);
  assert.equal(machineFault(null, "x86_64"), "is empty");
  assert.equal(machineFault(new Uint8Array(), "x86_64"), "is empty");
  assert.match(machineFault(new Uint8Array([1, 0, 2, 3]), "x86_64")!, /neither a program nor a script/);
});

Deno.test("machineFault() passes scripts, with or without a first line, and programs of macOS", () => {
  for (const script of ["#!/usr/bin/env node\n", "echo hello\n", "#!/bin/sh\r\n", "é"]) {
    assert.equal(machineFault(text(script), "x86_64"), null);
  }
  assert.equal(machineFault(new Uint8Array([0xcf, 0xfa, 0xed, 0xfe, 0, 0]), "aarch64"), null);
  assert.equal(machineFault(new Uint8Array([0xca, 0xfe, 0xba, 0xbe, 0, 0]), "aarch64"), null);
});

Deno.test("machineFault() does not judge programs of a machine it does not know", () => {
  assert.equal(machineFault(elf(243), "riscv64"), null);
});

Deno.test("machineFault() never throws, whatever a file holds", () => {
  const elfLike = fc.uint8Array({ maxLength: 256 }).map((tail) => new Uint8Array([0x7f, 0x45, 0x4c, 0x46, ...tail]));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 256 }), elfLike), fc.string(), (head, machine) => {
    const fault = machineFault(head, machine);
    assert.ok(fault === null || fault.startsWith("is "));
  }));
});
