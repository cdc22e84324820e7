// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// Keys, their help, and light and dark.

'use strict';

const HELP = [
  ['j  k', 'next, previous event (of those the filter lets through)'],
  ['n  p', 'next, previous event of the same task'],
  ['c', 'to what led to this event'],
  ['b', 'back to where you were'],
  ['f', 'to the failure'],
  ['/', 'filter'],
  ['Esc', 'leave the filter; once more: empty it'],
  ['+  −', 'closer, farther'],
  ['0', 'the whole run'],
  ['←  →', 'to the left, to the right'],
  ['t', 'from left to right: steps or time'],
  ['d', 'light or dark'],
  ['?', 'this help'],
];

const FILTER_HELP = [
  ['balance', 'events with this text in their words, task or source'],
  ['"two words"', 'the text as it stands'],
  ['kind:log,fault', 'events of one of these kinds'],
  ['task:client', 'events of tasks whose name has this in it'],
  ['node:replica', 'events on such nodes'],
  ['site:bank.cc', 'events from such places in the source'],
  ['-kind:access', 'events that do not fit'],
];

function showHelp() {
  const help = /** @type {HTMLDialogElement} */ (byId('help'));
  const table = (rows) => {
    const list = make('dl');
    for (const [key, what] of rows) list.append(make('dt', make('kbd', key)), make('dd', what));
    return list;
  };
  const title = make('h2', 'Keys');
  title.id = 'help-title';
  help.replaceChildren(
      title, table(HELP), make('h2', 'Filter: words that all have to fit'), table(FILTER_HELP),
      make('p.quiet', 'In the picture: the wheel zooms, dragging moves, a click picks an event. ' +
          'Over the names the wheel goes through the rows. The address of the page (#e=…) names the picked event.'),
      makeButton('button.copy', 'Close', () => help.close()));
  if (!help.open) help.showModal();
}

/** Sets light or dark for good, as far as the browser lets files keep things. */
function switchTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  setTheme(theme);
  try {
    localStorage.setItem('orrery-theme', theme);
  } catch {
    // It is forgotten, then.
  }
}

/** @param {string} theme '' is what the system says */
function setTheme(theme) {
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme || system;
  document.dispatchEvent(new Event('theme'));
}

function rememberedTheme() {
  try {
    return localStorage.getItem('orrery-theme') ?? '';
  } catch {
    return '';
  }
}

/**
 * Calls what belongs to a key.
 * @param {Record<string, () => void>} actions by key
 */
function listenToKeys(actions) {
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (target.closest('input, textarea, dialog')) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
