// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// `Painter`: draws what lies under the marks: rows, runs, waits, nodes that are
// down, the ruler and the names.

'use strict';

const RULER_HEIGHT = 30;
const RUN_HEIGHT = 12;
/** Below the ruler and the scheduler's row the other rows move. */
const FIXED_HEIGHT = RULER_HEIGHT + ROW_HEIGHT;

const COLORS = [
  'ground', 'raised', 'line', 'text', 'quiet', 'accent', 'run', 'ready', 'wait', 'wake', 'message', 'choice',
  'fault', 'failure', 'log', 'band', 'node', 'picked',
];

/**
 * Returns the text, cut so that it is no wider than `width`.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 * @returns {string}
 */
function fitted(context, text, width) {
  if (text.length < 400 && context.measureText(text).width <= width) return text;
  let low = 0;
  let high = Math.min(text.length, 400);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(text.slice(0, middle) + '…').width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : text.slice(0, low) + '…';
}

class Painter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Model} model
   * @param {Layout} layout
   * @param {Scale} scale
   */
  constructor(canvas, model, layout, scale) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.model = model;
    this.layout = layout;
    this.scale = scale;
    this.width = 0;
    this.height = 0;
    this.scroll = 0;
    this.selected = -1;
    /** The first and the last event that the list has in sight. */
    this.listed = [-1, -1];
    /** @type {Uint32Array|null} */
    this.matches = null;
    this.gutter = 0;
    /** @type {Record<string, string>} */
    this.colors = {};
    this.takeColors();
  }

  /** Takes the colors of the style sheet, which knows of light and dark. */
  takeColors() {
    const style = getComputedStyle(document.documentElement);
    for (const name of COLORS) this.colors[name] = style.getPropertyValue('--' + name).trim();
    const body = getComputedStyle(document.body);
    this.font = '12px ' + body.fontFamily;
    this.smallFont = '11px ' + body.fontFamily;
    this.boldFont = '600 12px ' + body.fontFamily;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = width + 'px';
    this.canvas.style.height = height + 'px';
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.font = this.boldFont;
    let widest = 0;
    for (const row of this.layout.rows.slice(0, 2000)) {
      if (row.name.length < 60) widest = Math.max(widest, this.context.measureText(row.name).width);
      else widest = 1000;
    }
    this.gutter = Math.round(Math.min(Math.max(widest + 36, 96), Math.max(width * 0.24, 90), 260));
    this.scale.left = this.gutter;
    this.scale.width = Math.max(width - this.gutter, 1);
  }

  /**
   * Where the middle of a row is.
   * @param {number} row
   */
  y(row) {
    const {top, height} = this.layout.rows[row];
    return (row === 0 ? RULER_HEIGHT : FIXED_HEIGHT - this.scroll) + top + height / 2;
  }

  /** @returns {[number, number]} the rows in sight: the first, and one past the last */
  rowsInSight() {
    const first = this.layout.rowAt(this.scroll);
    const last = this.layout.rowAt(this.scroll + this.height - FIXED_HEIGHT);
    if (first < 0) return [1, 1];
    return [first, last < 0 ? this.layout.rows.length : last + 1];
  }

  /** Draws all of it. */
  draw() {
    const {context, colors} = this;
    [this.firstEvent, this.endEvent] = this.scale.events();
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, this.width, this.height);
    const [first, end] = this.rowsInSight();
    this.clipped(this.gutter, FIXED_HEIGHT, this.width - this.gutter, this.height - FIXED_HEIGHT, () => {
      this.drawGroups(first, end);
      this.drawBands();
      for (let row = first; row < end; ++row) this.drawRow(row);
      this.drawFailureLine();
    });
    this.clipped(this.gutter, RULER_HEIGHT, this.width - this.gutter, ROW_HEIGHT, () => {
      context.fillStyle = colors.raised;
      context.fillRect(this.gutter, RULER_HEIGHT, this.width, ROW_HEIGHT);
      this.drawRow(0);
    });
    this.clipped(this.gutter, FIXED_HEIGHT, this.width - this.gutter, this.height - FIXED_HEIGHT, () => {
      drawMarks(this, false, (row) => row >= first && row < end);
    });
    this.clipped(this.gutter, RULER_HEIGHT, this.width - this.gutter, this.height - RULER_HEIGHT, () => {
      drawMarks(this, true, (row) => row === 0);
      drawSelected(this);
    });
    this.drawRuler();
    this.drawNames(first, end);
    // Where the rows that move begin.
    this.line(0, FIXED_HEIGHT - 0.5, this.width, FIXED_HEIGHT - 0.5, colors.line);
    this.line(this.gutter - 0.5, 0, this.gutter - 0.5, this.height, colors.line);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {() => void} work
   */
  clipped(x, y, width, height, work) {
    const {context} = this;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    work();
    context.restore();
  }

  /**
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {string} color
   * @param {number} [width]
   * @param {number[]} [dash]
   */
  line(x0, y0, x1, y1, color, width = 1, dash = []) {
    const {context} = this;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    if (dash.length) context.setLineDash([]);
  }

  /** The titles of nodes: a stripe that the rows of the node follow. */
  drawGroups(first, end) {
    const {context, colors} = this;
    for (let row = first; row < end; ++row) {
      if (!this.layout.rows[row].isNode) continue;
      const y = this.y(row) - NODE_HEIGHT / 2;
      context.fillStyle = colors.node;
      context.fillRect(this.gutter, y, this.width, NODE_HEIGHT);
    }
  }

  /** Times when a node is down or stands still. */
  drawBands() {
    const {context, colors, scale} = this;
    for (const band of this.model.data.bands) {
      const end = band.first + band.count;
      if (end < this.firstEvent || band.first > this.endEvent) continue;
      const [first, last] = this.layout.rowsOfNode(band.node);
      if (first === last) continue;
      const x0 = Math.max(scale.edge(band.first), this.gutter - 2);
      const x1 = Math.min(scale.edge(end), this.width + 2);
      const y0 = this.y(first) - this.layout.rows[first].height / 2;
      const bottom = this.layout.rows[last - 1];
      const y1 = this.y(last - 1) + bottom.height / 2;
      context.fillStyle = colors.band;
      context.fillRect(x0, y0, Math.max(x1 - x0, 1), y1 - y0);
      this.line(x0 + 0.5, y0, x0 + 0.5, y1, colors.fault);
      context.font = this.smallFont;
      context.fillStyle = colors.fault;
      context.textBaseline = 'middle';
      const text = fitted(context, band.text, x1 - x0 - 10);
      if (text) context.fillText(text, x0 + 6, y0 + NODE_HEIGHT / 2);
    }
  }

  /**
   * What a row's tasks did: when they ran, could have, waited.
   * @param {number} row
   */
  drawRow(row) {
    const {layout, colors, context} = this;
    const {lanes, begins, ends} = layout.rows[row];
    const y = this.y(row);
    this.line(this.gutter, y + ROW_HEIGHT / 2 - 0.5, this.width, y + ROW_HEIGHT / 2 - 0.5, colors.line);
    if (row === 0 || lanes.length === 0) return;
    if (lanes.length === 1) this.drawLife(lanes[0], y);
    const {firstEvent, endEvent, scale} = this;
    if (scale.eventWidth <= 0.4) return this.drawShares(begins, ends, y);
    for (let i = lowerBound(ends, firstEvent); i < begins.length && begins[i] <= endEvent; ++i) {
      const x0 = Math.max(scale.edge(begins[i]), this.gutter - 4);
      const x1 = Math.min(Math.max(scale.edge(ends[i]), x0 + 2), this.width + 4);
      this.drawReady(begins[i], x0, row, y);
      context.fillStyle = colors.run;
      if (x1 - x0 < 6) {
        context.fillRect(x0, y - RUN_HEIGHT / 2, x1 - x0, RUN_HEIGHT);
        continue;
      }
      context.beginPath();
      context.roundRect(x0 + 0.5, y - RUN_HEIGHT / 2, x1 - x0 - 1, RUN_HEIGHT, 3);
      context.fill();
    }
  }

  /**
   * Where runs are narrower than pixels: the more of a pixel they fill, the
   * higher they are.
   * @param {Uint32Array} begins
   * @param {Uint32Array} ends
   * @param {number} y
   */
  drawShares(begins, ends, y) {
    const {context, scale} = this;
    const shares = new Float32Array(Math.ceil(this.width) + 1);
    for (let i = lowerBound(ends, this.firstEvent); i < begins.length && begins[i] <= this.endEvent; ++i) {
      const x0 = Math.max(scale.edge(begins[i]), 0);
      const x1 = Math.min(Math.max(scale.edge(ends[i]), x0 + 0.01), this.width);
      for (let x = Math.floor(x0); x < x1; ++x) shares[x] += Math.min(x1, x + 1) - Math.max(x0, x);
    }
    context.fillStyle = this.colors.run;
    for (let x = this.gutter; x < shares.length; ++x) {
      if (shares[x] === 0) continue;
      const height = RUN_HEIGHT * Math.min(Math.max(Math.sqrt(shares[x]) * 1.4, 0.25), 1);
      context.fillRect(x, y - height / 2, 1, height);
    }
  }

  /**
   * From when a task is there until when it is over: a thin line.
   * @param {Lane} lane
   * @param {number} y
   */
  drawLife(lane, y) {
    const {scale, colors} = this;
    if (this.model.size === 0) return;
    const x0 = scale.middle(Math.min(lane.first, this.model.size - 1));
    const end = lane.over ? lane.last : this.model.size - 1;
    const x1 = lane.over ? scale.middle(end) : scale.edge(this.model.size);
    if (x1 < this.gutter || x0 > this.width) return;
    this.line(Math.max(x0, this.gutter), y, Math.min(Math.max(x1, x0 + 1), this.width), y, colors.wait, 2);
    if (!lane.over || x1 > this.width) return;
    this.line(x1, y - 5, x1, y + 5, colors.wait, 2);
  }

  /**
   * The time before a run in which the task could have run.
   * @param {number} begin of the run
   * @param {number} x0 where that is
   * @param {number} row
   * @param {number} y
   */
  drawReady(begin, x0, row, y) {
    if (begin >= this.model.size) return;
    const cause = this.model.cause(begin);
    if (cause === -1) return;
    // It may have given up its turn itself, at the end of a run.
    const place = cause < 0 ? 0 :
        this.layout.rowOf(cause) === row ? this.scale.edge(cause + 1) : this.scale.middle(cause);
    const from = Math.max(place, this.gutter - 4);
    if (x0 - from < 1) return;
    this.context.fillStyle = this.colors.ready;
    this.context.fillRect(from, y - 3, x0 - from, 6);
  }

  /** A line through all rows where the run failed. */
  drawFailureLine() {
    const {failed} = this.model;
    if (failed < 0) return;
    const x = Math.round(this.scale.middle(failed)) + 0.5;
    this.line(x, RULER_HEIGHT, x, this.height, this.colors.failure, 1, [4, 3]);
  }

  drawRuler() {
    const {context, colors, scale, model} = this;
    context.fillStyle = colors.ground;
    context.fillRect(0, 0, this.width, RULER_HEIGHT);
    context.font = this.smallFont;
    context.textBaseline = 'middle';
    context.fillStyle = colors.quiet;
    this.line(this.gutter, RULER_HEIGHT - 0.5, this.width, RULER_HEIGHT - 0.5, colors.line);
    if (model.size === 0) return;
    this.drawListed();
    const least = 96 * scale.perPixel;
    const base = 10 ** Math.floor(Math.log10(least));
    let step = [1, 2, 5, 10].map((factor) => factor * base).find((candidate) => candidate >= least) ?? base * 10;
    if (!scale.byTime) step = Math.max(step, 1);
    const offset = scale.byTime ? this.originTime() % step : model.first % step;
    const selectedX = this.selected < 0 ? -1000 : scale.middle(this.selected);
    for (let place = Math.ceil((scale.begin + offset) / step) * step - offset; place <= scale.end; place += step) {
      if (place < 0 || place > scale.extent) continue;
      const x = Math.round(scale.pixel(scale.byTime ? place : place + 0.5)) + 0.5;
      if (x < this.gutter + 4 || x > this.width - 4) continue;
      this.line(x, RULER_HEIGHT - 6, x, RULER_HEIGHT, colors.quiet);
      const text = scale.byTime ? this.timeLabel(place + this.originTime(), step) :
          Math.round(place) >= model.size ? '' : model.label(Math.round(place));
      const width = context.measureText(text).width;
      const left = Math.min(Math.max(x - width / 2, this.gutter + 4), this.width - width - 4);
      // The picked event has its own label here.
      if (Math.abs(x - selectedX) > (width + this.selectedWidth()) / 2 + 14) {
        context.fillStyle = colors.quiet;
        context.fillText(text, left, RULER_HEIGHT / 2 - 2);
      }
    }
    this.drawSelectedLabel(selectedX);
  }

  /** A bar over what the list has in sight. */
  drawListed() {
    const [first, last] = this.listed;
    if (first < 0 || last >= this.model.size) return;
    const x0 = Math.max(this.scale.edge(first), this.gutter);
    const x1 = Math.min(Math.max(this.scale.edge(last + 1), x0 + 2), this.width);
    if (x1 <= this.gutter) return;
    this.context.fillStyle = this.colors.wait;
    this.context.fillRect(x0, RULER_HEIGHT - 3, x1 - x0, 3);
    this.context.fillStyle = this.colors.quiet;
  }

  /** @returns {number} in nanoseconds */
  originTime() {
    const {seconds, nanoseconds} = this.model.data;
    return seconds.length ? seconds[0] * 1e9 + nanoseconds[0] : 0;
  }

  /**
   * @param {number} ns
   * @param {number} step between two labels
   */
  timeLabel(ns, step) {
    const decimals = Math.min(Math.max(-Math.floor(Math.log10(step / 1e9)), 0), 9);
    return (ns / 1e9).toFixed(Math.max(decimals, step >= 1e9 ? 0 : 3)) + 's';
  }

  selectedText() {
    const {model, selected} = this;
    const time = model.time(selected);
    return model.label(selected) + (time ? '  ' + time : '');
  }

  selectedWidth() {
    if (this.selected < 0) return 0;
    this.context.font = this.smallFont;
    return this.context.measureText(this.selectedText()).width + 12;
  }

  /** @param {number} x */
  drawSelectedLabel(x) {
    if (this.selected < 0 || x < this.gutter || x > this.width) return;
    const {context, colors} = this;
    const width = this.selectedWidth();
    const left = Math.min(Math.max(x - width / 2, this.gutter + 2), this.width - width - 2);
    context.fillStyle = this.selected === this.model.failed ? colors.failure : colors.accent;
    context.beginPath();
    context.roundRect(left, 4, width, RULER_HEIGHT - 10, 4);
    context.fill();
    context.fillStyle = colors.picked;
    context.fillText(this.selectedText(), left + 6, RULER_HEIGHT / 2 - 1);
  }

  /** The column of names at the left. */
  drawNames(first, end) {
    const {context, colors, layout} = this;
    const selectedRow = this.selected < 0 ? -1 : layout.rowOf(this.selected);
    const drawName = (row) => {
      const {name, node, isNode} = layout.rows[row];
      const y = this.y(row);
      if (isNode) {
        context.fillStyle = colors.node;
        context.fillRect(0, y - NODE_HEIGHT / 2, this.gutter, NODE_HEIGHT);
      } else if (row === selectedRow) {
        context.fillStyle = colors.node;
        context.fillRect(0, y - ROW_HEIGHT / 2, this.gutter, ROW_HEIGHT - 1);
        context.fillStyle = colors.accent;
        context.fillRect(0, y - ROW_HEIGHT / 2, 3, ROW_HEIGHT - 1);
      }
      context.font = isNode || row === selectedRow ? this.boldFont : this.font;
      context.fillStyle = row === 0 ? colors.quiet : colors.text;
      context.textBaseline = 'middle';
      const indent = node !== 0 && !isNode ? 22 : 12;
      context.fillText(fitted(context, name, this.gutter - indent - 8), indent, y + 0.5);
    };
    this.clipped(0, FIXED_HEIGHT, this.gutter, this.height - FIXED_HEIGHT, () => {
      context.fillStyle = colors.ground;
      context.fillRect(0, FIXED_HEIGHT, this.gutter, this.height);
      for (let row = first; row < end; ++row) {
        drawName(row);
        const bottom = this.y(row) + layout.rows[row].height / 2 - 0.5;
        this.line(0, bottom, this.gutter, bottom, colors.line);
      }
    });
    context.fillStyle = colors.raised;
    context.fillRect(0, RULER_HEIGHT, this.gutter, ROW_HEIGHT);
    drawName(0);
  }
}
