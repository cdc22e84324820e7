// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `Model`: the trace, with answers to what the parts of the page ask.

'use strict';

/**
 * @typedef {object} Argument of an event
 * @property {string} label
 * @property {string} [text]
 * @property {number} [lane]
 * @property {number} [node]
 * @property {{text: string, lane: number, chosen: boolean}[]} [tasks]
 */

/** Lanes of a kind that are no tasks share a row. */
const KIND_TASK = 1;
const KIND_PLURALS = ['', 'tasks', 'callbacks', 'timers', 'messages'];

/** Of what led to an event, see analysis/causes.h. */
const CAUSE_STEP = 1;
const CAUSE_MESSAGE = 6;

/** Kinds of events that are never left out of the picture. */
const RARE_KINDS = ['failure', 'fault', 'node_changed'];

class Model {
  /** @param {ReturnType<typeof decode>} data */
  constructor(data) {
    this.data = data;
    this.size = data.size;
    this.lanes = data.lanes;
    this.first = this.count('first');
    this.choicesOnly = this.count('choices_only') === 1;
    const failed = data.counts.get('failed_event');
    /** The event at which the run failed, or -1. */
    this.failed = failed === undefined || failed - this.first >= this.size ? -1 : failed - this.first;
    this.kindOfRecord = new Uint8Array(data.records.size);
    this.textOfRecord = new Uint32Array(data.records.size);
    const wire = new Wire(data.records.bytes);
    for (let i = 0; i < data.records.size; ++i) {
      wire.at = data.records.ends[i];
      this.kindOfRecord[i] = wire.number();
      this.textOfRecord[i] = wire.number();
    }
    this.kinds = new Map(data.kinds.map((kind, i) => [kind, i]));
    this.woken = this.kinds.get('woken') ?? -1;
    this.spawned = this.kinds.get('spawned') ?? -1;
    this.choice = this.kinds.get('choice') ?? -1;
    this.dropped = this.kinds.get('message_dropped') ?? -1;
    /** @type {Map<number, Argument[]>} */
    this.argumentsKnown = new Map();
    this.findRareEvents();
  }

  /**
   * @param {string} key
   * @returns {string}
   */
  fact(key) {
    return this.data.facts.get(key) ?? '';
  }

  /**
   * @param {string} key
   * @returns {number}
   */
  count(key) {
    return this.data.counts.get(key) ?? 0;
  }

  findRareEvents() {
    const rare = new Set(RARE_KINDS.map((kind) => this.kinds.get(kind)));
    const isRare = Uint8Array.from(this.kindOfRecord, (kind) => (rare.has(kind) ? 1 : 0));
    const events = [];
    const {record} = this.data;
    for (let i = 0; i < this.size && events.length < 5000; ++i) {
      if (isRare[record[i]]) events.push(i);
    }
    this.rare = Uint32Array.from(events);
  }

  /**
   * @param {number} event
   * @returns {number} the kind's number
   */
  kind(event) {
    return this.kindOfRecord[this.data.record[event]];
  }

  /**
   * @param {number} event
   * @returns {string}
   */
  kindName(event) {
    return this.data.kinds[this.kind(event)];
  }

  /** @param {number} event */
  lane(event) {
    return this.data.lane[event];
  }

  /**
   * The number that people know the event by.
   * @param {number} event
   */
  number(event) {
    return this.first + event;
  }

  /**
   * @param {number} event
   * @returns {string} "#18204"
   */
  label(event) {
    return '#' + this.number(event);
  }

  /**
   * @param {number} event
   * @returns {string}
   */
  text(event) {
    const record = this.data.record[event];
    let text = this.data.texts.get(this.textOfRecord[record]);
    if (this.kindOfRecord[record] === this.choice) {
      const chosen = this.candidates(event).find((task) => task.chosen);
      if (chosen) text += ' → ' + chosen.text;
    }
    return text;
  }

  /**
   * @param {number} event
   * @returns {string} "bank.cc:41 Transfer", or ""
   */
  site(event) {
    const site = this.data.site[event];
    return site === 0 ? '' : this.data.texts.get(this.data.sites[site - 1]);
  }

  /**
   * @param {number} lane
   * @returns {string}
   */
  laneName(lane) {
    return this.lanes.length === 0 ? '' : this.lanes[lane].name;
  }

  /**
   * @param {number} node
   * @returns {string}
   */
  nodeName(node) {
    return this.data.nodes.get(node) ?? 'node ' + node;
  }

  /**
   * Returns seconds with three decimals, or as many as it takes to be exact.
   * @param {number} event
   * @returns {string} "1.250s", or "" where there are no times
   */
  time(event) {
    if (this.data.seconds.length === 0) return '';
    const instant = this.data.instant[event];
    let seconds = this.data.seconds[instant];
    let rest = this.data.nanoseconds[instant];
    const sign = seconds < 0 ? '-' : '';
    if (seconds < 0) {
      seconds = rest === 0 ? -seconds : -seconds - 1;
      rest = rest === 0 ? 0 : 1e9 - rest;
    }
    const decimals = String(rest).padStart(9, '0').replace(/0{1,6}$/, '');
    return sign + seconds + '.' + decimals + 's';
  }

  /**
   * Returns nanoseconds since the first event, near enough to draw them.
   * @param {number} event
   * @returns {number}
   */
  since(event) {
    const {instant, seconds, nanoseconds} = this.data;
    if (seconds.length === 0) return 0;
    const i = instant[event];
    return (seconds[i] - seconds[0]) * 1e9 + (nanoseconds[i] - nanoseconds[0]);
  }

  /**
   * Returns what led to the event: an event, -1 if nothing is known to, or -2
   * if it is not in this page.
   * @param {number} event
   * @returns {number}
   */
  cause(event) {
    const distance = this.data.cause[event];
    if (distance === 0) return -1;
    return distance > event ? -2 : event - distance;
  }

  /**
   * The number of what led to the event, for one that is not in the page.
   * @param {number} event
   */
  causeNumber(event) {
    return this.number(event) - this.data.cause[event];
  }

  /**
   * @param {number} event
   * @returns {string} "woken by"
   */
  causeName(event) {
    return this.data.causeKinds[this.data.causeKind[event]];
  }

  /**
   * @param {number} event
   * @returns {Argument[]}
   */
  arguments(event) {
    const record = this.data.record[event];
    const known = this.argumentsKnown.get(record);
    if (known) return known;
    const wire = new Wire(this.data.records.entry(record));
    wire.number();
    wire.number();
    const {texts} = this.data;
    const all = wire.list(() => {
      const label = texts.get(wire.number());
      switch (wire.number()) {
        case 1: {
          const lane = wire.number();
          return {label, lane, text: this.laneName(lane)};
        }
        case 2: {
          const tasks = wire.list(() => {
            const lane = wire.number() - 1;
            const text = lane < 0 ? texts.get(wire.number()) : this.laneName(lane);
            return {lane, text, chosen: false};
          });
          const chosen = wire.number();
          if (chosen) tasks[chosen - 1].chosen = true;
          return {label, tasks};
        }
        case 3: {
          const node = wire.number();
          return {label, node, text: this.nodeName(node)};
        }
        default:
          return {label, text: texts.get(wire.number())};
      }
    });
    if (this.argumentsKnown.size > 50000) this.argumentsKnown.clear();
    this.argumentsKnown.set(record, all);
    return all;
  }

  /**
   * Returns among whom the event chose.
   * @param {number} event
   */
  candidates(event) {
    return this.arguments(event).find((argument) => argument.tasks)?.tasks ?? [];
  }

  /**
   * Returns the lane that the event did something to, or -1.
   * @param {number} event
   * @returns {number}
   */
  target(event) {
    return this.arguments(event).find((argument) => argument.lane !== undefined)?.lane ?? -1;
  }
}
