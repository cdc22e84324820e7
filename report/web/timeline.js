// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `Timeline`: the picture and what one can do with it.

'use strict';

/** What the legend shows: a word, a class of the style sheet. */
const LEGEND = [
  ['runs', 'run'], ['could run', 'ready'], ['waits', 'wait'], ['wakes, spawns', 'wake'], ['message', 'message'],
  ['choice', 'choice'], ['log', 'log'], ['fault', 'fault'], ['failure', 'failure'],
];

/** How many events are around the failure when the page opens. */
const EVENTS_AT_FIRST = 120;

class Timeline {
  /**
   * @param {Model} model
   * @param {(event: number) => void} select
   */
  constructor(model, select) {
    this.model = model;
    this.select = select;
    this.plot = byId('plot');
    this.canvas = /** @type {HTMLCanvasElement} */ (byId('canvas'));
    this.tip = byId('tip');
    this.layout = new Layout(model);
    this.scale = new Scale(model);
    this.painter = new Painter(this.canvas, model, this.layout, this.scale);
    this.redraw = oncePerFrame(() => this.paint());
    this.addLegend();
    this.listen();
    this.fit();
    const middle = model.failed >= 0 ? model.failed : model.size - 1;
    if (model.size > EVENTS_AT_FIRST) {
      this.scale.show(middle - EVENTS_AT_FIRST * 0.75, middle + EVENTS_AT_FIRST * 0.25);
    } else {
      this.scale.all();
    }
    new ResizeObserver(() => this.fit()).observe(this.plot);
  }

  addLegend() {
    for (const [word, name] of LEGEND) {
      byId('legend').append(make('span.item', make('i.' + name), word));
    }
  }

  /** As high as its rows, as far as the page has room. */
  naturalHeight() {
    return FIXED_HEIGHT + this.layout.height + 2;
  }

  fit() {
    const {clientWidth, clientHeight} = this.plot;
    if (clientWidth === 0) return;
    byId('spacer').style.height = this.naturalHeight() + 'px';
    // The scale keeps what it shows.
    this.painter.resize(clientWidth, clientHeight);
    this.redraw();
  }

  paint() {
    this.painter.scroll = this.plot.scrollTop;
    this.painter.draw();
    const [first, end] = this.scale.events();
    byId('range').textContent = this.model.size === 0 ? 'no events' :
        first >= end ? '' :
        this.model.label(first) + ' to ' + this.model.label(end - 1) + ' of ' + this.model.size + ' events';
  }

  /**
   * Shows that this event is picked.
   * @param {number} event
   * @param {boolean} centered
   */
  pick(event, centered) {
    this.painter.selected = event;
    this.scale.reveal(event, centered);
    const row = this.layout.rowOf(event);
    if (row !== 0) {
      const {top, height} = this.layout.rows[row];
      const room = this.plot.clientHeight - FIXED_HEIGHT;
      if (top < this.plot.scrollTop || top + height > this.plot.scrollTop + room) {
        this.plot.scrollTop = top - room / 2 + height / 2;
      }
    }
    this.redraw();
  }

  /**
   * Shows which events the list has in sight.
   * @param {number} first
   * @param {number} last
   */
  showListed(first, last) {
    const [oldFirst, oldLast] = this.painter.listed;
    if (first === oldFirst && last === oldLast) return;
    this.painter.listed = [first, last];
    this.redraw();
  }

  /** @param {Uint32Array|null} matches */
  mark(matches) {
    this.painter.matches = matches;
    this.redraw();
  }

  /** @param {boolean} byTime */
  measureByTime(byTime) {
    this.scale.measureByTime(byTime);
    byId('by-time').setAttribute('aria-pressed', String(byTime));
    byId('by-step').setAttribute('aria-pressed', String(!byTime));
    this.redraw();
  }

  /** @param {number} factor */
  zoom(factor) {
    const {selected} = this.painter;
    const x = selected >= 0 ? this.scale.middle(selected) : -1;
    const isSeen = x > this.painter.gutter && x < this.painter.width;
    this.scale.zoom(factor, isSeen ? x : this.painter.gutter + this.scale.width / 2);
    this.redraw();
  }

  all() {
    this.scale.all();
    this.redraw();
  }

  /** @param {number} part of what is in sight */
  pan(part) {
    this.scale.pan(part * this.scale.width);
    this.redraw();
  }

  /** The page has become light or dark. */
  takeColors() {
    this.painter.takeColors();
    this.redraw();
  }

  /**
   * Returns the event nearest to a place of the canvas, or -1.
   * @param {number} x
   * @param {number} y
   * @returns {number}
   */
  eventNear(x, y) {
    if (x < this.painter.gutter || y < RULER_HEIGHT || this.model.size === 0) return -1;
    const row = y < FIXED_HEIGHT ? 0 : this.layout.rowAt(y - FIXED_HEIGHT + this.plot.scrollTop);
    if (row < 0) return -1;
    const events = this.layout.eventsOf(row);
    if (events.length === 0) return -1;
    const at = lowerBound(events, this.scale.eventAt(this.scale.placeAt(x)));
    let nearest = -1;
    let distance = Infinity;
    for (let i = Math.max(at - 2, 0); i < Math.min(at + 3, events.length); ++i) {
      const away = Math.abs(this.scale.middle(events[i]) - x);
      if (away < distance) {
        distance = away;
        nearest = events[i];
      }
    }
    return nearest;
  }

  listen() {
    const {canvas, plot} = this;
    plot.addEventListener('scroll', this.redraw);
    canvas.addEventListener('wheel', (event) => this.onWheel(event), {passive: false});
    let drag = null;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      drag = {x: event.clientX, y: event.clientY, moved: false};
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!drag) return this.showTip(event);
      if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
      drag.moved = true;
      this.tip.hidden = true;
      this.scale.pan(drag.x - event.clientX);
      plot.scrollTop += drag.y - event.clientY;
      drag.x = event.clientX;
      drag.y = event.clientY;
      this.redraw();
    });
    canvas.addEventListener('pointerup', (event) => {
      if (drag && !drag.moved) this.onClick(event);
      drag = null;
    });
    canvas.addEventListener('pointercancel', () => drag = null);
    canvas.addEventListener('pointerleave', () => this.tip.hidden = true);
    byId('by-step').addEventListener('click', () => this.measureByTime(false));
    byId('by-time').addEventListener('click', () => this.measureByTime(true));
    byId('zoom-in').addEventListener('click', () => this.zoom(0.5));
    byId('zoom-out').addEventListener('click', () => this.zoom(2));
    byId('zoom-all').addEventListener('click', () => this.all());
  }

  /** @param {PointerEvent} event */
  onClick(event) {
    const {left, top} = this.canvas.getBoundingClientRect();
    const near = this.eventNear(event.clientX - left, event.clientY - top);
    if (near >= 0) this.select(near);
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    const {left} = this.canvas.getBoundingClientRect();
    const x = event.clientX - left;
    if (x < this.painter.gutter) return;  // it scrolls the rows
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.scale.pan((event.deltaX || event.deltaY) * unit);
    } else {
      this.scale.zoom(Math.exp(Math.min(Math.max(event.deltaY * unit, -300), 300) * 0.002), x);
    }
    this.redraw();
  }

  /** @param {PointerEvent} event */
  showTip(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const near = this.eventNear(x, y);
    const isNear = near >= 0 && Math.abs(this.scale.middle(near) - x) < Math.max(this.scale.eventWidth, 12);
    this.canvas.classList.toggle('pointing', isNear);
    this.tip.hidden = !isNear;
    if (!isNear) return;
    const {model} = this;
    this.tip.replaceChildren(
        make('b', model.label(near)), ' ' + shortened(model.laneName(model.lane(near)), 40) + ' ',
        shortened(model.text(near), 160));
    const width = Math.min(this.tip.offsetWidth, box.width);
    this.tip.style.left = Math.min(Math.max(x + 14, 4), box.width - width - 4) + 'px';
    this.tip.style.top = (this.canvas.offsetTop + y + 18 + this.tip.offsetHeight > this.plot.offsetTop + box.height ?
        y - this.tip.offsetHeight - 10 : y + 18) + this.plot.offsetTop + 'px';
  }
}
