// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `Layout`: the rows of the picture. First the scheduler's, which stays in
// sight; then those that are on no machine; then a group for each node.

'use strict';

const ROW_HEIGHT = 26;
const NODE_HEIGHT = 24;

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} node
 * @property {boolean} isNode the title of a group: it has no lanes
 * @property {Lane[]} lanes one for a task; more for callbacks, timers and messages
 * @property {Uint32Array} begins of their runs
 * @property {Uint32Array} ends
 * @property {number} top from the top of all rows
 * @property {number} height
 */

/**
 * Returns the runs of several lanes in one list: only one of them runs at a time.
 * @param {Lane[]} lanes
 * @returns {{begins: Uint32Array, ends: Uint32Array}}
 */
function mergedRuns(lanes) {
  if (lanes.length === 1) return {begins: lanes[0].begins, ends: lanes[0].ends};
  const runs = [];
  for (const lane of lanes) {
    for (let i = 0; i < lane.begins.length; ++i) runs.push([lane.begins[i], lane.ends[i]]);
  }
  runs.sort((a, b) => a[0] - b[0]);
  return {begins: Uint32Array.from(runs, (run) => run[0]), ends: Uint32Array.from(runs, (run) => run[1])};
}

class Layout {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Row[]} */
    this.rows = [];
    /** The row of each lane; the scheduler's is 0. */
    this.rowOfLane = new Uint32Array(Math.max(model.lanes.length, 1));
    this.height = 0;
    this.addRows();
    this.sortEvents();
  }

  addRows() {
    const {lanes} = this.model;
    const groups = new Map([[0, []]]);
    for (const node of this.model.data.nodes.keys()) groups.set(node, []);
    for (let i = 1; i < lanes.length; ++i) {
      const {node} = lanes[i];
      if (!groups.has(node)) groups.set(node, []);
      groups.get(node).push(i);
    }
    this.add('scheduler', 0, false, lanes.length ? [0] : []);
    const scheduler = this.rows[0];
    this.height = 0;
    scheduler.top = 0;
    for (const [node, members] of groups) {
      if (node !== 0) this.add(this.model.nodeName(node), node, true, []);
      const tasks = members.filter((i) => lanes[i].kind === KIND_TASK);
      for (const i of tasks) this.add(lanes[i].name, node, false, [i]);
      for (let kind = KIND_TASK + 1; kind < KIND_PLURALS.length; ++kind) {
        const others = members.filter((i) => lanes[i].kind === kind);
        if (others.length === 1) this.add(lanes[others[0]].name, node, false, others);
        else if (others.length) this.add(others.length + ' ' + KIND_PLURALS[kind], node, false, others);
      }
    }
  }

  /**
   * @param {string} name
   * @param {number} node
   * @param {boolean} isNode
   * @param {number[]} members
   */
  add(name, node, isNode, members) {
    const height = isNode ? NODE_HEIGHT : ROW_HEIGHT;
    const lanes = members.map((i) => this.model.lanes[i]);
    const runs = lanes.length ? mergedRuns(lanes) : {begins: new Uint32Array(0), ends: new Uint32Array(0)};
    for (const i of members) this.rowOfLane[i] = this.rows.length;
    this.rows.push({name, node, isNode, lanes, ...runs, top: this.height, height});
    this.height += height;
  }

  /** Lists the events of each row, one row after another. */
  sortEvents() {
    const {size, data} = this.model;
    this.starts = new Uint32Array(this.rows.length + 1);
    for (let i = 0; i < size; ++i) ++this.starts[this.rowOfLane[data.lane[i]] + 1];
    for (let row = 0; row < this.rows.length; ++row) this.starts[row + 1] += this.starts[row];
    const next = this.starts.slice(0, -1);
    this.events = new Uint32Array(size);
    for (let i = 0; i < size; ++i) this.events[next[this.rowOfLane[data.lane[i]]]++] = i;
  }

  /** @param {number} event */
  rowOf(event) {
    return this.rowOfLane[this.model.lane(event)];
  }

  /**
   * Returns the events that a row has, in their order.
   * @param {number} row
   * @returns {Uint32Array}
   */
  eventsOf(row) {
    return this.events.subarray(this.starts[row], this.starts[row + 1]);
  }

  /**
   * Returns the row at a height below the scheduler's, or -1.
   * @param {number} y
   * @returns {number}
   */
  rowAt(y) {
    let low = 1;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].top + this.rows[middle].height <= y) low = middle + 1;
      else high = middle;
    }
    return low < this.rows.length && y >= 0 ? low : -1;
  }

  /**
   * Returns the rows that a node has: the first, and one past the last.
   * @param {number} node
   * @returns {[number, number]}
   */
  rowsOfNode(node) {
    const first = this.rows.findIndex((row, i) => i > 0 && row.node === node);
    if (first < 0) return [0, 0];
    let end = first;
    while (end < this.rows.length && this.rows[end].node === node) ++end;
    return [first, end];
  }
}

/**
 * Returns the index of the first number that is not below `value`.
 * @param {Uint32Array} sorted
 * @param {number} value
 * @returns {number}
 */
function lowerBound(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
