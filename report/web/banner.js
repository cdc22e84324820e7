// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// The banner: what failed, where, in which run, and the commands that repeat it.

'use strict';

/**
 * Copies a text. Returns whether that worked.
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Of an older browser, or one that does not trust files.
    const area = /** @type {HTMLTextAreaElement} */ (make('textarea.offscreen'));
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/**
 * @param {string} name
 * @param {string} command
 * @returns {HTMLElement}
 */
function commandRow(name, command) {
  const button = makeButton('button.copy', 'Copy', async () => {
    const done = await copy(command);
    button.textContent = done ? 'Copied' : 'Select it';
    setTimeout(() => button.textContent = 'Copy', 1500);
  });
  button.id = 'copy-' + name;
  button.setAttribute('aria-label', 'Copy the command: ' + name);
  const code = make('code', command);
  code.tabIndex = 0;
  return make('div.command', make('span.name', name), code, button);
}

/**
 * Returns what became of the run, for the badge and the color.
 * @param {Model} model
 */
function verdict(model) {
  const outcome = model.fact('outcome');
  if (model.count('completed') === 1 && model.failed < 0 && !model.fact('message')) {
    return {word: 'completed', tone: 'good'};
  }
  if (model.fact('message') || model.failed >= 0) return {word: outcome === 'unknown' ? 'failed' : outcome, tone: 'bad'};
  return {word: outcome === 'unknown' ? 'end unknown' : outcome, tone: outcome === 'unknown' ? 'unknown' : 'bad'};
}

/**
 * @param {Model} model
 * @param {() => void} toFailure
 */
function showBanner(model, toFailure) {
  const banner = byId('banner');
  const {word, tone} = verdict(model);
  banner.classList.add(tone);
  const parameter = model.fact('parameter');
  const test = (model.fact('test') || model.fact('trace') || 'a run') + (parameter ? ' (' + parameter + ')' : '');
  document.title = test + ' ' + word;
  const help = makeButton('button.round', '?', () => showHelp());
  help.id = 'help-button';
  help.setAttribute('aria-label', 'Help: keys and the filter');
  const theme = makeButton('button.round', '◐', () => switchTheme());
  theme.id = 'theme-button';
  theme.setAttribute('aria-label', 'Light or dark');
  theme.title = 'Light or dark (d)';
  help.title = 'Keys (?)';
  const parts = [
    make('div.head', make('span.verdict', word), make('h1', shortened(test, 300)), make('div.corner', theme, help)),
  ];
  const message = model.fact('message');
  const body = make('div.body');
  const left = make('div.what');
  if (message) left.append(make('pre.message', shortened(message, 20000)));
  const place = make('ul.place');
  const site = model.fact('site') || model.fact('failed_site');
  if (site) place.append(make('li', make('code', site)));
  if (model.fact('failed_task')) place.append(make('li', 'in ', make('b', shortened(model.fact('failed_task'), 120))));
  if (model.failed >= 0) {
    place.append(make('li', makeButton('button.jump', 'event ' + model.label(model.failed), toFailure)));
  }
  if (model.fact('failed_at')) place.append(make('li', 'at ' + model.fact('failed_at')));
  if (model.count('failed_step')) place.append(make('li', 'step ' + model.count('failed_step')));
  if (!message && model.fact('elapsed')) place.append(make('li', 'after ' + model.fact('elapsed')));
  if (place.children.length) left.append(place);
  const right = make('div.again');
  const run = make('dl.run');
  const fact = (label, value) => value && run.append(make('div', make('dt', label), make('dd', value)));
  fact('seed', model.fact('seed'));
  fact('scheduler', model.fact('scheduler'));
  fact('run', String(model.count('run')));
  if (model.count('steps')) fact('steps', String(model.count('steps')));
  right.append(run);
  for (const name of ['rerun', 'replay']) {
    if (model.fact(name)) right.append(commandRow(name, model.fact(name)));
  }
  body.append(left, right);
  parts.push(body);
  banner.replaceChildren(...parts);
}

/**
 * Says what the page does not hold, and how to get it.
 * @param {Model} model
 */
function showNotices(model) {
  const notices = byId('notices');
  const add = (...parts) => notices.append(make('p.notice', ...parts));
  const before = model.count('cut_before');
  const after = model.count('cut_after');
  if (before || after) {
    const where = [before && before + ' before', after && after + ' after'].filter((part) => part).join(' and ');
    add('This report holds ' + model.size + ' events around the failure; ' + where +
        ' were cut. For more of them: ', make('code', 'orrery report --window=N'), '.');
  }
  if (model.count('lost') && !before) {
    add('The trace begins at ' + '#' + model.count('lost') +
        ': to stay within its budget, the run kept its last events only.');
  }
  if (model.choicesOnly) {
    add('This trace holds the choices of the run and no events. To see the events, replay it with ',
        make('code', '--orrery_trace_level=events'), model.fact('replay') ? ' behind the command above, ' : ', ',
        'and make a report of the trace that this writes.');
  }
  if (model.fact('damage')) add('The trace is not whole: ' + model.fact('damage'));
  if (model.fact('recovered')) add('The trace was recovered from a damaged one: ' + model.fact('recovered'));
  if (model.count('unknown_events')) {
    add(model.count('unknown_events') + ' events are of kinds that the program which made this report does not know.');
  }
}

/** @param {Model} model */
function showRun(model) {
  const list = make('dl.facts');
  const fact = (label, value) => value && list.append(make('dt', label), make('dd', make('span.value', value)));
  fact('outcome', model.fact('outcome'));
  fact('test', model.fact('test'));
  fact('parameter', model.fact('parameter'));
  fact('target', model.fact('target'));
  fact('arguments', model.fact('arguments'));
  fact('seed', model.fact('seed'));
  fact('scheduler', model.fact('scheduler'));
  fact('run', String(model.count('run')));
  fact('simulated time', model.fact('elapsed'));
  if (model.count('steps')) fact('steps', String(model.count('steps')));
  fact('choices', String(model.count('choices')));
  if (!model.choicesOnly) {
    fact('events', String(model.size + model.count('cut_before') + model.count('cut_after') + model.count('lost')));
    fact('tasks', String(model.lanes.filter((lane) => lane.kind === KIND_TASK).length - 1));
  }
  fact('schedule digest', model.fact('schedule_digest'));
  fact('data digest', model.fact('data_digest'));
  fact('build', model.fact('build'));
  fact('compiler', model.fact('compiler'));
  fact('mode', model.fact('mode'));
  fact('trace', model.fact('trace'));
  byId('panel-run').replaceChildren(list);
}
