// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// Reading the data of the page. report/encode.h says what stands where.

'use strict';

/** Reads what wire.h writes. */
class Wire {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** @returns {number} */
  number() {
    let byte = this.bytes[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    do {
      byte = this.bytes[this.at++];
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    if (this.at > this.bytes.length) throw new Error('the data of the report ends early');
    return value;
  }

  /** @returns {number} */
  signed() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** @returns {Uint8Array} */
  sized() {
    const size = this.number();
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  /**
   * Returns what `one` reads, as often as the number says that comes first.
   * @template T
   * @param {() => T} one
   * @returns {T[]}
   */
  list(one) {
    const count = this.number();
    const all = [];
    for (let i = 0; i < count; ++i) all.push(one());
    return all;
  }
}

/** A table of byte strings. */
class WireTable {
  /** @param {Wire} wire */
  constructor(wire) {
    this.size = wire.number();
    this.ends = new Uint32Array(this.size + 1);
    for (let i = 0; i < this.size; ++i) this.ends[i + 1] = this.ends[i] + wire.number();
    this.bytes = wire.sized();
  }

  /**
   * @param {number} i
   * @returns {Uint8Array}
   */
  entry(i) {
    return this.bytes.subarray(this.ends[i], this.ends[i + 1]);
  }
}

/** Texts, made from their bytes when somebody asks for them. */
class Texts {
  /** @param {Wire} wire */
  constructor(wire) {
    this.table = new WireTable(wire);
    this.decoder = new TextDecoder();  // what is not UTF-8 becomes U+FFFD
    /** @type {string[]} */
    this.known = new Array(this.table.size);
  }

  /**
   * @param {number} i
   * @returns {string}
   */
  get(i) {
    return this.known[i] ??= harmless(this.decoder.decode(this.table.entry(i)));
  }
}

/**
 * Returns the bytes that stand in the page.
 * @returns {Promise<Uint8Array>}
 */
async function unpack() {
  const element = byId('data');
  const base64 = element.textContent.trim();
  element.remove();
  let packed;
  if (typeof Uint8Array.fromBase64 === 'function') {
    packed = Uint8Array.fromBase64(base64);
  } else {
    const text = atob(base64);
    packed = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) packed[i] = text.charCodeAt(i);
  }
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @typedef {object} Lane what one task or callback did
 * @property {string} name
 * @property {number} kind 1 task, 2 callback, 3 timer, 4 message
 * @property {number} node 0: none
 * @property {number} first
 * @property {number} last
 * @property {boolean} over
 * @property {Uint32Array} begins of its runs
 * @property {Uint32Array} ends one past the last event of each
 */

/**
 * @param {Wire} wire
 * @param {Texts} texts
 * @returns {Lane}
 */
function decodeLane(wire, texts) {
  const lane = {
    name: texts.get(wire.number()),
    kind: wire.number(),
    node: wire.number(),
    first: wire.number(),
    last: wire.number(),
    over: wire.number() === 1,
    begins: new Uint32Array(0),
    ends: new Uint32Array(0),
  };
  const runs = wire.number();
  lane.begins = new Uint32Array(runs);
  lane.ends = new Uint32Array(runs);
  let at = 0;
  for (let i = 0; i < runs; ++i) {
    lane.begins[i] = at += wire.number();
    lane.ends[i] = at += wire.number();
  }
  return lane;
}

/**
 * Returns a column of numbers.
 * @template {Uint8Array|Uint32Array} A
 * @param {Wire} wire
 * @param {A} column
 * @returns {A}
 */
function decodeColumn(wire, column) {
  const from = new Wire(wire.sized());
  for (let i = 0; i < column.length; ++i) column[i] = from.number();
  return column;
}

/**
 * Returns all that is in the data.
 * @param {Uint8Array} bytes
 */
function decode(bytes) {
  const wire = new Wire(bytes);
  const version = wire.number();
  if (version !== 1) throw new Error('the data of the report is of version ' + version);
  const texts = new Texts(wire);
  const text = () => texts.get(wire.number());
  const number = () => wire.number();
  /** @type {Map<string, string>} */
  const facts = new Map(wire.list(() => [text(), text()]));
  /** @type {Map<string, number>} */
  const counts = new Map(wire.list(() => [text(), number()]));
  const kinds = wire.list(text);
  const causeKinds = wire.list(text);
  /** @type {Map<number, string>} */
  const nodes = new Map(wire.list(() => [number(), text()]));
  const sites = Uint32Array.from(wire.list(number));
  const lanes = wire.list(() => decodeLane(wire, texts));
  const bands = wire.list(() => ({
    node: number(),
    first: number(),
    count: number(),
    text: text(),
  }));
  const records = new WireTable(wire);
  const size = number();
  const record = decodeColumn(wire, new Uint32Array(size));
  let next = 0;
  for (let i = 0; i < size; ++i) record[i] = record[i] === 0 ? next++ : next - record[i];
  const lane = decodeColumn(wire, new Uint32Array(size));
  const site = decodeColumn(wire, new Uint32Array(size));
  const cause = decodeColumn(wire, new Uint32Array(size));
  const causeKind = decodeColumn(wire, new Uint8Array(size));
  const instants = number();
  const seconds = new Float64Array(instants);
  const nanoseconds = new Uint32Array(instants);
  const instant = new Uint32Array(size);
  for (let i = 0, at = 0, second = 0; i < instants; ++i) {
    seconds[i] = second += wire.signed();
    nanoseconds[i] = number();
    const end = at + number();
    instant.fill(i, at, end);
    at = end;
  }
  const tasks = wire.list(() => ({
    lane: number() - 1,
    name: text(),
    wait: text(),
    waitsFor: text(),
    heldBy: text(),
    spawnedAt: text(),
    running: number() === 1,
    stack: wire.list(text),
    awaitedBy: wire.list(text),
  }));
  return {
    texts, facts, counts, kinds, causeKinds, nodes, sites, lanes, bands, records, size, record, lane,
    site, cause, causeKind, seconds, nanoseconds, instant, tasks,
  };
}
