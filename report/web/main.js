// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// What ties the parts of the page together: one event is picked, and all parts
// show it.

'use strict';

class App {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.selected = -1;
    this.isResized = false;
    /** @type {number[]} */
    this.visited = [];
    showBanner(model, () => this.toFailure());
    showNotices(model);
    showRun(model);
    const main = byId('main');
    main.hidden = false;
    main.classList.toggle('choices', model.choicesOnly);
    main.classList.toggle('calm', model.size === 0);
    const select = (event) => this.select(event, false);
    this.timeline = model.choicesOnly ? null : new Timeline(model, select);
    byId('timeline').hidden = byId('splitter').hidden = model.choicesOnly;
    this.list = new EventList(model, select, (first, last) => this.timeline?.showListed(first, last));
    this.details = new Details(model, select, (filter) => this.setFilter(filter));
    const blocked = showTasks(model, (lane) => this.toEndOf(lane));
    byId('tab-tasks').textContent = 'Blocked tasks' + (blocked ? ' (' + blocked + ')' : '');
    this.listen();
    this.setTimelineHeight(this.wantedHeight());
    byId('to-failure').hidden = model.failed < 0;
    const nothing = model.size === 0 ? 'The trace has no events.' : 'No event is picked.';
    byId('panel-event').replaceChildren(make('p.quiet', nothing));
    if (!this.followLink()) this.selectFirst();
  }

  selectFirst() {
    const {model} = this;
    if (model.size === 0) return;
    this.select(model.failed >= 0 ? model.failed : model.size - 1, true);
    // Of a deadlock, who waits for whom says it all.
    if (model.data.tasks.length && (model.failed < 0 || model.lane(model.failed) === 0)) this.showTab('tasks');
  }

  /**
   * Picks an event; all parts show it.
   * @param {number} event
   * @param {boolean} centered
   * @param {boolean} [isBack] do not remember where we come from
   */
  select(event, centered, isBack = false) {
    if (event < 0 || event >= this.model.size) return;
    if (this.selected >= 0 && !isBack && this.selected !== event) this.visited.push(this.selected);
    this.selected = event;
    this.timeline?.pick(event, centered);
    this.list.pick(event, centered);
    this.details.show(event);
    this.showTab('event');
    try {
      history.replaceState(null, '', '#e=' + this.model.number(event));
    } catch {
      // The browser lets this page have no address of its own.
    }
  }

  /** Picks the event that the page's address names. Returns whether there is one. */
  followLink() {
    const match = /^#e=(\d+)$/.exec(location.hash);
    if (!match) return false;
    const event = Number(match[1]) - this.model.first;
    if (event < 0 || event >= this.model.size) return false;
    if (event !== this.selected) this.select(event, true);
    return true;
  }

  toFailure() {
    this.select(this.model.failed, true);
  }

  /** @param {number} by */
  step(by) {
    const {list} = this;
    const at = list.indexOf(this.selected);
    const isListed = at < list.count && list.event(at) === this.selected;
    const next = isListed || by < 0 ? at + by : at;
    if (next >= 0 && next < list.count) this.select(list.event(next), false);
  }

  /** @param {number} by */
  stepInTask(by) {
    const {data, size} = this.model;
    const lane = data.lane[this.selected];
    for (let i = this.selected + by; i >= 0 && i < size; i += by) {
      if (data.lane[i] === lane) return this.select(i, false);
    }
  }

  toCause() {
    if (this.selected >= 0) this.select(this.model.cause(this.selected), false);
  }

  back() {
    const event = this.visited.pop();
    if (event !== undefined) this.select(event, false, true);
  }

  /** @param {number} lane */
  toEndOf(lane) {
    const {lane: lanes} = this.model.data;
    for (let i = this.model.size - 1; i >= 0; --i) {
      if (lanes[i] === lane) {
        this.select(i, false);
        return this.showTab('tasks');
      }
    }
  }

  /** @param {string} filter */
  setFilter(filter) {
    const input = /** @type {HTMLInputElement} */ (byId('filter'));
    if (input.value !== filter) input.value = filter;
    const matches = filterEvents(this.model, filter);
    this.list.filter(matches);
    this.timeline?.mark(matches);
  }

  /** @param {string} name */
  showTab(name) {
    for (const tab of ['event', 'tasks', 'run']) {
      byId('tab-' + tab).setAttribute('aria-selected', String(tab === name));
      byId('panel-' + tab).hidden = tab !== name;
    }
  }

  wantedHeight() {
    return this.timeline ? this.timeline.naturalHeight() : 0;
  }

  /** @param {number} height */
  setTimelineHeight(height) {
    const most = Math.max(window.innerHeight * (this.isResized ? 0.75 : 0.42), 160);
    byId('main').style.setProperty('--plot-height', Math.round(Math.min(Math.max(height, 90), most)) + 'px');
  }

  listen() {
    for (const tab of ['event', 'tasks', 'run']) byId('tab-' + tab).addEventListener('click', () => this.showTab(tab));
    byId('to-failure').addEventListener('click', () => this.toFailure());
    window.addEventListener('hashchange', () => this.followLink());
    const input = /** @type {HTMLInputElement} */ (byId('filter'));
    input.addEventListener('input', () => this.setFilter(input.value));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') byId('list').focus();
      if (event.key === 'Enter' && this.list.count && this.list.matches && !this.list.matches.includes(this.selected)) {
        this.step(1);
      }
      if (event.key !== 'Escape') return;
      event.preventDefault();
      input.blur();
    });
    document.addEventListener('theme', () => this.timeline?.takeColors());
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme(rememberedTheme()));
    this.listenToSplitter();
    const {timeline} = this;
    listenToKeys({
      'j': () => this.step(1),
      'ArrowDown': () => this.step(1),
      'k': () => this.step(-1),
      'ArrowUp': () => this.step(-1),
      'n': () => this.stepInTask(1),
      'p': () => this.stepInTask(-1),
      'c': () => this.toCause(),
      'b': () => this.back(),
      'f': () => this.toFailure(),
      '/': () => input.select(),
      'Escape': () => this.setFilter(''),
      '+': () => timeline?.zoom(0.5),
      '=': () => timeline?.zoom(0.5),
      '-': () => timeline?.zoom(2),
      '0': () => timeline?.all(),
      'ArrowLeft': () => timeline?.pan(-0.2),
      'ArrowRight': () => timeline?.pan(0.2),
      't': () => timeline?.measureByTime(!timeline.scale.byTime),
      'd': () => switchTheme(),
      '?': () => showHelp(),
    });
  }

  /** Between the picture and the list: how high the picture is. */
  listenToSplitter() {
    const splitter = byId('splitter');
    const plot = byId('plot');
    splitter.addEventListener('pointerdown', (event) => {
      splitter.setPointerCapture(event.pointerId);
      const start = plot.clientHeight - event.clientY;
      this.isResized = true;
      const move = (moved) => this.setTimelineHeight(start + moved.clientY);
      splitter.addEventListener('pointermove', move);
      splitter.addEventListener('pointerup', () => splitter.removeEventListener('pointermove', move), {once: true});
    });
    splitter.addEventListener('keydown', (event) => {
      const by = {ArrowUp: -26, ArrowDown: 26}[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.isResized = true;
      this.setTimelineHeight(plot.clientHeight + by);
    });
  }
}

async function start() {
  setTheme(rememberedTheme());
  try {
    new App(new Model(decode(await unpack())));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    // For tests: when the page could be used, in milliseconds since it was opened.
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  } catch (error) {
    const banner = byId('banner');
    banner.classList.add('unknown');
    banner.replaceChildren(make('p.loading', 'This report cannot be shown: ' + error.message));
    document.documentElement.dataset.error = String(error.stack);
  }
}

start();
