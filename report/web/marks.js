// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// Marks on the rows: what happened at one event, and what led where.

'use strict';

/** The mark and the color of kinds of events; what is not here has none. */
const MARKS = {
  choice: {shape: 'diamond', color: 'choice'},
  log: {shape: 'dot', color: 'log'},
  failure: {shape: 'cross', color: 'failure'},
  fault: {shape: 'triangle', color: 'fault'},
  node_changed: {shape: 'triangle', color: 'fault'},
  cancel_requested: {shape: 'cross', color: 'fault'},
  message_sent: {shape: 'dot', color: 'message'},
  message_delivered: {shape: 'dot', color: 'message'},
  message_dropped: {shape: 'cross', color: 'message'},
  message_copied: {shape: 'dot', color: 'message'},
  access: {shape: 'tick', color: 'picked'},
  file_access: {shape: 'tick', color: 'picked'},
};

/** More arrows than this say nothing. */
const MAX_ARROWS = 1500;
const MAX_MARKS = 6000;

/**
 * The marks of the scheduler's row and what leads to it or from it, or all
 * others.
 * @param {Painter} painter
 * @param {boolean} ofScheduler
 * @param {(row: number) => boolean} isSeen
 */
function drawMarks(painter, ofScheduler, isSeen) {
  const {firstEvent, endEvent, model} = painter;
  if (model.size === 0) return;
  const count = endEvent - firstEvent;
  if (count <= MAX_ARROWS) drawArrows(painter, ofScheduler);
  if (painter.matches) drawMatches(painter, isSeen);
  if (count <= MAX_MARKS) {
    for (let event = firstEvent; event < endEvent; ++event) {
      if (isSeen(painter.layout.rowOf(event))) drawMark(painter, event);
    }
  } else {
    if (ofScheduler) drawDensity(painter);
    for (let i = lowerBound(model.rare, firstEvent); i < model.rare.length && model.rare[i] < endEvent; ++i) {
      if (isSeen(painter.layout.rowOf(model.rare[i]))) drawMark(painter, model.rare[i]);
    }
  }
  if (model.failed >= 0 && isSeen(painter.layout.rowOf(model.failed))) drawMark(painter, model.failed);
}

/**
 * @param {Painter} painter
 * @param {number} event
 */
function drawMark(painter, event) {
  const kind = painter.model.kindName(event);
  const mark = MARKS[kind];
  if (!mark) return;
  const x = painter.scale.middle(event);
  if (x < painter.gutter - 8 || x > painter.width + 8) return;
  const small = Math.min(painter.scale.eventWidth / 12, 1);
  const scale = kind === 'failure' ? 1.25 : RARE_KINDS.includes(kind) ? 1 : Math.max(small, 0.35);
  if (mark.shape === 'tick' && painter.scale.eventWidth < 4) return;
  drawShape(painter, mark.shape, x, painter.y(painter.layout.rowOf(event)), scale, painter.colors[mark.color]);
}

/**
 * @param {Painter} painter
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {number} scale
 * @param {string} color
 */
function drawShape(painter, shape, x, y, scale, color) {
  const {context} = painter;
  const r = 5.5 * scale;
  context.fillStyle = color;
  context.strokeStyle = painter.colors.ground;
  context.lineWidth = 1.5 * scale;
  context.beginPath();
  switch (shape) {
    case 'diamond':
      context.moveTo(x, y - r);
      context.lineTo(x + r, y);
      context.lineTo(x, y + r);
      context.lineTo(x - r, y);
      context.closePath();
      break;
    case 'triangle':
      context.moveTo(x, y - r);
      context.lineTo(x + r, y + r * 0.8);
      context.lineTo(x - r, y + r * 0.8);
      context.closePath();
      break;
    case 'cross':
      context.arc(x, y, r * 1.1, 0, 2 * Math.PI);
      context.stroke();
      context.fill();
      context.strokeStyle = painter.colors.picked;
      context.lineWidth = 1.8 * scale;
      context.beginPath();
      context.moveTo(x - r * 0.45, y - r * 0.45);
      context.lineTo(x + r * 0.45, y + r * 0.45);
      context.moveTo(x + r * 0.45, y - r * 0.45);
      context.lineTo(x - r * 0.45, y + r * 0.45);
      context.stroke();
      return;
    case 'tick':
      context.fillRect(x - 0.75, y - RUN_HEIGHT / 2 + 3, 1.5, RUN_HEIGHT - 6);
      return;
    default:
      context.arc(x, y, r * 0.75, 0, 2 * Math.PI);
  }
  context.stroke();
  context.fill();
}

/**
 * Where there are too many choices for marks: how many there are.
 * @param {Painter} painter
 */
function drawDensity(painter) {
  const {context, scale, model, firstEvent, endEvent} = painter;
  const events = painter.layout.eventsOf(0);
  const y = painter.y(0);
  const counts = new Uint32Array(Math.ceil(painter.width) + 1);
  let most = 1;
  for (let i = lowerBound(events, firstEvent); i < events.length && events[i] < endEvent; ++i) {
    if (model.kind(events[i]) !== model.choice) continue;
    const x = Math.min(Math.max(Math.floor(scale.middle(events[i])), 0), counts.length - 1);
    most = Math.max(most, ++counts[x]);
  }
  context.fillStyle = painter.colors.choice;
  for (let x = painter.gutter; x < counts.length; ++x) {
    if (counts[x]) {
      const height = Math.max((counts[x] / most) * (ROW_HEIGHT - 10), 2);
      context.fillRect(x, y + (ROW_HEIGHT - 10) / 2 - height, 1, height);
    }
  }
}

/**
 * @param {Painter} painter
 * @param {(row: number) => boolean} isSeen
 */
function drawMatches(painter, isSeen) {
  const {context, scale, matches, firstEvent, endEvent} = painter;
  context.fillStyle = painter.colors.accent;
  const width = Math.min(Math.max(scale.eventWidth - 2, 1.5), 14);
  let last = -1;
  for (let i = lowerBound(matches, firstEvent); i < matches.length && matches[i] < endEvent; ++i) {
    const row = painter.layout.rowOf(matches[i]);
    const x = scale.middle(matches[i]);
    if (!isSeen(row)) continue;
    const y = painter.y(row);
    // Many in one place are drawn once.
    const place = Math.floor(x) * 65536 + row;
    if (place === last) continue;
    last = place;
    context.fillRect(x - width / 2, y + RUN_HEIGHT / 2 + 2, width, 2.5);
  }
}

/**
 * An arrow that ends just before a row's middle.
 * @param {Painter} painter
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 * @param {string} color
 * @param {number} width
 */
function drawArrow(painter, x0, y0, x1, y1, color, width) {
  const {context} = painter;
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 4) return;
  const ux = (x1 - x0) / length;
  const uy = (y1 - y0) / length;
  const tip = {x: x1 - ux * 4, y: y1 - uy * 4};
  painter.line(x0, y0, tip.x - ux * 4, tip.y - uy * 4, color, width);
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(tip.x, tip.y);
  context.lineTo(tip.x - ux * 7 - uy * 3.5, tip.y - uy * 7 + ux * 3.5);
  context.lineTo(tip.x - ux * 7 + uy * 3.5, tip.y - uy * 7 - ux * 3.5);
  context.closePath();
  context.fill();
}

/**
 * @param {Painter} painter
 * @param {boolean} ofScheduler
 */
function drawArrows(painter, ofScheduler) {
  const {firstEvent, endEvent, model} = painter;
  for (let event = firstEvent; event < endEvent; ++event) drawArrowsOf(painter, event, ofScheduler);
  // Messages that are on their way across an end of the picture.
  const last = Math.min(endEvent + MAX_ARROWS, model.size);
  for (let event = endEvent; event < last; ++event) {
    if (model.data.causeKind[event] === CAUSE_MESSAGE && model.cause(event) < endEvent) {
      drawArrowsOf(painter, event, ofScheduler);
    }
  }
}

/**
 * What the event did to another task, and the way of the message that it is the
 * end of.
 * @param {Painter} painter
 * @param {number} event
 * @param {boolean} ofScheduler
 */
function drawArrowsOf(painter, event, ofScheduler) {
  const {model, layout, scale, colors} = painter;
  const kind = model.kind(event);
  const row = layout.rowOf(event);
  const y = painter.y(row);
  const x = scale.middle(event);
  if (kind === model.woken || kind === model.spawned) {
    const lane = model.target(event);
    if (lane < 0 || layout.rowOfLane[lane] === row || ofScheduler) return;
    // From the scheduler's row, which has no runs, a line would cross all others.
    const to = painter.y(layout.rowOfLane[lane]);
    return drawArrow(painter, x, row === 0 ? to - 14 : y, x, to, colors.wake, 1);
  }
  if (model.data.causeKind[event] !== CAUSE_MESSAGE) return;
  const cause = model.cause(event);
  if (cause < 0) return;
  const fromX = scale.middle(cause);
  const fromRow = layout.rowOf(cause);
  const fromY = painter.y(fromRow);
  if (kind === model.dropped) {
    // It arrives nowhere: its end stands beside its beginning.
    if ((fromRow === 0) !== ofScheduler) return;
    painter.line(fromX, fromY, x, fromY + 9, colors.message, 1, [3, 3]);
    return drawShape(painter, 'cross', x, fromY + 9, 0.8, colors.message);
  }
  if ((row === 0 || fromRow === 0) !== ofScheduler) return;
  drawArrow(painter, fromX, fromY, x, y, colors.message, 1.4);
}

/**
 * What led from an event to another: along the rows, and from one to another
 * where it happened.
 * @param {Painter} painter
 * @param {number} cause
 * @param {number} event
 */
function drawLink(painter, cause, event) {
  const {scale, layout, colors, model} = painter;
  const [x0, x1] = [scale.middle(cause), scale.middle(event)];
  const [from, to] = [layout.rowOf(cause), layout.rowOf(event)];
  const [y0, y1] = [painter.y(from), painter.y(to)];
  if (from === to) return painter.line(x0, y0, x1, y1, colors.accent, 2);
  if (model.data.causeKind[event] === CAUSE_MESSAGE) return drawArrow(painter, x0, y0, x1, y1, colors.accent, 2);
  const kind = model.kind(cause);
  if (kind === model.woken || kind === model.spawned) {
    drawArrow(painter, x0, y0, x0, y1, colors.accent, 2);
    return painter.line(x0, y1, x1, y1, colors.accent, 2);
  }
  painter.line(x0, y0, x1, y0, colors.accent, 2);
  drawArrow(painter, x1, y0, x1, y1, colors.accent, 2);
}

/**
 * The picked event, and what led to it.
 * @param {Painter} painter
 */
function drawSelected(painter) {
  const {selected, scale, model, layout, colors, context} = painter;
  if (selected < 0) return;
  const x = scale.middle(selected);
  const color = selected === model.failed ? colors.failure : colors.accent;
  painter.line(Math.round(x) + 0.5, RULER_HEIGHT, Math.round(x) + 0.5, painter.height, color, 1);
  // Back along the chain as far as the picture goes, and as long as it is more
  // than a blot.
  let event = selected;
  for (let i = 0; i < 200 && scale.eventWidth > 1; ++i) {
    const cause = model.cause(event);
    if (cause < 0 || cause < painter.firstEvent - 2000) break;
    drawLink(painter, cause, event);
    event = cause;
  }
  if (model.kind(selected) === model.choice) drawCandidates(painter, selected, x);
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, painter.y(layout.rowOf(selected)), 9, 0, 2 * Math.PI);
  context.stroke();
}

/**
 * Among whom a choice was: rings in their rows, the chosen one's filled.
 * @param {Painter} painter
 * @param {number} event
 * @param {number} x
 */
function drawCandidates(painter, event, x) {
  const {context, colors, layout} = painter;
  for (const task of painter.model.candidates(event)) {
    if (task.lane < 0) continue;
    const y = painter.y(layout.rowOfLane[task.lane]);
    context.lineWidth = 2;
    context.strokeStyle = colors.choice;
    context.fillStyle = task.chosen ? colors.choice : colors.ground;
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
