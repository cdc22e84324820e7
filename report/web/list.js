// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `EventList`: the events in words. Only the rows in sight are in the page, so a
// million of them are as light as a hundred.

'use strict';

const LIST_ROW = 24;
/** Browsers know no elements much higher than this; beyond, rows share pixels. */
const MAX_LIST_HEIGHT = 8e6;

/** What stands before the words of an event. */
const SIGNS = {
  spawned: '+', object: '□', choice: '◆', resumed: '▸', suspended: '‖', woken: '↑', access: '·', finished: '■',
  timer_cancelled: '×', cancel_requested: '×', future_ended: '◦', log: '≡', failure: '✕', time_passed: '⏲',
  fault: '▲', span_begun: '⌈', span_ended: '⌋', message_sent: '→', message_delivered: '←', message_dropped: '×',
  message_copied: '⇉', node_made: '□', node_changed: '▲', file_access: '·',
};

class EventList {
  /**
   * @param {Model} model
   * @param {(event: number) => void} select
   * @param {(first: number, last: number) => void} onMove hears which events are in sight
   */
  constructor(model, select, onMove) {
    this.model = model;
    this.onMove = onMove;
    this.list = byId('list');
    this.rows = byId('rows');
    /** @type {Uint32Array|null} */
    this.matches = null;
    this.selected = -1;
    this.top = 0;
    this.redraw = oncePerFrame(() => this.paint());
    this.rows.addEventListener('click', (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest('.row');
      if (row) select(Number(row.dataset.event));
    });
    this.list.addEventListener('scroll', () => this.onScroll());
    this.list.addEventListener('wheel', (event) => this.onWheel(event), {passive: false});
    new ResizeObserver(() => this.resize()).observe(this.list);
    this.resize();
  }

  /** How many events there are to be listed. */
  get count() {
    return this.matches ? this.matches.length : this.model.size;
  }

  get rowsInSight() {
    return Math.max(Math.floor(this.list.clientHeight / LIST_ROW), 1);
  }

  /**
   * @param {number} i
   * @returns {number} the event that is listed there
   */
  event(i) {
    return this.matches ? this.matches[i] : i;
  }

  /**
   * Returns where an event is listed, or where the next one after it is.
   * @param {number} event
   */
  indexOf(event) {
    return this.matches ? lowerBound(this.matches, event) : event;
  }

  resize() {
    byId('filler').style.height = Math.min(this.count * LIST_ROW, MAX_LIST_HEIGHT) + 'px';
    this.moveTo(this.top);
  }

  /** How many pixels there are to scroll, and how many rows. */
  get room() {
    return Math.max(this.list.scrollHeight - this.list.clientHeight, 1);
  }

  get lastTop() {
    return Math.max(Math.ceil(this.count - this.list.clientHeight / LIST_ROW), 0);
  }

  /**
   * Shows the list from a row on.
   * @param {number} top may lie within a row
   */
  moveTo(top) {
    this.top = Math.min(Math.max(top, 0), this.lastTop);
    const scroll = this.lastTop === 0 ? 0 : (this.top / this.lastTop) * this.room;
    this.expected = Math.round(scroll);
    this.list.scrollTop = scroll;
    this.redraw();
  }

  onScroll() {
    // What `moveTo` did is known; the rest the user did.
    if (Math.abs(this.list.scrollTop - this.expected) > 1.5) {
      this.top = (this.list.scrollTop / this.room) * this.lastTop;
      this.expected = this.list.scrollTop;
    }
    this.redraw();
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    if (event.ctrlKey || this.lastTop === 0 || event.deltaY === 0) return;
    const atEnd = event.deltaY < 0 ? this.top === 0 : this.top === this.lastTop;
    if (atEnd) return;
    event.preventDefault();
    this.moveTo(this.top + event.deltaY * (event.deltaMode === 1 ? 1 : 1 / LIST_ROW));
  }

  /**
   * @param {number} event
   * @param {boolean} centered
   */
  pick(event, centered) {
    this.selected = event;
    const index = this.indexOf(event);
    const sight = this.list.clientHeight / LIST_ROW;
    if (centered || index < this.top + 1 || index > this.top + sight - 2) {
      this.moveTo(index - Math.floor(sight / 2));
    }
    this.redraw();
  }

  /** @param {Uint32Array|null} matches */
  filter(matches) {
    this.matches = matches;
    const {model} = this;
    byId('matches').textContent = matches === null ? '' :
        matches.length === 0 ? 'no event fits' : matches.length + ' of ' + model.size + ' events';
    this.resize();
    if (this.selected >= 0) {
      this.moveTo(this.indexOf(this.selected) - Math.floor(this.list.clientHeight / LIST_ROW / 2));
    }
    this.redraw();
  }

  paint() {
    const first = Math.floor(this.top);
    const count = Math.max(Math.min(this.rowsInSight + 2, this.count - first), 0);
    while (this.rows.children.length < count) this.rows.append(this.makeRow());
    while (this.rows.children.length > count) this.rows.lastElementChild.remove();
    // The rows lie over the filler and move with what is in sight.
    this.rows.style.transform = 'translateY(' + (this.list.scrollTop - (this.top - first) * LIST_ROW) + 'px)';
    for (let i = 0; i < count; ++i) {
      this.fill(/** @type {HTMLElement} */ (this.rows.children[i]), this.event(first + i));
    }
    if (count > 0) this.onMove(this.event(first), this.event(Math.min(first + this.rowsInSight, this.count) - 1));
  }

  makeRow() {
    const row = make('div.row', make('span.number'), make('span.time'), make('span.task'), make('span.sign'),
        make('span.text'), make('span.site'));
    row.setAttribute('role', 'option');
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {number} event
   */
  fill(row, event) {
    const {model} = this;
    const isSelected = event === this.selected;
    row.setAttribute('aria-selected', String(isSelected));
    row.id = 'row-' + event;
    if (isSelected) this.list.setAttribute('aria-activedescendant', row.id);
    if (row.dataset.event === String(event)) return;
    const kind = model.kindName(event);
    row.dataset.event = String(event);
    row.className = 'row kind-' + kind + (event === model.failed ? ' failed' : '');
    const [number, time, task, sign, text, site] = row.children;
    number.textContent = model.label(event);
    time.textContent = model.time(event);
    task.textContent = model.choicesOnly ? '' : shortened(model.laneName(model.lane(event)), 80);
    sign.textContent = SIGNS[kind] ?? '·';
    text.textContent = shortened(model.text(event).replaceAll('\n', ' '), 400);
    site.textContent = shortened(model.site(event), 160);
  }
}
