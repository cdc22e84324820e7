// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// The filter box: words that all have to fit, each by itself.

'use strict';

/** What may stand before a colon. */
const FILTER_FIELDS = ['kind', 'task', 'node', 'site'];

/**
 * @typedef {object} Condition
 * @property {boolean} not
 * @property {string} field '' is any
 * @property {string[]} values in small letters; one of them has to fit
 */

/**
 * Returns the conditions of a filter: words, "quoted texts", kind:log,fault,
 * task:client, -kind:access.
 * @param {string} filter
 * @returns {Condition[]}
 */
function parseFilter(filter) {
  const conditions = [];
  for (const match of filter.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const [, minus, name, quoted, plain] = match;
    const isField = name !== undefined && FILTER_FIELDS.includes(name.toLowerCase());
    const value = (quoted ?? plain).toLowerCase();
    conditions.push({
      not: minus === '-',
      field: isField ? name.toLowerCase() : '',
      values: isField && quoted === undefined ? value.split(',').filter((part) => part) :
          [name === undefined || isField ? value : name.toLowerCase() + ':' + value],
    });
  }
  return conditions.filter((condition) => condition.values.some((value) => value));
}

/**
 * Returns the events that a filter lets through, or null if all of them.
 * @param {Model} model
 * @param {string} filter
 * @returns {Uint32Array|null}
 */
function filterEvents(model, filter) {
  const conditions = parseFilter(filter);
  if (conditions.length === 0) return null;
  const {data} = model;
  const tests = conditions.map((condition) => {
    const {field, values} = condition;
    const fits = (text) => {
      const small = text.toLowerCase();
      return values.some((value) => small.includes(value)) ? 1 : 0;
    };
    const none = new Uint8Array(0);
    // What an event has in common with others is looked at once.
    return {
      not: condition.not,
      record: field === 'kind' ? Uint8Array.from(model.kindOfRecord, (kind) => fits(data.kinds[kind])) :
          field === '' ? Uint8Array.from(model.textOfRecord, (text) => fits(data.texts.get(text))) :
          none,
      lane: field === 'task' || field === '' ? Uint8Array.from(model.lanes, (lane) => fits(lane.name)) :
          field === 'node' ? Uint8Array.from(model.lanes, (lane) => (lane.node ? fits(model.nodeName(lane.node)) : 0)) :
          none,
      site: field === 'site' || field === '' ? Uint8Array.from(data.sites, (text) => fits(data.texts.get(text))) :
          none,
      number: field === '' && /^#?\d+$/.test(values[0]) ? Number(values[0].replace('#', '')) - model.first : -1,
    };
  });
  const found = new Uint32Array(model.size);
  let count = 0;
  for (let i = 0; i < model.size; ++i) {
    const fitsAll = tests.every((test) => {
      const fits = test.record[data.record[i]] === 1 || test.lane[data.lane[i]] === 1 ||
          (data.site[i] !== 0 && test.site[data.site[i] - 1] === 1) || test.number === i;
      return fits !== test.not;
    });
    if (fitsAll) found[count++] = i;
  }
  return found.slice(0, count);
}
