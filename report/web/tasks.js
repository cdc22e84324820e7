// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// The tasks that were not done: who waits for whom.

'use strict';

const TASKS_AT_FIRST = 300;

/**
 * Returns a tree as base/task_tree.h draws it: below each task those that it
 * awaits, and the one that holds what it wants.
 * @param {Model} model
 */
function waitTree(model) {
  const {tasks} = model.data;
  const byName = new Map(tasks.map((task, i) => [task.name, i]));
  /** @type {number[][]} */
  const children = tasks.map(() => []);
  const isWaitedFor = new Array(tasks.length).fill(false);
  const link = (waiter, awaited) => {
    if (waiter === undefined || awaited === undefined || waiter === awaited) return;
    if (!children[waiter].includes(awaited)) children[waiter].push(awaited);
    isWaitedFor[awaited] = true;
  };
  tasks.forEach((task, i) => {
    for (const name of task.awaitedBy) link(byName.get(name), i);
    if (task.heldBy) link(i, byName.get(task.heldBy));
  });
  const roots = [];
  const seen = new Set();
  const walk = (task) => {
    const open = [task];
    while (open.length) {
      const next = open.pop();
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...children[next]);
    }
  };
  const addRoot = (task) => {
    roots.push(task);
    walk(task);
  };
  tasks.forEach((_, i) => isWaitedFor[i] || addRoot(i));
  // What is left stands in circles for which nobody else waits.
  tasks.forEach((_, i) => seen.has(i) || addRoot(i));
  return {roots, children};
}

/**
 * Fills the panel of blocked tasks. Returns how many there are.
 * @param {Model} model
 * @param {(lane: number) => void} go
 * @returns {number}
 */
function showTasks(model, go) {
  const panel = byId('panel-tasks');
  const {tasks} = model.data;
  const total = model.count('not_done');
  if (tasks.length === 0) {
    panel.replaceChildren(make('p.quiet', 'All tasks were done when the run ended.'));
    return 0;
  }
  const {roots, children} = waitTree(model);
  const shown = new Set();
  const lines = [];
  const visit = (task, depth, path) => {
    if (shown.has(task)) {
      const isCircle = path.includes(task);
      lines.push({task, depth, again: isCircle ? 'circle' : 'again'});
      return;
    }
    shown.add(task);
    lines.push({task, depth, again: ''});
    if (path.length < 200) {
      for (const child of children[task]) visit(child, depth + 1, [...path, task]);
    }
  };
  for (const root of roots) visit(root, 0, []);
  const list = make('div.tree');
  const add = (part) => {
    for (const line of part) list.append(treeLine(tasks[line.task], line.depth, line.again, go));
  };
  add(lines.slice(0, TASKS_AT_FIRST));
  const more = lines.length <= TASKS_AT_FIRST ? null :
      makeButton('button.link', (lines.length - TASKS_AT_FIRST) + ' more', () => {
        more.remove();
        add(lines.slice(TASKS_AT_FIRST));
      });
  const kept = tasks.length < total ? ', of which the trace keeps ' + tasks.length : '';
  panel.replaceChildren(
      make('p.quiet', total + (total === 1 ? ' task was' : ' tasks were') + ' not done' + kept +
          '; below each one those that it waits for.'),
      list, ...(more ? [more] : []));
  return total;
}

/**
 * @param {Model['data']['tasks'][0]} task
 * @param {number} depth
 * @param {string} again '' for the first time
 * @param {(lane: number) => void} go
 */
function treeLine(task, depth, again, go) {
  const name = task.lane < 0 ? make('b', task.name) :
      makeButton('button.link', shortened(task.name, 200), () => go(task.lane));
  const line = make('div.task', name);
  line.style.paddingInlineStart = Math.min(depth, 12) * 18 + (depth ? 14 : 0) + 'px';
  if (depth) line.classList.add('below');
  if (again) {
    line.append(make('span.badge' + (again === 'circle' ? '.circle' : ''), again === 'circle' ? 'a circle' : 'see above'));
    return line;
  }
  line.append(' ', make('span.wait', task.wait));
  for (const place of task.stack.slice(0, 20)) line.append(make('code.place', place));
  if (task.spawnedAt) line.append(make('div.quiet', 'spawned at ', make('code', task.spawnedAt)));
  return line;
}
